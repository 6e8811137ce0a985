"""The patient at a glance, and the metrics of every subset as a table."""

from __future__ import annotations

from ..scoring.results import NO_BINS, NOT_DEFINED, Metrics
from .axis import Axis
from .context import Context
from .markup import Child, Markup, element
from .words import MINUS, fixed, outside_bins_words

NO_SCORE = "no scored lesion"
ENTROPY_DECIMALS = 2


def patient_tiles(context: Context) -> Markup:
    """The figures that are asked for first."""
    metrics, axis = context.patient.metrics, context.axis
    lowest = element("small", _lesion_name(metrics.minimum_lesion, context))
    tiles = [
        _tile("Lesions scored", f"{metrics.n} of {len(context.patient.lesions)}"),
        _tile("Least infiltrated", _value(metrics.minimum, axis), lowest),
        _tile("Mean score", _value(metrics.mean, axis)),
        _tile("Heterogeneity (SD)", _spread(metrics.sd, metrics.n, axis.decimals)),
        _tile("Entropy, bits", _entropy(metrics), element("small", outside_bins_words(metrics))),
    ]
    return element("dl", tiles, class_="tiles")


def metrics_table(context: Context) -> Markup:
    """One row a subset; what a subset is too small for says so."""
    columns = ("Subset", "Scored", "Minimum", "Mean", "Median", "Maximum", "SD", "Entropy, bits")
    head = element("tr", [element("th", c, scope="col") for c in columns])
    rows = [_row(name, metrics, context) for name, metrics in context.patient.subsets.items()]
    table = element(
        "table",
        element("caption", "Scores by subset of lesions", class_="unseen"),
        element("thead", head),
        element("tbody", rows),
        class_="metrics together",
    )
    wide = element(
        "div", table, class_="wide", role="region", aria_label="Scores by subset of lesions", tabindex=0
    )
    return Markup(wide + element("p", entropy_note(context), class_="note"))


def entropy_note(context: Context) -> str:
    """What SD and entropy are taken over."""
    axis, edges = context.axis, context.signature.entropy_edges
    if edges is None:
        return f"SD has n {MINUS} 1 in its denominator. The signature gives no bins of scores: no entropy."
    return (
        f"SD has n {MINUS} 1 in its denominator. Entropy: Shannon entropy over the signature's bins "
        f"({len(edges) - 1} bins from {axis.text(edges[0])} to {axis.text(edges[-1])}, which go on beyond "
        "in the width of the outermost); a definition of this software, publications do not state theirs."
    )


def _tile(name: str, value: str, detail: Markup | None = None) -> Markup:
    small = "words" if value in (NO_SCORE, NOT_DEFINED, NO_BINS) else None
    return element("div", element("dt", name), element("dd", element("span", value, class_=small), detail))


def _row(name: str, metrics: Metrics, context: Context) -> Markup:
    axis = context.axis
    heading = element("th", name, scope="row")
    count = element("td", str(metrics.n))
    if metrics.n == 0:
        return element("tr", heading, count, element("td", NO_SCORE, colspan=6, class_="words"))
    cells: list[Child] = [
        _extreme(metrics.minimum, metrics.minimum_lesion, context),
        _value(metrics.mean, axis),
        _value(metrics.median, axis),
        _extreme(metrics.maximum, metrics.maximum_lesion, context),
    ]
    sd = _spread(metrics.sd, metrics.n, axis.decimals)
    entropy = _entropy(metrics)
    cells_of_spread = [
        element("td", sd, class_="words" if sd == NOT_DEFINED else None),
        element(
            "td",
            entropy,
            element("small", outside_bins_words(metrics)),
            class_="words" if entropy in (NOT_DEFINED, NO_BINS) else None,
        ),
    ]
    return element(
        "tr",
        heading,
        count,
        [element("td", cell) for cell in cells],
        cells_of_spread,
    )


def _value(value: float | None, axis: Axis) -> str:
    return NO_SCORE if value is None else axis.text(value)


def _extreme(value: float | None, lesion: str | None, context: Context) -> Child:
    return [_value(value, context.axis), element("small", _lesion_name(lesion, context))]


def _lesion_name(lesion: str | None, context: Context) -> Markup | None:
    return None if lesion is None else element("bdi", context.names.get(lesion, lesion))


def _spread(value: float | None, n: int, decimals: int) -> str:
    if value is None:
        return NO_SCORE if n == 0 else NOT_DEFINED
    return fixed(value, decimals)


def _entropy(metrics: Metrics) -> str:
    if metrics.n == 0:
        return NO_SCORE
    if metrics.entropy is None:
        return metrics.why_missing("entropy")
    return fixed(metrics.entropy, ENTROPY_DECIMALS)
