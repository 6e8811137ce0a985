"""What the page has on the patient: whose result it is, metrics, what is left out, origin of the numbers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ..lesion import LeftOut
from ..scoring.results import NO_BINS, NOT_DEFINED, Metrics
from ..signature.signature import Signature, signature_record
from .axis import Axis
from .context import Context
from .formatting import MINUS, fixed, outside_bins_words, rule_words
from .markup import Child, Markup, element, table, wide

TITLE = "Lesion scores"
UNKNOWN = "not known"
NO_SCORE = "no scored lesion"
ENTROPY_DECIMALS = 2


def page_title(context: Context) -> str:
    """The title in a browser's tab and at the head of a printed page."""
    return " · ".join(filter(None, (TITLE, context.patient.identity.patient, "RadioImmunoScore")))


def page_header(context: Context) -> Markup:
    """Patient, study and series; the signature and its notice."""
    signature = context.signature
    about = (
        "Each lesion of the CT, and the ring of tissue around its surface, was measured and scored by the "
        f"signature “{signature.name}” (version {signature.version}). Blue is a score below "
        f"{context.axis.scale.centre}, red one above it, gray a lesion that could not be scored."
    )
    return element(
        "header",
        element("p", "RadioImmunoScore", class_="brand"),
        element("h1", TITLE),
        _identity(context),
        element("p", about, class_="about"),
        _notice(signature),
        class_="page",
    )


def _identity(context: Context) -> Markup:
    identity = context.patient.identity
    scored = context.patient.provenance.get("created_utc")
    facts = [("Patient", identity.patient), ("Study", identity.study), ("Series", identity.series)]
    rows = [_fact(name, text) for name, text in facts]
    return element("dl", rows, _fact("Scored", _moment(scored)) if scored else None, class_="identity")


def _fact(name: str, text: str) -> Markup:
    shown = element("bdi", text) if text else element("span", UNKNOWN, class_="words")
    return element("div", element("dt", name), element("dd", shown))


def _moment(text: object) -> str:
    """An ISO 8601 moment in UTC as a person reads it: "2026-01-31 12:30 UTC"."""
    return f"{str(text)[:16].replace('T', ' ')} UTC"


def _notice(signature: Signature) -> Markup:
    return element("p", signature.notice, class_=f"notice {signature.status}", role="note")


def patient_tiles(context: Context) -> Markup:
    """The figures that are asked for first."""
    metrics, axis = context.patient.metrics, context.axis
    lowest = element("small", _lesion_name(metrics.minimum_lesion, context))
    tiles = [
        *_value_tile(context),
        _tile("Lesions scored", f"{metrics.n} of {len(context.patient.lesions)}"),
        _tile("Least infiltrated", _value(metrics.minimum, axis), lowest),
        _tile("Mean score", _value(metrics.mean, axis)),
        _tile("Heterogeneity (SD)", _spread(metrics.sd, metrics.n, axis.decimals)),
        _tile("Entropy, bits", _entropy(metrics), element("small", outside_bins_words(metrics))),
    ]
    return element("dl", tiles, class_="tiles")


def _value_tile(context: Context) -> list[Markup]:
    """The patient's value by the signature's rule; none where it names no rule."""
    value = context.patient.value
    if value is None:
        return []
    decimals = context.axis.decimals
    shown = value.why_missing if value.value is None else fixed(value.value, decimals)
    cutoff = f"{value.group}, cut-off {fixed(value.cutoff, decimals)}" if value.cutoff is not None else ""
    detail = [element("small", text) for text in (cutoff if value.group else "", rule_words(value)) if text]
    small = "words" if value.value is None else None
    return [
        element(
            "div",
            element("dt", "Patient's value"),
            element("dd", element("span", shown, class_=small), detail),
        )
    ]


def metrics_table(context: Context) -> Markup:
    """One row a subset; what a subset is too small for has the reason in its place."""
    columns = ("Subset", "Scored", "Minimum", "Mean", "Median", "Maximum", "SD", "Entropy, bits")
    rows = [_row(name, metrics, context) for name, metrics in context.patient.subsets.items()]
    subsets = table("Scores by subset of lesions", columns, rows, "metrics together")
    return Markup(subsets + element("p", entropy_note(context), class_="note"))


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


def left_out_table(left_out: Sequence[LeftOut]) -> Markup | None:
    """One row a structure; None where nothing was left out."""
    if not left_out:
        return None
    rows = [
        element("tr", element("th", element("bdi", one.name), scope="row"), element("td", one.reason))
        for one in left_out
    ]
    note = (
        "They are not scored and cut no ring. Where one is a lesion all the same, choose it and score again."
    )
    structures = table(
        "Left out", ("Structure", "Why"), rows, "metrics together", "Structures that are no lesions"
    )
    return Markup(structures + element("p", note, class_="note"))


def origin_table(provenance: Mapping[str, Any], signature: Signature) -> Markup:
    """The signature's facts and every entry of the provenance, nested names joined by a dot."""
    names = ("name", "version", "status", "predicts", "direction", "citation", "patents", "sha256")
    facts = signature_record(signature, *names) | {"patents": "; ".join(signature.patents)}
    recorded = {name: value for name, value in provenance.items() if name != "signature"}
    known = {"signature": facts, "settings": signature.settings.to_dict()}
    groups = [_group(name, value) for name, value in (known | recorded).items() if value or value == 0]
    caption = element("caption", "Provenance", class_="unseen")
    return wide("Provenance", element("table", caption, groups, class_="origin"))


def _group(name: str, value: Any) -> Markup:
    rows = [
        element("tr", element("th", key, scope="row"), element("td", text))
        for key, text in _entries(value, "" if isinstance(value, Mapping) else name)
        if text
    ]
    heading = element(
        "tr", element("th", name.replace("_", " "), colspan=2, scope="rowgroup"), class_="group"
    )
    return element("tbody", heading, rows)


def _entries(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entries(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        if any(isinstance(item, Mapping) for item in value):
            for place, item in enumerate(value, start=1):
                yield from _entries(item, f"{name} {place}")
        else:
            yield name, ", ".join(_text(item) for item in value)
    else:
        yield name, _text(value)


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
