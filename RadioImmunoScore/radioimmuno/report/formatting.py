"""Names, numbers and judgements as a person reads them."""

from __future__ import annotations

import math
from collections.abc import Callable

from ..findings import Severity
from ..lesion import Site
from ..scoring.results import Metrics, PatientValue
from ..signature.cutoffs import Cutoffs
from ..signature.patient_rules import PATIENT_RULES
from ..signature.variables import Source, variable_of

MINUS = "\N{MINUS SIGN}"
TIMES = "\N{MULTIPLICATION SIGN}"
NO_CUTOFFS = "the signature gives no cut-offs"

SEVERITY_WORDS = {
    Severity.REFUSE: "Refused",
    Severity.WARN: "Warning",
    Severity.FIXED: "Corrected",
}

# Outside these powers of ten numbers are written with an exponent.
SMALLEST_EXPONENT, LARGEST_EXPONENT = -3, 6
THIN_SPACE = "\N{NARROW NO-BREAK SPACE}"
NO_BREAK = "\N{NO-BREAK SPACE}"
_RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")

_UNITS = {"1": "", "mm2": "mm²", "mm3": "mm³", "HU.mm3": "HU·mm³"}


def value_words(variable: str, value: float) -> str:
    """A variable's value with its unit; a site is a yes or a no."""
    known = variable_of(variable)
    if known.source is Source.SITE:
        return "yes" if value else "no"
    if known.source is Source.TUBE_VOLTAGE:
        return f"{value:g} {known.unit}"
    return f"{number(value)} {_UNITS.get(known.unit, known.unit)}".rstrip()


def number(value: float, significant: int = 4) -> str:
    """A number of any size with this many significant digits, or all digits before the point."""
    value = float(value)
    if value == 0:
        return "0"
    exponent = math.floor(math.log10(abs(value)))
    if not SMALLEST_EXPONENT <= exponent <= LARGEST_EXPONENT:
        mantissa, _, power = f"{value:.{significant - 1}e}".partition("e")
        return f"{mantissa} {TIMES} 10{str(int(power)).translate(_RAISED)}".replace("-", MINUS)
    return f"{value:,.{max(0, significant - 1 - exponent)}f}".replace(",", THIN_SPACE).replace("-", MINUS)


def decimals_for(span: float) -> int:
    """Decimals that show three significant digits of a scale this wide."""
    return min(8, max(0, 2 - math.floor(math.log10(span)))) if span > 0 else 2


def fixed(value: float, decimals: int, sign: str = "-") -> str:
    """A number with a fixed number of decimals; `sign="+"` also writes a plus."""
    text = f"{float(value):{sign}.{decimals}f}"
    if not float(text):
        text = text.lstrip("+-")
    return text.replace("-", MINUS)


def outside_bins_words(metrics: Metrics) -> str:
    """How many scores the entropy counts outside of the signature's bins; empty for none."""
    if not metrics.outside_bins:
        return ""
    return f"{metrics.outside_bins} of {metrics.n} scores outside the signature's bins"


def rule_words(value: PatientValue) -> str:
    """How the patient's value is made of the lesions.

    >>> rule_words(PatientValue("scores_min", 0.5, lesions=3))
    "smallest of the lesions' scores (3 lesions)"
    """
    rule = PATIENT_RULES[value.rule].partition(": ")[2]
    return f"{rule} ({value.lesions} lesion{'' if value.lesions == 1 else 's'})" if value.lesions else rule


def patient_value_words(value: PatientValue, decimals: int) -> str:
    """The patient's value in a line: how much, on which side of the cut-off, and by which rule.

    >>> patient_value_words(PatientValue("scores_min", 0.5, 0.25, 3), 2)
    "Patient's value: 0.50, high (cut-off 0.25); smallest of the lesions' scores (3 lesions)"
    """
    if value.value is None:
        return f"Patient's value: {value.why_missing.rstrip('.')}; {rule_words(value)}"
    side = ""
    if value.cutoff is not None:
        side = f", {value.group} (cut-off {fixed(value.cutoff, decimals)})"
    return f"Patient's value: {fixed(value.value, decimals)}{side}; {rule_words(value)}"


def standing(score: float, cutoffs: Cutoffs | None, decimals: int) -> str:
    """Where a score stands between the signature's cut-offs."""
    if cutoffs is None:
        return NO_CUTOFFS
    median = fixed(cutoffs.median, decimals)
    if score == cutoffs.median:
        return f"at the median cut-off ({median})"
    if cutoffs.low is None or cutoffs.high is None:
        side = "below" if score < cutoffs.median else "above"
        return f"{side} the median cut-off ({median}), the only one"
    low, high = fixed(cutoffs.low, decimals), fixed(cutoffs.high, decimals)
    if score < cutoffs.low:
        return f"below the low cut-off ({low})"
    if score > cutoffs.high:
        return f"above the high cut-off ({high})"
    if score < cutoffs.median:
        return f"between the low ({low}) and the median cut-off ({median})"
    return f"between the median ({median}) and the high cut-off ({high})"


def cutoff_words(cutoffs: Cutoffs, text: Callable[[float], str]) -> str:
    """All cut-offs that there are with their names, and that two are not given where that is so.

    Parameters
    ----------
    cutoffs : Cutoffs
    text : callable
        How a cut-off is written.

    Returns
    -------
    str

    Examples
    --------
    >>> cutoff_words(Cutoffs(-1, 0, 2), str), cutoff_words(Cutoffs(None, 0.5, None), str)
    ('low -1, median 0, high 2', 'median 0.5 (no low and no high one)')
    """
    known = ", ".join(f"{name} {text(value)}" for name, value in cutoffs.named.items())
    return known if len(cutoffs.named) > 1 else f"{known} (no low and no high one)"


def site_word(site: Site | None) -> str:
    """The site's name, or that none is known."""
    return "not given" if site is None else site.label


def irradiated_word(irradiated: bool | None) -> str:
    """Yes, no, or that it is not known."""
    if irradiated is None:
        return "not given"
    return "yes" if irradiated else "no"
