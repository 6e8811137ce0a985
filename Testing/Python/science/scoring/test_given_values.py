"""What a person gives: values that terms weigh, covariates of ComBat, its batch.

Tests of: given_values, weighing.
"""

from dataclasses import replace

import numpy as np
import pytest
from phantoms import distance_to
from signatures import signature, term

from radioimmuno.acquisition import Acquisition, acquisition_record
from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.modality import CT
from radioimmuno.scoring.given_values import number_in, with_given
from radioimmuno.scoring.records import lesion_record, read_lesion
from radioimmuno.scoring.score import score_study
from radioimmuno.scoring.score_stability import Perturbation, stability
from radioimmuno.signature.harmonization import BatchShift, Harmonization
from radioimmuno.study import Study

MEAN = "lesion.statistics.mean"
LATTICE = Lattice((60, 40, 40), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
HU = {"a": 40, "b": 80}
PDL1 = term("clinical.pdl1", coefficient=2.0, mean=30.0, scale=10.0)


@pytest.fixture(scope="module")
def study():
    """Two balls of 40 and 80 HU."""
    values, lesions = np.full(LATTICE.shape, -100, np.int16), []
    for name, where in (("a", 15), ("b", 45)):
        mask = distance_to(LATTICE, np.array([20.0, 20.0, where])) <= 8
        values[mask] = HU[name]
        lesions.append(Lesion(name, f"ball {name}", Image(mask, LATTICE)))
    return Study({CT.role: Image(values, LATTICE)}, tuple(lesions), findings_of_values=())


def harmonized(*covariates, **changes):
    """mean HU: SD 20 about 50; GE reads 10 HU too high and half as wide; age adds 0.5 HU a year."""
    state = Harmonization(
        variables=(MEAN,),
        covariates=covariates,
        alpha=np.array([50.0]),
        sigma=np.array([20.0]),
        beta=np.full((len(covariates), 1), 0.5),
        batches={
            "GE": BatchShift(np.array([0.5]), np.array([0.25]), 20),
            "Siemens": BatchShift(np.zeros(1), np.ones(1), 30),
        },
        reference="Siemens",
    )
    return signature(term(MEAN, mean=50.0, scale=20.0), intercept=0.0, harmonization=state, **changes)


def scores(study, used, *given):
    return [row.score for row in score_study(with_given(study, used, *given), used).lesions]


def refusing(row):
    return [found.code for found in row.findings if found.refuses]


def test_a_value_of_the_patient_counts_in_every_lesion_and_is_kept(study):
    used = signature(term(MEAN), PDL1, intercept=0.0)
    patient = score_study(with_given(study, used, {"clinical.pdl1": 45}), used)
    assert [row.score for row in patient.lesions] == pytest.approx([40 + 3, 80 + 3])
    assert patient.provenance["inputs"] == {"clinical": {"pdl1": 45.0}}
    first = patient.lesions[0]
    assert first.features["clinical.pdl1"] == 45.0
    assert read_lesion(lesion_record(first)) == replace(first, ring=None)


def test_a_value_of_a_lesion_counts_more_than_the_patients(study):
    used = signature(term(MEAN), PDL1, intercept=0.0)
    given = {"pdl1": 30, "ball b": {"pdl1": 20}}
    assert scores(study, used, given) == pytest.approx([40, 80 - 2])
    assert scores(study, used, {"a": {"pdl1": 40}}) == [pytest.approx(42), None]


def test_a_value_that_may_be_missing_counts_as_the_mean_of_the_training(study):
    used = signature(term(MEAN), replace(PDL1, when_undefined="mean"), intercept=0.0)
    assert scores(study, used) == pytest.approx([40, 80])


def test_the_shift_of_the_batch_is_taken_out_and_the_reference_stays(study):
    used = harmonized()
    assert scores(study, used, None, "Siemens") == pytest.approx([(40 - 50) / 20, (80 - 50) / 20])
    standard = np.array([(40 - 50) / 20, (80 - 50) / 20])
    assert scores(study, used, {}, "GE") == pytest.approx((standard - 0.5) / 0.5)
    patient = score_study(with_given(study, used, {}, "GE"), used)
    assert patient.provenance["acquisition"]["batch"] == "GE"
    # Of a lesion is kept what was measured; what was weighed stands with the contribution.
    assert [row.features[MEAN] for row in patient.lesions] == pytest.approx([40, 80])
    assert patient.lesions[0].contributions[0].value == pytest.approx(50 + 20 * (-0.5 - 0.5) / 0.5)


def test_a_covariate_of_combat_is_needed_though_no_term_weighs_it(study):
    used = harmonized("clinical.age")
    mean = 50 + 0.5 * 60
    expected = [(20 * ((hu - mean) / 20 - 0.5) / 0.5 + mean - 50) / 20 for hu in (40, 80)]
    assert scores(study, used, {"age": 60}, "GE") == pytest.approx(expected)
    rows = score_study(with_given(study, used, {}, "GE"), used).lesions
    assert [refusing(row) for row in rows] == [["clinical.missing"]] * 2


def test_without_a_batch_every_lesion_is_refused_and_the_known_ones_are_named(study):
    rows = score_study(study, harmonized()).lesions
    for row in rows:
        (found,) = [one for one in row.findings if one.refuses]
        assert (found.code, row.score) == ("combat.batch_missing", None)
        assert "GE, Siemens" in found.text
    with pytest.raises(InputError, match="known are GE, Siemens") as caught:
        with_given(study, harmonized(), {}, "Toshiba")
    assert caught.value.code == "combat.unseen_batch"
    with pytest.raises(InputError, match="without ComBat"):
        with_given(study, signature(), {}, "GE")
    unknown = replace(study, acquisition=Acquisition(batch="Toshiba"))
    rows = score_study(unknown, harmonized()).lesions
    assert [refusing(row) for row in rows] == [["combat.unseen_batch"]] * 2


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"pld1": 40}, "no use for 'pld1'.*pdl1"),
        ({"pdl1": "40"}, "has to be a number"),
        ({"pdl1": float("nan")}, "has to be a number"),
        ({"pdl1": True}, "has to be a number"),
        ({"ball c": {"pdl1": 1}}, "no lesion 'ball c'; there are: ball a, ball b"),
    ],
)
def test_what_means_nothing_is_refused(study, given, words):
    with pytest.raises(InputError, match=words) as caught:
        with_given(study, signature(term(MEAN), PDL1), given)
    assert caught.value.code == "clinical.invalid"


@pytest.mark.parametrize("text", ["", "old", "1,5", "inf", "nan"])
def test_text_that_is_no_number_is_refused(text):
    with pytest.raises(InputError, match="pdl1 has to be one"):
        number_in("pdl1", text)


def test_what_nobody_gave_leaves_no_trace(study):
    used = signature(term(MEAN))
    plain, given = score_study(study, used), score_study(with_given(study, used), used)
    assert given == plain
    assert "batch" not in acquisition_record(study.acquisition)
    assert given.provenance["inputs"] == {}


def test_redrawn_contours_have_the_values_too(study):
    used = signature(term(MEAN, scale=1000.0), PDL1, intercept=0.0)
    given = with_given(study, used, {"pdl1": 40})
    found = stability(given, used, Perturbation(draws=3))
    assert [found.lesions[name].scored for name in "ab"] == [3, 3]
