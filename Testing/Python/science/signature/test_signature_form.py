"""A published signature that was typed in becomes a signature, or is refused in plain words.

Tests of: signature_form, form_check, form_examples.
"""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from form_cases import INTERCEPT, ROWS, SETTINGS, VALUES, example, form, score_by_hand, with_row
from radioimmuno.findings import SignatureError
from radioimmuno.settings import Settings
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.form_check import check_form, signature_of
from radioimmuno.signature.signature import read_signature, write_signature
from radioimmuno.signature.signature_form import FormExample, FormTerm


def refused(one, code, *words):
    check = check_form(one)
    assert check.signature is None
    assert code in [problem.code for problem in check.problems]
    text = " ".join(problem.text for problem in check.problems)
    for word in words:
        assert word in text
    with pytest.raises(SignatureError) as caught:
        signature_of(one)
    assert str(caught.value) == text
    return check


def test_a_form_becomes_the_signature_that_was_published(tmp_path):
    made = signature_of(form())
    assert [term.variable for term in made.terms] == [
        row[4] or "ring.glrlm.long_run_high_gray_level_emphasis" for row in ROWS
    ]
    assert (made.name, made.status, made.citation) == ("Made up", "published", "Nobody et al. 1900")
    assert made.cutoffs == Cutoffs(-0.5, 0.1, 0.6)
    assert made.intercept == float(INTERCEPT)
    assert made.settings == Settings.from_dict(
        {"extraction": {"spacing_mm": 1.5, "bin_width_hu": 25}, "ring": {"outer_mm": 3}}
    )
    assert made.training["kind"] == "continuous"
    assert made.training["entered"][1]["variable"] == "ring_GLRLM_LongRunHighGreyLevelEmphasis"
    assert made.training["examples"][0]["computed"] == pytest.approx(score_by_hand(), abs=1e-12)
    written = write_signature(made, tmp_path / "made.json")
    assert replace(read_signature(tmp_path / "made.json"), sha256="") == made
    assert written.terms == made.terms


def test_pyradiomics_kurtosis_is_taken_three_lower():
    check = check_form(form())
    assert check.terms[4].term.mean == pytest.approx(0.1, abs=1e-12)
    assert "taken 3 lower" in check.terms[4].note
    bare = check_form(with_row(4, mean="", scale=""))
    assert (bare.terms[4].term.mean, bare.terms[4].term.scale) == (-3.0, 1.0)


def test_without_mean_and_scale_the_coefficient_is_of_the_value_itself():
    term = signature_of(form()).terms[7]
    assert (term.coefficient, term.mean, term.scale) == (-0.0182, 0.0, 1.0)


def test_without_a_citation_the_signature_is_of_research_and_the_kind_says_the_direction():
    made = signature_of(form(citation=" ", kind="survival"))
    assert (made.status, made.direction) == ("research", "a higher score means an earlier event")
    assert signature_of(form(direction="more")).direction == "more"


def test_an_example_in_other_names_comes_out_the_same():
    named = {row[4] or row[0]: value for row, value in zip(ROWS, VALUES, strict=True)}
    named["lesion.statistics.kurtosis"] = "0.50"  # the IBSI's, 3 less than PyRadiomics'
    (check,) = check_form(form(examples=(FormExample(named, f"{score_by_hand():.4f}"),))).examples
    assert check.is_exact
    assert check.computed == pytest.approx(score_by_hand(), abs=1e-12)


def test_the_tolerance_of_an_example_is_what_was_rounded():
    score = score_by_hand()
    (exact,) = check_form(form(examples=(example(f"{score:.3f}"),))).examples
    assert exact.is_exact
    assert exact.printed_rounding == 0.0005
    (off,) = check_form(form(examples=(example(f"{score + 0.01:.3f}"),))).examples
    assert not off.is_exact
    assert off.agrees
    assert "within the rounding" in off.text


def test_roundings_of_all_printed_numbers_are_let_through():
    """Each coefficient was rounded by up to half a unit, and the score made of those that were not."""
    rng = np.random.default_rng(13)
    for _ in range(200):
        total = float(INTERCEPT) + rng.uniform(-0.005, 0.005)
        for (_, coefficient, mean, scale, _), value in zip(ROWS, VALUES, strict=True):
            digits = len(coefficient.partition(".")[2])
            weight = float(coefficient) + rng.uniform(-0.5, 0.5) * 10.0**-digits
            total += weight * (float(value) - float(mean or 0)) / float(scale or 1)
        (check,) = check_form(form(examples=(example(f"{total:.2f}"),))).examples
        assert check.agrees


def test_the_reach_of_roundings_is_three_standard_deviations_of_their_sum():
    """By simulation: each printed number drawn evenly from what rounds to it, whole ones left alone."""
    rng = np.random.default_rng(5)

    def drawn(text):
        digits = len(text.partition(".")[2])
        return float(text or 0) + (rng.uniform(-0.5, 0.5, 40_000) * 10.0**-digits if digits else 0.0)

    total = drawn(INTERCEPT)
    for (_, coefficient, mean, scale, _), value in zip(ROWS, VALUES, strict=True):
        total = total + drawn(coefficient) * (drawn(value) - drawn(mean)) / (drawn(scale) if scale else 1.0)
    (check,) = check_form(form()).examples
    assert check.terms_rounding == pytest.approx(3 * total.std(), rel=0.02)


def test_an_example_that_differs_is_refused_with_both_scores_and_each_part():
    wrong = f"{score_by_hand() + 0.9:.2f}"
    check = refused(form(examples=(example(), example(wrong))), "signature.example_differs", "Example 2")
    text = check.problems[0].text
    assert f"computed {score_by_hand():.6g}, published {float(wrong):g}" in text
    assert "intercept 1.25" in text
    parts = dict(check.examples[1].parts)
    assert parts["acquisition.kvp"] == pytest.approx(-0.0182 * 120)
    assert sum(parts.values()) + 1.25 == pytest.approx(score_by_hand())
    sizes = [abs(size) for _, size in check.examples[1].parts]
    assert sizes == sorted(sizes, reverse=True)
    assert len(parts) == 8


def test_a_wrong_sign_or_a_confused_variable_is_noticed_by_the_example():
    terms = list(form().terms)
    terms[6] = replace(terms[6], coefficient="0.25")
    refused(form(terms=tuple(terms)), "signature.example_differs")
    terms = list(form().terms)
    terms[0] = replace(terms[0], coefficient="0.11")
    refused(form(terms=tuple(terms)), "signature.example_differs")


@pytest.mark.parametrize(
    ("examples", "words"),
    [
        ((FormExample({}, "1"),), ["Example 1 has no value for lesion.statistics.minimum, ring.glrlm"]),
        ((example("high"),), ["Example 1: the score is 'high', which is no number"]),
        (
            (example("1", location_liver="1"),),
            ["Example 1: 'location_liver' is no variable", "location.liver"],
        ),
        ((example("1", GLCM_Contrast="1"),), ["GLCM_Contrast is none of the terms"]),
        ((example("1", **{"acquisition.kvp": "120"}),), ["acquisition.kvp is given twice"]),
        ((example("1", kVp="x"),), ["Example 1: kVp is 'x', which is no number"]),
    ],
    ids=["no values", "score", "unknown", "no term", "twice", "value"],
)
def test_an_example_that_cannot_be_computed_is_refused(examples, words):
    check = check_form(form(examples=examples))
    assert check.signature is None
    assert check.examples == (None,)
    assert all(word in " ".join(problem.text for problem in check.problems) for word in words)
    assert {problem.part for problem in check.problems} == {"examples"}


@pytest.mark.parametrize(
    ("row", "changes", "code", "words"),
    [
        (
            1,
            {"variable": "ring_glcm_Contrst"},
            "unknown_variable",
            "Row 2: 'ring_glcm_Contrst' is no variable",
        ),
        (1, {"variable": "Contrast"}, "ambiguous_variable", "glcm_Contrast or ngtdm_Contrast"),
        (1, {"variable": " "}, "invalid", "Row 2 names no variable"),
        (1, {"variable": "glrlm_ShortRunEmphasis"}, "duplicate_term", "as row 2, glrlm_ShortRunEmphasis, is"),
        (5, {"variable": "kVp"}, "duplicate_term", "Row 8, kVp, is acquisition.kvp, as row 6"),
        (2, {"scale": "0"}, "invalid", "Row 3, ring_ngtdm_Busyness: the scale is 0; it must be above 0"),
        (2, {"scale": "-0.5"}, "invalid", "the scale is -0.5"),
        (2, {"scale": ""}, "invalid", "has a mean and no scale"),
        (2, {"mean": ""}, "invalid", "has a scale and no mean"),
        (2, {"mean": "inf"}, "non_finite", "the mean is 'inf', which is not finite"),
        (2, {"coefficient": "nan"}, "non_finite", "the coefficient is 'nan'"),
        (2, {"coefficient": ""}, "invalid", "the coefficient is empty"),
        (2, {"coefficient": "1,234"}, "invalid", "nothing for thousands"),
        (7, {"coefficient": "x"}, "invalid", "Row 8, kVp: the coefficient is 'x'"),
    ],
)
def test_a_wrong_row_is_refused_in_words(row, changes, code, words):
    check = refused(with_row(row, **changes), f"signature.{code}", words)
    assert len(check.problems) == 1
    assert check.problems[0].part == "terms"


@pytest.mark.parametrize(
    ("changes", "part", "words"),
    [
        ({"terms": (), "examples": ()}, "terms", "No term was entered"),
        ({"name": " "}, "name", "The name is missing"),
        ({"predicts": ""}, "predicts", "say what the score stands for"),
        ({"version": ""}, "version", "The version is missing"),
        ({"kind": "ordinal"}, "kind", "'ordinal'; it must be one of continuous, binary, survival"),
        ({"intercept": ""}, "intercept", "The intercept is empty"),
        ({"cutoffs": ("1", "", "")}, "cutoffs", "median and high: give all three, the median alone, or none"),
        ({"cutoffs": ("1", "2", "")}, "cutoffs", "Cut-offs are missing, high"),
        ({"cutoffs": ("", "x", "")}, "cutoffs", "The median cut-off is 'x'"),
        ({"cutoffs": ("1", "1", "2")}, "cutoffs", "The cut-offs 1, 1, 2 must ascend"),
        ({"cutoffs": ("1", "3", "2")}, "cutoffs", "must ascend"),
        ({"cutoffs": ("1", "x", "2")}, "cutoffs", "The median cut-off is 'x'"),
        (
            {"settings": {"ring": {"outer_mm": "-1"}}},
            "settings",
            "ring.outer_mm must be a number from 0 to 50",
        ),
        ({"settings": {"ring": {"width": "1"}}}, "settings", "ring.width is not known"),
        ({"settings": {"extraction": {"bin_count": "32"}}}, "settings", "exclude each other"),
        ({"settings": {"extraction": {"range_hu": ("-50", "")}}}, "settings", "must be two numbers"),
    ],
)
def test_a_wrong_field_is_refused_in_words(changes, part, words):
    check = check_form(form(**({"examples": ()} | changes)))
    assert check.signature is None
    assert part in [problem.part for problem in check.problems]
    assert words in " ".join(problem.text for problem in check.problems)


TYPED = st.sampled_from(
    [
        "",
        " ",
        "1",
        "-0.5",
        "0",
        "1e308",
        "-1e308",
        "0e999",
        "1e-999",
        "1e999",
        "nan",
        "1,5",
        "kVp",
        "table.",
        "\ud800",
    ]
) | st.text(max_size=8)


@given(
    st.lists(st.tuples(TYPED | st.sampled_from([row[0] for row in ROWS]), TYPED, TYPED, TYPED), max_size=3),
    st.tuples(TYPED, TYPED, TYPED),
    TYPED,
    st.dictionaries(TYPED, TYPED, max_size=3),
)
def test_whatever_is_typed_becomes_a_signature_or_problems(rows, cutoffs, intercept, values):
    terms = tuple(FormTerm(*row) for row in rows)
    whole = {term.variable: "1e308" for term in terms}
    examples = (FormExample(values, intercept), FormExample(whole, "1"))
    settings = {"ring": {"outer_mm": intercept, "range_hu": list(cutoffs[:2])}}
    for one in (
        form(terms=terms, cutoffs=cutoffs, intercept=intercept, settings=settings, examples=examples),
        form(terms=terms, examples=examples[1:]),
        form(terms=terms, name=intercept, examples=()),
    ):
        check = check_form(one)
        assert (check.signature is None) == bool(check.problems)
        assert all(problem.text for problem in check.problems)


def test_all_that_is_wrong_is_said_at_once():
    terms = (FormTerm("nothing like it", "1"), FormTerm("kVp", "x"))
    check = check_form(form(name="", terms=terms, cutoffs=("2", "1", "0")))
    assert [(problem.part, problem.row) for problem in check.problems] == [
        ("terms", 0),
        ("terms", 1),
        ("name", None),
        ("cutoffs", None),
    ]


def test_settings_are_read_from_texts():
    extraction = {
        "spacing_mm": "",
        "bin_width_hu": "none",
        "bin_count": "32",
        "range_hu": ("\u2212200", "300.5"),
    }
    made = signature_of(form(settings={"extraction": {**extraction, "interpolation": "cubic"}}, examples=()))
    assert made.settings.extraction.spacing_mm is None
    assert made.settings.extraction.bin_width_hu is None
    assert made.settings.extraction.bin_count == 32
    assert made.settings.extraction.range_hu == (-200.0, 300.5)
    assert made.settings.extraction.interpolation == "cubic"


def test_filters_and_images_of_the_settings_are_the_signature_s(tmp_path):
    """Numbers of a form are texts; those of a file are numbers, and definitions stay as they are."""
    images = {"pet": {"extraction": {"spacing_mm": 4}, "suv": "lbm"}}
    own = {
        "smooth": {"kind": "mean", "support": 5, "bin_count": 16},
        "unused": {"kind": "mean", "support": 3},
    }
    names = (
        "lesion.smooth.statistics.mean",
        "pet.ring.log_sigma_8mm.glcm.contrast",
        "delta.wavelet-LLH_glcm_Id",
    )
    made = signature_of(
        form(
            terms=tuple(FormTerm(name, "1") for name in names),
            settings={**SETTINGS, "filters": own, "images": images},
            examples=(),
        )
    )
    assert made.variables[1] == names[1]
    settings = read_back(made, tmp_path).settings
    assert settings.extraction.spacing_mm == 1.5
    assert settings.filters["smooth"].filter.support == 5
    assert settings.filters["smooth"].bin_count == 16
    assert set(settings.filters) == {"smooth", "wavelet_coif1_llh"}
    assert settings.images["pet"].extraction.spacing_mm == 4
    assert settings.images["pet"].suv == "lbm"
    assert list(settings.images["pet"].filters) == ["log_sigma_8mm"]


def read_back(made, tmp_path):
    write_signature(made, tmp_path / "made.json")
    return read_signature(tmp_path / "made.json")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("lesion.smooth.statistics.mean", "There is no filter 'smooth'."),
        ("lesion.log_sigma_0mm.statistics.mean", "sigma_mm must be a number above 0"),
        ("delta.ring.wavelet_haar.glcm.contrast", "wavelet_haar stands for 8 filters: name one of"),
    ],
)
def test_a_term_after_a_filter_that_is_not_defined_is_refused_with_its_row(name, words):
    check = refused(with_row(2, variable=name), "signature.unknown_variable", f"Row 3, {name}: ", words)
    assert check.terms[2].problem.row == 2


def test_what_is_assumed_of_a_wavelet_of_pyradiomics_is_noted():
    for name in ("wavelet-LLH_glcm_Contrast", "delta.wavelet-LLH_glcm_Contrast"):
        (first, *_) = check_form(with_row(0, variable=name)).terms
        assert "provided that the wavelet is coif1, which the name does not say" in first.note


def test_what_is_no_unicode_is_refused():
    refused(form(name="\ud800"), "signature.unreadable", "not UTF-8")


def test_a_column_of_a_table_and_a_clinical_value_are_taken_and_noted():
    check = check_form(with_row(0, variable="table.wavelet-LLH_glcm_Contrast"))
    assert check.signature is not None
    assert "no image can be scored" in check.terms[0].note
    assert "asked of a person" in check_form(with_row(0, variable="clinical.pdl1")).terms[0].note
    assert "its file is needed" in check_form(with_row(0, variable="learned.niche.3")).terms[0].note
    change = check_form(with_row(0, variable="delta.ring_glcm_Contrast"))
    assert change.signature is not None
    assert change.signature.changing == ("ring.glcm.contrast",)
    assert "lesions that are followed can be scored" in change.terms[0].note
