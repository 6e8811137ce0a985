from dataclasses import replace

import numpy as np
import pytest
from phantoms import distance_to
from signatures import signature, term

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion, Site
from radioimmuno.scoring.score import patient_score, score, score_rows
from radioimmuno.study import Study

LATTICE = Lattice((60, 64, 68), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
CENTRES = ((12, 12, 12), (50, 50, 12), (50, 12, 45), (12, 50, 45))
HU = (20, 60, 100, 140)


def patient() -> tuple[Image, list[Lesion]]:
    """Four balls of known intensity in fat: 2, 1, 3, 4 from dark to bright."""
    values = np.full(LATTICE.shape, -100, np.int16)
    lesions = []
    for number, (centre, hu) in enumerate(zip(CENTRES, HU, strict=True), start=1):
        mask = distance_to(LATTICE, np.array(centre, float)) <= 7
        values[mask] = hu
        lesions.append(Lesion(str(number), f"ball {number}", Image(mask, LATTICE), Site.LIVER, number > 2))
    return Image(values, LATTICE), lesions


def test_the_score_is_intercept_plus_contributions():
    image, lesions = patient()
    mine = signature(
        term("lesion.statistics.mean", coefficient=2.0, mean=60.0, scale=40.0),
        term("location.liver", coefficient=0.25),
        term("location.lung", coefficient=9.0),
        term("acquisition.kvp", coefficient=1.0, mean=120.0, scale=20.0),
        intercept=0.5,
    )
    result = score(image, lesions, mine, Acquisition(kvp=100.0))
    assert [row.score for row in result.lesions] == pytest.approx(
        [0.5 + 2 * (hu - 60) / 40 + 0.25 + 0 - 1 for hu in HU]
    )
    first = result.lesions[0]
    assert [part.contribution for part in first.contributions] == pytest.approx([-2.0, 0.25, 0.0, -1.0])
    assert first.score == pytest.approx(0.5 + sum(part.contribution for part in first.contributions))


@pytest.mark.parametrize(
    ("variable", "code", "words"),
    [
        ("clinical.pdl1", "clinical.missing", "--clinical pdl1=VALUE"),
        ("table.wavelet-HHL_glcm_Contrast", "signature.not_measured", "column of the table"),
        ("learned.niche.3", "learned.not_given", "needs the outside model niche, which was not given"),
    ],
)
def test_a_value_that_is_not_measured_here_refuses_every_lesion(variable, code, words):
    image, lesions = patient()
    result = score(image, lesions, signature(term("lesion.statistics.mean"), term(variable)))
    assert [row.score for row in result.lesions] == [None] * 4
    for row in result.lesions:
        (found,) = [one for one in row.findings if one.code == code]
        assert found.refuses
        assert words in found.text


def test_the_ring_is_measured_on_the_ring():
    image, lesions = patient()
    mine = signature(term("ring.statistics.maximum"), term("ring.statistics.minimum"), intercept=0.0)
    row = score(image, lesions, mine).lesions[3]
    assert [part.value for part in row.contributions] == [140.0, -100.0]
    assert row.ring is not None


def test_a_kvp_that_is_needed_and_missing_refuses_every_lesion():
    image, lesions = patient()
    mine = signature(term("lesion.statistics.mean"), term("acquisition.kvp"))
    result = score(image, lesions, mine)
    assert [row.score for row in result.lesions] == [None] * 4
    assert all(row.findings[0].code == "ct.kvp_missing" for row in result.lesions)
    assert result.metrics.n == 0
    assert all(row.score is not None for row in score(image, lesions, mine, Acquisition(kvp=120.0)).lesions)


def test_a_value_out_of_the_training_range_is_flagged_and_not_clipped():
    image, lesions = patient()
    ranged = term("lesion.statistics.mean", training_range=(50.0, 110.0))
    mine = signature(ranged, intercept=0.0, distribution=None)
    rows = score(image, lesions, mine).lesions
    assert [row.score for row in rows] == pytest.approx(HU)
    assert [row.status for row in rows] == ["warning", "scored", "scored", "warning"]
    assert rows[0].findings[0].code == "domain.feature_range"
    assert "intensity: mean" in rows[0].findings[0].text


def test_a_missing_site_is_warned_about_where_a_term_uses_it():

    image, lesions = patient()
    nowhere = [replace(lesion, site=None) for lesion in lesions]
    with_site = score(image, nowhere, signature(term("location.liver"))).lesions[0]
    assert [finding.code for finding in with_site.findings] == ["site.missing"]
    assert with_site.score is not None
    assert score(image, nowhere, signature()).lesions[0].findings == ()


@pytest.mark.parametrize(("convention", "expected"), [("refuse", None), ("mean", 0.5)])
def test_an_undefined_value_follows_the_terms_convention(convention, expected):
    values = np.zeros(LATTICE.shape, np.int16)
    lesion = patient()[1][0]
    # A mean of 0 HU has no coefficient of variation.
    mine = signature(
        term("lesion.statistics.coefficient_of_variation", mean=3.0, when_undefined=convention), intercept=0.5
    )
    (row,) = score(Image(values, LATTICE), [lesion], mine).lesions
    assert row.score == expected
    assert ("feature.undefined" in [finding.code for finding in row.findings]) == (expected is None)


def test_five_lesions_of_which_two_cannot_be_scored():
    image, lesions = patient()
    empty = Lesion("5", "empty", Image(np.zeros(LATTICE.shape, bool), LATTICE))
    tiny = np.zeros(LATTICE.shape, bool)
    tiny[30, 30, 30:32] = True
    result = score(image, [*lesions[:3], empty, Lesion("6", "tiny", Image(tiny, LATTICE))], signature())
    assert len(result.lesions) == 5
    assert [row.score is None for row in result.lesions] == [False, False, False, True, True]
    assert result.scored == result.lesions[:3]
    assert [row.findings[0].code for row in result.lesions[3:]] == ["lesion.empty", "lesion.too_small"]
    assert result.metrics.n == 3


def test_what_reading_found_is_kept_and_obeyed():
    image, lesions = patient()
    known = {
        "1": (Finding("mask.geometry", Severity.REFUSE, "moved by 8 %"),),
        "2": (Finding("mask.geometry", Severity.FIXED, "moved by 1 %"),),
    }
    rows = score(image, lesions, signature(), findings=known).lesions
    assert rows[0].score is None
    assert rows[0].reasons == "moved by 8 %"
    assert rows[1].score is not None
    assert rows[1].status == "scored"


def test_one_lesion_scored_again_is_the_row_it_was_among_all():
    image, lesions = patient()
    beside = Lesion("5", "beside", Image(distance_to(LATTICE, np.array([12.0, 12, 26])) <= 7.5, LATTICE))
    mine = signature(term("ring.statistics.mean"), term("lesion.histogram.entropy"))
    everything = score(image, [*lesions, beside], mine)
    (row,) = score_rows(Study({"ct": image}, (*lesions, beside)), mine, only={"1"})
    assert row == everything.lesions[0]
    # The neighbour cuts the ring: without it the row would be another.
    assert row.score != score(image, lesions, mine).lesions[0].score
    assert patient_score([row, *everything.lesions[1:]], mine, Acquisition(), {}) == everything


def test_subsets_follow_the_irradiated_flag():
    image, lesions = patient()
    subsets = score(image, lesions, signature(intercept=0.0)).subsets
    assert subsets["irradiated"].mean == pytest.approx(120)
    assert subsets["not irradiated"].mean == pytest.approx(40)
    assert subsets["all"].minimum_lesion == "1"
    assert subsets["site: liver"].n == 4


def test_the_same_input_gives_the_same_result_with_its_provenance():
    image, lesions = patient()
    mine = signature(name="mine", sha256="ab" * 32)
    first, second = (score(image, lesions, mine, inputs={"ct": "x"}) for _ in range(2))
    assert first.provenance == second.provenance
    assert [row.score for row in first.lesions] == [row.score for row in second.lesions]
    assert first.provenance["signature"]["sha256"] == "ab" * 32
    assert first.provenance["inputs"] == {"ct": "x"}
    assert first.provenance["settings"]["ring"]["outer_mm"] == 2.0
