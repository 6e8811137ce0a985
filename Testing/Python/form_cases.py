"""A made-up publication of eight terms in mixed vocabularies: none of its numbers is anybody's."""

from __future__ import annotations

from dataclasses import replace

from radioimmuno.signature.signature_form import FormExample, FormTerm, SignatureForm

# As printed: name, coefficient, mean, scale; and the identifier that each name stands for.
ROWS = (
    ("lesion_original_firstorder_Minimum", "-0.11", "-42.5", "20.5", "lesion.statistics.minimum"),
    ("ring_GLRLM_LongRunHighGreyLevelEmphasis", "0.23", "24000", "7300.5", ""),
    ("ring_ngtdm_Busyness", "-0.07", "1.25", "0.503", "ring.ngtdm.busyness"),
    ("22OV", "0.35", "0.902", "0.0521", "lesion.glrlm.short_runs_emphasis"),
    ("firstorder_Kurtosis", "0.13", "3.10", "0.801", "lesion.statistics.kurtosis"),
    ("location.liver", "-0.40", "0.25", "0.433", "location.liver"),
    ("location.lymph_node", "0.52", "0.30", "0.458", "location.lymph_node"),
    ("kVp", "-0.0182", "", "", "acquisition.kvp"),
)
INTERCEPT = "1.25"
VALUES = ("-63.5", "31300.5", "1.75", "0.975", "3.50", "0", "1", "120")
SETTINGS = {"extraction": {"spacing_mm": "1.5", "bin_width_hu": "25"}, "ring": {"outer_mm": "3"}}


def score_by_hand() -> float:
    """The score of `VALUES`, from the printed rows alone."""
    total = float(INTERCEPT)
    for (_, coefficient, mean, scale, _), value in zip(ROWS, VALUES, strict=True):
        total += float(coefficient) * (float(value) - float(mean or 0)) / float(scale or 1)
    return total


def example(score: str = "", **changes: str) -> FormExample:
    """The publication's example, its score rounded to two digits unless given."""
    values = {row[0]: value for row, value in zip(ROWS, VALUES, strict=True)} | changes
    return FormExample(values, score or f"{score_by_hand():.2f}")


def form(**changes) -> SignatureForm:
    """The form of the publication."""
    made = SignatureForm(
        name="Made up",
        predicts="made-up infiltration",
        citation="Nobody et al. 1900",
        terms=tuple(FormTerm(*row[:4]) for row in ROWS),
        intercept=INTERCEPT,
        cutoffs=("-0.5", "0.1", "0.6"),
        settings=SETTINGS,
        examples=(example(),),
    )
    return replace(made, **changes)


def with_row(row: int, **changes: str) -> SignatureForm:
    """The form with one of its terms changed; without the example."""
    terms = list(form().terms)
    terms[row] = replace(terms[row], **changes)
    return form(terms=tuple(terms), examples=())
