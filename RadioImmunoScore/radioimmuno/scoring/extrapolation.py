"""How far a value or a score lies outside of what a signature was trained on, in widths of its range there.

A linear score goes on for ever: what lies far beyond its training has a score like any other number, and it
means nothing. The limit is the signature's `extrapolation_limit`, one width by default. What a width is:

- A term's range runs from the lowest to the highest value of the training. Where the training's mean lies
  nearer to the geometric than to the arithmetic middle of it, the values are skewed as sizes and counts are,
  and distances are ratios (logarithms): a lesion twice as large as the largest lies as far beyond as one half
  as large as the smallest. On a linear scale nothing could ever lie below such a range, and all that is a
  little larger would lie above.
- A range is never narrower than what is a usual difference: the term's scale, one step between the tube
  voltages of scanners, another site. A training at one voltage says little about others, but not nothing.
- Scores run from their 1st to their 99th percentile, which leaves out the outermost; their width is at least
  what the term that matters most spans over its own range, because the training held both of its ends.
"""

from __future__ import annotations

import math

from ..signature.signature import Signature, Term
from ..signature.variables import variable_of


def beyond_range(term: Term, value: float) -> float:
    """How far a value lies beyond a term's training range, in its widths; 0 inside and without a range.

    Examples
    --------
    >>> term = Term("lesion.statistics.mean", 1.0, mean=50.0, scale=20.0, training_range=(0.0, 100.0))
    >>> beyond_range(term, 60.0), beyond_range(term, 150.0)
    (0.0, 0.5)

    Volumes are skewed: one twice as large as the largest lies as far beyond as one half the smallest.

    >>> volume = Term("lesion.morphology.volume", 1.0, mean=12.0, scale=20.0, training_range=(1.0, 100.0))
    >>> beyond_range(volume, 200.0) == beyond_range(volume, 0.5)
    True
    """
    if term.training_range is None:
        return 0.0
    low, high = term.training_range
    if low <= value <= high:
        return 0.0
    if value > 0 and _is_skewed(term):
        return max(math.log(low / value), math.log(value / high)) / math.log(high / low)
    return max(low - value, value - high) / max(high - low, _usual_difference(term))


def beyond_scores(signature: Signature, score: float) -> float:
    """How far a score lies beyond the training scores, in their widths; 0 inside and where none are given."""
    scores = signature.distribution
    if scores is None:
        return 0.0
    width = max([scores.p99 - scores.p1, *(_span(term) for term in signature.terms)])
    return max(scores.p1 - score, score - scores.p99, 0.0) / width


def _is_skewed(term: Term) -> bool:
    """Whether the training's values lie as those of sizes and counts do: most of them near the lower end."""
    low, high = term.training_range or (0.0, 0.0)
    if not 0 < low < term.mean < high or high - low < term.scale:
        return False
    return abs(term.mean - math.sqrt(low) * math.sqrt(high)) < abs(term.mean - (low + high) / 2)


def _usual_difference(term: Term) -> float:
    return max(term.scale, variable_of(term.variable).step)


def _span(term: Term) -> float:
    """What a term adds to the score at one end of its training range more than at the other."""
    low, high = term.training_range or (0.0, 0.0)
    return abs(term.coefficient) * (high - low) / term.scale
