"""The score over redrawn contours, on lesions whose scores are known functions of the contour."""

import dataclasses

import numpy as np
import pytest
from phantoms import distance_to, noisy_patient, sphere
from signatures import signature, term
from test_score import LATTICE, patient

from radioimmuno.acquisition import Acquisition
from radioimmuno.extraction import lesion_features
from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion
from radioimmuno.scoring import score_stability
from radioimmuno.scoring.results import with_stability
from radioimmuno.scoring.score import patient_score, score
from radioimmuno.scoring.score_stability import Perturbation, stability
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import default_signature
from radioimmuno.study import Study

NOTHING = Perturbation(sd_mm=0.0, growth_voxels=0.0, draws=4)
# By up to 3 mm either way, uniformly: what voxels round does not matter then.
GROWTH_MM = 3.0
GROWTH_ONLY = Perturbation(sd_mm=0.0, growth_voxels=GROWTH_MM, draws=120)
VOLUME = "lesion.morphology.approximate_volume"


def ball(volume_cc: float) -> tuple[Image, list[Lesion], float]:
    """A ball on a 1 mm lattice in which every voxel has the same intensity, and its radius."""
    lesion, _, radius = sphere(volume_cc, (1.0, 1.0, 1.0))
    return Image(np.full(lesion.mask.values.shape, 40, np.int16), lesion.mask.lattice), [lesion], radius


def study_of(image, lesions, acquisition=None, **more):
    return Study({"ct": image}, tuple(lesions), acquisition or Acquisition(), **more)


def volume_signature(**changes):
    """The score is the volume in mm3."""
    return signature(term(VOLUME), intercept=0.0, **changes)


def displaced(sd_mm: float) -> Perturbation:
    return Perturbation(sd_mm, growth_voxels=0.0)


def two_textured() -> tuple[Image, list[Lesion]]:
    """Two textured lesions in one CT, a few millimetres apart."""
    image, lesion = noisy_patient()
    values = lesion.mask.values.copy()
    values[: values.shape[0] // 2] = False
    other = lesion.mask.values & ~values
    other[values.shape[0] // 2 - 2 :] = False
    lattice = lesion.mask.lattice
    return image, [Lesion("upper", "u", Image(values, lattice)), Lesion("lower", "l", Image(other, lattice))]


def test_without_displacement_the_sd_is_exactly_0_and_scores_are_those_of_scoring():
    image, lesions = two_textured()
    mine = dataclasses.replace(default_signature())
    known = Acquisition(kvp=120.0)
    found = stability(study_of(image, lesions, known), mine, NOTHING)
    for row in score(image, lesions, mine, known).lesions:
        lesion = found.lesions[row.id]
        assert (lesion.sd, lesion.low, lesion.high) == (0.0, row.score, row.score)
        assert lesion.flips == {"low": 0.0, "median": 0.0, "high": 0.0}
        assert (lesion.scored, lesion.draws) == (4, 4)
        assert {name: spread.mean for name, spread in lesion.spreads.items()} == row.features
    assert set(found.icc.values()) == {1.0}


def test_the_sd_of_a_known_function_of_the_contour_is_the_one_that_follows():
    image, lesions, radius = ball(14.0)
    found = stability(study_of(image, lesions), volume_signature(), perturbation=GROWTH_ONLY).lesions["1"]
    # The radius is uniform within 3 mm either way: the moments of its third power are known.
    low, high = radius - GROWTH_MM, radius + GROWTH_MM
    moments = [(high**n - low**n) / (n * (high - low)) for n in (4, 7)]
    assert found.sd == pytest.approx(4 / 3 * np.pi * np.sqrt(moments[1] - moments[0] ** 2), rel=0.1)
    ends = [4 / 3 * np.pi * (radius + growth) ** 3 for growth in (-0.9 * GROWTH_MM, 0.9 * GROWTH_MM)]
    assert (found.low, found.high) == pytest.approx(ends, rel=0.05)


@pytest.mark.parametrize(
    ("growths", "expected"),
    [
        ((-1.5, 0.0, 1.5), {"low": 0.25, "median": 0.5, "high": 0.25}),
        ((1.5, 1.8, 2.4), {"low": 0.25, "median": 0.2, "high": 0.1}),
        ((-9.0, -8.0, -6.0), {"low": 0.0, "median": 0.0, "high": 0.0}),
    ],
    ids=["around the score", "above the score", "out of reach"],
)
def test_shares_of_contours_on_the_other_side_of_each_cutoff(growths, expected):
    image, lesions, radius = ball(4.0)
    low, median, high = (4 / 3 * np.pi * (radius + growth) ** 3 for growth in growths)
    mine = volume_signature(cutoffs=Cutoffs(low, median, high))
    found = stability(study_of(image, lesions), mine, perturbation=GROWTH_ONLY).lesions["1"]
    assert found.flips == pytest.approx(expected, abs=0.1)


def test_without_cutoffs_there_is_no_share_beyond_them():
    image, lesions, _ = ball(4.0)
    few = dataclasses.replace(GROWTH_ONLY, draws=10)
    found = stability(study_of(image, lesions), volume_signature(cutoffs=None), perturbation=few).lesions["1"]
    assert found.flips == {}
    assert found.sd > 0


def test_the_sd_grows_with_the_displacement():
    image, lesions, _ = ball(4.0)
    noise = np.random.default_rng(0).normal(0, 30, image.values.shape)
    inside = np.where(lesions[0].mask.values, 60, -90)
    textured = Image(np.rint(inside + noise).astype(np.int16), image.lattice)
    for variable in (VOLUME, "lesion.statistics.mean", "ring.statistics.mean"):
        mine = signature(term(variable))
        sds = [
            stability(study_of(textured, lesions), mine, perturbation=displaced(sd_mm)).lesions["1"].sd
            for sd_mm in (0.0, 0.5, 1.0, 2.0)
        ]
        assert sds[0] == 0.0
        assert np.all(np.diff(sds) > 0), variable


def test_the_same_seed_gives_identical_numbers_and_another_one_others():
    image, lesions = two_textured()
    mine = signature(term("ring.histogram.entropy"))
    first, second, third = (
        stability(study_of(image, lesions), mine, perturbation=Perturbation(draws=5, seed=seed))
        for seed in (7, 7, 8)
    )
    assert first == second
    assert first.lesions["upper"].sd != third.lesions["upper"].sd


def test_neither_order_nor_selection_of_lesions_changes_a_lesions_numbers():
    image, lesions = two_textured()
    mine = signature(term("ring.histogram.entropy"))
    asked = Perturbation(draws=4)
    whole = stability(study_of(image, lesions), mine, perturbation=asked)
    turned = stability(study_of(image, lesions[::-1]), mine, perturbation=asked)
    alone = stability(study_of(image, lesions), mine, perturbation=asked, only={"lower"})
    assert whole.lesions == turned.lesions
    assert whole.icc == pytest.approx(turned.icc)
    assert alone.lesions == {"lower": whole.lesions["lower"]}
    assert alone.icc == {"ring.histogram.entropy": None}


def test_contours_that_cannot_be_scored_are_counted():
    image, lesions, _ = ball(0.202)  # 0.2 cc are needed: contours that shrink are refused
    found = stability(study_of(image, lesions), volume_signature(), perturbation=GROWTH_ONLY).lesions["1"]
    assert found.draws == 120
    assert found.scored == pytest.approx(60, abs=15)
    assert found.low >= 200
    assert found.spreads[VOLUME].n == found.scored


def test_where_no_contour_can_be_scored_there_is_no_number(monkeypatch):
    image, lesions, _ = ball(1.0)
    nothing = np.zeros((1, 1, 1), bool)

    def vanished(lesion: Lesion, asked: Perturbation):
        gone = dataclasses.replace(lesion, mask=Image(nothing, lesion.mask.lattice))
        return (gone for _ in range(asked.draws))

    monkeypatch.setattr("radioimmuno.scoring.score_stability.perturbed", vanished)
    found = stability(study_of(image, lesions), signature(), perturbation=Perturbation(draws=3)).lesions["1"]
    assert (found.scored, found.draws) == (0, 3)
    assert (found.sd, found.low, found.high, found.flips) == (None, None, None, {})


def test_lesions_without_a_score_are_left_out():
    image, lesions = patient()
    known = {"1": (Finding("mask.geometry", Severity.REFUSE, "moved by 8 %"),)}
    empty = Lesion("5", "empty", Image(np.zeros(LATTICE.shape, bool), LATTICE))
    asked = Perturbation(draws=2)
    found = stability(
        study_of(image, [*lesions, empty], findings_of_lesions=known), signature(), perturbation=asked
    )
    assert set(found.lesions) == {"2", "3", "4"}
    needs_kvp = signature(term("lesion.statistics.mean"), term("acquisition.kvp"))
    assert not stability(study_of(image, lesions), needs_kvp, perturbation=asked).lesions


def test_the_other_lesions_stay_and_cut_the_ring_of_every_contour():
    middle = np.array([30.0, 32.0, 30.0])
    masks = [distance_to(LATTICE, middle) <= 8, distance_to(LATTICE, middle + (18.0, 0, 0)) <= 9]
    values = np.full(LATTICE.shape, -100, np.int16)
    values[masks[0]], values[masks[1]] = 50, 1000
    lesions = [Lesion(str(n), "ball", Image(mask, LATTICE)) for n, mask in enumerate(masks)]
    mine = signature(term("ring.statistics.maximum"), intercept=0.0)
    asked = Perturbation(sd_mm=0.5, draws=10)
    found = stability(
        study_of(Image(values, LATTICE), lesions), mine, perturbation=asked, only={"0"}
    ).lesions["0"]
    assert (found.sd, found.high) == (0.0, 50.0)
    without = stability(study_of(Image(values, LATTICE), lesions[:1]), mine, perturbation=asked).lesions["0"]
    assert without.high == 1000.0


def test_the_ct_is_sampled_once_for_all_contours_of_a_lesion(monkeypatch):
    sampled = []
    plain = lesion_features.resample
    monkeypatch.setattr(lesion_features, "resample", lambda *given: sampled.append(given) or plain(*given))
    image, lesions = patient()
    stability(study_of(image, lesions), signature(), perturbation=Perturbation(draws=6))
    assert len(sampled) == len(lesions)


def test_progress_is_told_for_every_contour_and_can_stop_the_work():
    image, lesions = patient()
    empty = Lesion("5", "empty", Image(np.zeros(LATTICE.shape, bool), LATTICE))
    asked, told = Perturbation(draws=3), []
    stability(
        study_of(image, [empty, *lesions[:2]]),
        signature(),
        perturbation=asked,
        progress=lambda *at: told.append(at),
    )
    assert told == [(done, 9) for done in range(3, 10)]

    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        stability(study_of(image, lesions), signature(), perturbation=asked, progress=stop)


def test_rows_carry_their_stability_and_the_patient_follows_from_them():
    image, lesions = patient()
    mine = signature()
    plain = score(image, lesions, mine)
    assert plain.stability is None
    found = stability(study_of(image, lesions), mine, perturbation=Perturbation(draws=3), only={"1", "2"})
    whole = with_stability(plain, found)
    assert [row.stability for row in whole.lesions] == [found.lesions["1"], found.lesions["2"], None, None]
    assert whole.stability == found
    assert patient_score(whole.lesions, mine, Acquisition(), {}).stability == found
    assert with_stability(whole, stability(study_of(image, lesions), mine, only=())).lesions == plain.lesions


@pytest.mark.parametrize(
    ("values", "n", "mean", "sd"),
    [
        ([1.0, 2.0, 6.0], 3, 3.0, 7.0**0.5),
        ([5.0, 5.0], 2, 5.0, 0.0),
        ([4.0], 1, 4.0, None),
        ([], 0, 0.0, None),
    ],
)
def test_the_spread_of_values_by_hand(values, n, mean, sd):
    found = score_stability._spread(np.array(values))
    assert (found.n, found.mean) == (n, mean)
    assert found.sd == (None if sd is None else pytest.approx(sd))
