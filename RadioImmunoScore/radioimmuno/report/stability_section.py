"""How stable scores are over perturbed contours: whiskers, sentences and tables."""

from __future__ import annotations

from ..scoring.results import NOT_DEFINED, LesionScore
from ..signature.cutoffs import CUTOFFS
from ..stability.agreement import LesionStability, PatientStability
from ..stability.perturbation import Perturbation
from .axis import Axis
from .context import Context
from .contributions import variable_name
from .formatting import MINUS, fixed
from .markup import Markup, element, table

CAP = 5
PLUS_MINUS = "\N{PLUS-MINUS SIGN}"
ICC_DECIMALS = 2


def whisker(stability: LesionStability | None, axis: Axis, y: float) -> Markup | None:
    """The whisker over the middle of the redrawn contours' scores; None where there is none."""
    if stability is None or stability.low is None or stability.high is None:
        return None
    low, high = axis.at(stability.low), axis.at(stability.high)
    lines = ((low, high, y, y), (low, low, y - CAP, y + CAP), (high, high, y - CAP, y + CAP))
    # A casing sets it off from the color bar and from the lines of the cut-offs.
    return element(
        "g",
        [
            element("line", x1=x1, x2=x2, y1=y1, y2=y2, class_=kind)
            for kind in ("casing", "core")
            for x1, x2, y1, y2 in lines
        ],
        class_="whisker",
    )


def stability_words(stability: LesionStability | None, axis: Axis) -> Markup | None:
    """A lesion's figures, and a sentence for every cut-off that redrawn contours cross."""
    if stability is None:
        return None
    return element(
        "p", " ".join([*_figures(stability, axis), *flip_sentences(stability)]), class_="stability"
    )


def flip_sentences(stability: LesionStability) -> list[str]:
    """In how many redrawn contours the score lies on the other side of a cut-off, in plain words."""
    sentences = []
    scored = stability.scored
    contours = f"{scored} redrawn contour{'' if scored == 1 else 's'}"
    for name in CUTOFFS:
        crossing = round(stability.flips.get(name, 0.0) * scored)
        if crossing:
            other = f"the score lies on the other side of the {name} cut-off."
            sentences.append(f"In {crossing} of {contours} {other}")
    if scored and stability.flips and not sentences:
        sentences.append(f"In none of {contours} does the score lie on the other side of a cut-off.")
    missing = stability.draws - scored
    if missing:
        sentences.append(f"{missing} of {stability.draws} redrawn contours could not be scored.")
    return sentences


def whisker_note(context: Context) -> str | None:
    """What the whiskers are; None where there is none."""
    measured = [row.stability for row in context.patient.lesions if row.stability is not None]
    if not measured:
        return None
    return (
        "Whisker: from the 5th to the 95th percentile of the scores of contours redrawn at random, as other "
        "readers might have drawn them. The dot is the score of the contour as it was drawn; it may lie "
        f"beside its whisker. {perturbation_words(measured[0].perturbation)}"
    )


def perturbation_words(perturbation: Perturbation) -> str:
    """How contours were redrawn, in a sentence."""
    return (
        f"{perturbation.draws} contours a lesion: the surface displaced by a random smooth field (SD "
        f"{perturbation.sd_mm:g} mm, correlation falling to 1/e at "
        f"{perturbation.correlation_mm:g} mm), the whole contour grown or shrunk by up to "
        f"{perturbation.growth_voxels:g} of a voxel; seed {perturbation.seed}."
    )


def stability_tables(context: Context) -> Markup | None:
    """The stability of the lesions' scores and of the terms; None where it was not measured together."""
    stability = context.patient.stability
    if stability is None or not stability.lesions:
        return None
    across = (
        "Across: the share of the redrawn contours whose score lies on the other side of that cut-off than "
        "the lesion's. "
    )
    about = (
        f"SD has n {MINUS} 1 in its denominator. ICC(1,1): one-way random effects, single "
        "values; the share of a feature's variance that lies between lesions, not between contours of the "
        "same one. 1 means that contours do not matter."
    )
    parts = (
        _lesion_table(stability, context),
        _term_table(stability),
        element("p", f"{across}{about}" if _cutoffs(context) else about, class_="note"),
    )
    return Markup("".join(parts))


def _figures(stability: LesionStability, axis: Axis) -> list[str]:
    if stability.sd is None or stability.low is None or stability.high is None:
        return []
    spread = fixed(stability.sd, axis.decimals + 1)
    ends = f"{axis.text(stability.low)} to {axis.text(stability.high)}"
    return [f"Redrawn contours: SD {spread}, 5th to 95th percentile {ends} (whisker)."]


def _lesion_table(stability: PatientStability, context: Context) -> Markup:
    columns = (
        "Lesion",
        "Score",
        "SD",
        "5 to 95 %",
        *(f"Across {name}" for name in _cutoffs(context)),
        "Contours",
    )
    rows = [_lesion_row(row, row.stability, context) for row in context.patient.lesions if row.stability]
    return table("Scores over redrawn contours", columns, rows, "metrics narrow")


def _lesion_row(row: LesionScore, stability: LesionStability, context: Context) -> Markup:
    axis = context.axis
    sd, low, high = stability.sd, stability.low, stability.high
    cells = [
        "" if row.score is None else axis.text(row.score),
        "not defined" if sd is None else fixed(sd, axis.decimals + 1),
        "not defined" if low is None or high is None else f"{axis.text(low)} to {axis.text(high)}",
        *(_share(stability.flips.get(name)) for name in _cutoffs(context)),
        f"{stability.scored} of {stability.draws}",
    ]
    name = element("th", element("bdi", context.names[row.id]), scope="row")
    return element("tr", name, [element("td", cell) for cell in cells])


def _cutoffs(context: Context) -> tuple[str, ...]:
    return tuple(context.signature.cutoffs.named) if context.signature.cutoffs else ()


def _share(share: float | None) -> str:
    return "not defined" if share is None else f"{100 * share:.0f} %"


def _term_table(stability: PatientStability) -> Markup:
    rows = [
        element(
            "tr",
            element("th", variable_name(variable), scope="row"),
            element("td", NOT_DEFINED if icc is None else fixed(icc, ICC_DECIMALS)),
        )
        for variable, icc in stability.icc.items()
    ]
    return table("Reliability of the terms", ("Term", "ICC(1,1)"), rows, "metrics")
