"""How far values agree between contours of the same lesion: intraclass correlation of a signature's terms."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from .perturbation import USUAL, Perturbation


@dataclass(frozen=True)
class Spread:
    """Values of one variable over a lesion's perturbed contours: how many, mean, SD (n - 1; None for one)."""

    n: int
    mean: float
    sd: float | None


@dataclass(frozen=True)
class LesionStability:
    """A lesion's score over perturbed contours. What too few of them could be scored for is None.

    Parameters
    ----------
    sd : float, optional
        Standard deviation (n - 1) of their scores.
    low, high : float, optional
        5th and 95th percentile of their scores.
    flips : mapping of str to float
        Cut-off (`low`, `median`, `high`) -> share, of the contours that could be scored, whose score lies on
        the other side of it than the lesion's; empty when none could be, and without cut-offs.
    scored, draws : int
        Contours that could be scored, of all.
    spreads : mapping of str to Spread
        Variable -> its values over the scored contours, for the features that the signature uses.
    perturbation : Perturbation
    """

    sd: float | None
    low: float | None
    high: float | None
    flips: Mapping[str, float]
    scored: int
    draws: int
    spreads: Mapping[str, Spread] = field(default_factory=dict)
    perturbation: Perturbation = USUAL


@dataclass(frozen=True)
class PatientStability:
    """Lesions by identifier; each term's intraclass correlation ICC(1,1) over them, None if not defined."""

    lesions: Mapping[str, LesionStability]
    icc: Mapping[str, float | None]
    perturbation: Perturbation


def patient_stability(lesions: Mapping[str, LesionStability]) -> PatientStability | None:
    """The agreement of lesions together; None unless the contours of all were perturbed in the same way."""
    measured = list(lesions.values())
    if not measured or any(one.perturbation != measured[0].perturbation for one in measured):
        return None
    variables = dict.fromkeys(variable for one in measured for variable in one.spreads)
    icc = {
        variable: intraclass_correlation(
            [one.spreads[variable] for one in measured if variable in one.spreads]
        )
        for variable in variables
    }
    return PatientStability(dict(lesions), icc, measured[0].perturbation)


def intraclass_correlation(spreads: Sequence[Spread]) -> float | None:
    """ICC(1,1): the share of the variance that lies between lesions, one-way random effects, single values.

    Lesions are the targets, their contours the measurements. An estimate, which can fall below 0 where
    contours matter more than lesions. None with fewer than two lesions or contours, and where no value
    differs from another.

    Source: Shrout and Fleiss, Psychological Bulletin 1979;86:420-428, case 1; for groups of unequal size with
    the mean size of the analysis of variance.

    Parameters
    ----------
    spreads : sequence of Spread, one a lesion

    Returns
    -------
    float or None

    Examples
    --------
    Two lesions whose values are far apart and vary little with the contour:

    >>> round(intraclass_correlation([Spread(30, 1.0, 0.1), Spread(30, 3.0, 0.1)]), 3)
    0.995
    """
    groups = [spread for spread in spreads if spread.n]
    total = sum(group.n for group in groups)
    if len(groups) < 2 or total <= len(groups):
        return None
    # Values count from the first mean: what is the same everywhere then leaves no rounding error.
    means = [group.mean - groups[0].mean for group in groups]
    grand = sum(group.n * mean for group, mean in zip(groups, means, strict=True)) / total
    between = sum(group.n * (mean - grand) ** 2 for group, mean in zip(groups, means, strict=True))
    between /= len(groups) - 1
    within = sum((group.n - 1) * (group.sd or 0.0) ** 2 for group in groups) / (total - len(groups))
    size = (total - sum(group.n**2 for group in groups) / total) / (len(groups) - 1)
    variance = between + (size - 1) * within
    return (between - within) / variance if variance > 0 else None
