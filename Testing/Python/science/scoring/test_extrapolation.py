"""How far values and scores may lie outside of what a signature was trained on."""

from __future__ import annotations

import math

import pytest
from phantoms import noisy_patient
from signatures import signature, term

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Severity
from radioimmuno.scoring.extrapolation import beyond_range, beyond_scores
from radioimmuno.scoring.score import score
from radioimmuno.signature.signature import Distribution, default_signature

MEAN, SIZE = "lesion.statistics.mean", "lesion.glrlm.gray_level_non_uniformity"


def ranged(low, high, mean, scale=1.0, variable=MEAN, **more):
    return term(variable, mean=mean, scale=scale, training_range=(low, high), **more)


@pytest.mark.parametrize(
    ("value", "widths"), [(10.0, 0), (20.0, 0), (15.0, 0), (25.0, 0.5), (0.0, 1.0), (40.0, 2.0), (-5.0, 1.5)]
)
def test_values_that_lie_evenly_are_compared_by_distance(value, widths):
    assert beyond_range(ranged(10.0, 20.0, 15.0), value) == pytest.approx(widths)


@pytest.mark.parametrize(
    ("value", "widths"), [(1e4, 1.0), (0.01, 1.0), (200.0, 0.1505), (0.1, 0.5), (0.0, 0.0101), (-1.0, 0.0202)]
)
def test_skewed_values_are_compared_by_ratio_as_long_as_they_have_one(value, widths):
    assert beyond_range(ranged(1.0, 100.0, 12.0), value) == pytest.approx(widths, abs=1e-3)


@pytest.mark.parametrize("mean", [0.0, 60.0, 1000.0])
def test_a_mean_that_is_none_of_a_skewed_training_makes_no_ratio_of_a_distance(mean):
    assert beyond_range(ranged(1.0, 100.0, mean), 1e4) == pytest.approx(100.0)


def test_a_range_narrower_than_the_training_varied_makes_no_ratio():
    # 12 is to 10 as sizes are, but the training's standard deviation of 5 says more of what is usual.
    assert beyond_range(ranged(10.0, 12.0, 10.5, scale=5.0), 24.0) == pytest.approx(2.4)


@pytest.mark.parametrize(
    ("variable", "scale", "trained", "value", "widths"),
    [
        (MEAN, 10.0, 50.0, 55.0, 0.5),
        ("acquisition.kvp", 1.0, 120.0, 100.0, 1.0),
        ("acquisition.kvp", 1.0, 120.0, 80.0, 2.0),
        ("location.liver", 1e-6, 0.0, 1.0, 1.0),
        ("location.liver", 1e-6, 1.0, 0.0, 1.0),
    ],
)
def test_a_training_without_differences_still_has_a_width(variable, scale, trained, value, widths):
    assert beyond_range(ranged(trained, trained, trained, scale, variable), value) == pytest.approx(widths)


def test_without_range_or_scores_nothing_lies_beyond():
    assert beyond_range(term(MEAN, training_range=None), 1e9) == 0
    assert beyond_scores(signature(distribution=None), 1e9) == 0


def test_scores_are_as_wide_as_what_the_strongest_term_spans():
    narrow = Distribution(100, 0.0, 1.0, (0.0, 1.0))
    weak, strong = ranged(0.0, 1.0, 0.5), ranged(0.0, 8.0, 4.0, 2.0, SIZE)
    assert beyond_scores(signature(weak, distribution=narrow), 3.0) == pytest.approx(2.0)
    assert beyond_scores(signature(weak, strong, distribution=narrow), 3.0) == pytest.approx(0.5)
    assert beyond_scores(signature(weak, distribution=narrow), 0.4) == 0


def rows(*terms, **changes):
    image, lesion = noisy_patient()
    mean = score(image, [lesion], signature(term(MEAN))).lesions[0].features[MEAN]
    made = signature(*(t(mean) for t in terms), **({"distribution": None} | changes))
    return score(image, [lesion], made, Acquisition(kvp=100.0)).lesions[0]


@pytest.mark.parametrize(("widths", "refused"), [(0.9, False), (1.1, True)])
def test_a_value_further_beyond_than_the_width_gives_no_score_and_names_term_value_and_range(widths, refused):
    row = rows(lambda mean: ranged(mean - 10 * (widths + 1), mean - 10 * widths, mean - 10 * widths))
    (finding,) = [f for f in row.findings if f.code.startswith("domain.")]
    assert (row.score is None) == refused
    assert finding.severity is (Severity.REFUSE if refused else Severity.WARN)
    assert finding.code == ("domain.extrapolated" if refused else "domain.feature_range")
    assert "lesion, intensity: mean" in finding.text
    if refused:
        assert f"{row.features[MEAN]:.4g}" in finding.text
        assert "training:" in finding.text


@pytest.mark.parametrize(("limit", "refused"), [(0.0, True), (1.0, True), (3.0, False), (None, False)])
def test_the_signature_says_how_many_widths(limit, refused):
    row = rows(lambda mean: ranged(mean - 30, mean - 20, mean - 25), extrapolation_limit=limit)
    assert (row.score is None) == refused


def test_a_score_far_from_the_training_scores_is_refused_though_each_value_was_trained():
    trained = Distribution(100, 0.0, 1.0, (0.0, 1.0))
    row = rows(lambda mean: ranged(mean - 0.1, mean + 0.1, mean), intercept=17.8, distribution=trained)
    (finding,) = row.findings
    assert (row.score, finding.code) == (None, "domain.extrapolated")
    assert "the score would be 17.8 (training: 0 to 1)" in finding.text


@pytest.mark.parametrize(("score", "refused"), [(2.0, False), (2.001, True), (-1.0, False), (-1.001, True)])
def test_a_score_one_width_beyond_the_training_scores_is_the_last_one(score, refused):
    trained = Distribution(100, 0.0, 1.0, (0.0, 1.0))
    row = rows(lambda mean: ranged(mean - 0.1, mean + 0.1, mean), intercept=score, distribution=trained)
    assert row.score == (None if refused else score)


@pytest.mark.parametrize("coefficient", [1e308, -1e308, 1e150])
def test_a_score_that_cannot_be_reckoned_with_is_none_whatever_the_limit(coefficient):
    row = rows(lambda mean: term(MEAN, coefficient, scale=1e-3), extrapolation_limit=None)
    assert (row.score, row.findings[0].code) == (None, "domain.extrapolated")


def test_a_tube_voltage_one_step_from_the_only_one_trained_is_a_warning():
    row = rows(lambda _: ranged(120.0, 120.0, 120.0, 1.0, "acquisition.kvp"))
    assert row.score is not None
    assert [finding.code for finding in row.findings] == ["domain.feature_range"]


def test_a_mean_that_stands_in_is_compared_with_nothing():
    image, lesion = noisy_patient()
    flat = type(image)(image.values * 0, image.lattice)
    stands_in = ranged(1.0, 2.0, 500.0, variable="lesion.ngtdm.coarseness", when_undefined="mean")
    row = score(flat, [lesion], signature(stands_in)).lesions[0]
    assert row.contributions[0].contribution == 0
    assert not [finding for finding in row.findings if finding.code.startswith("domain.")]


def test_a_flat_region_has_no_coarseness_and_no_score_by_it():
    image, lesion = noisy_patient()
    flat = type(image)(image.values * 0, image.lattice)
    row = score(flat, [lesion], signature(term("lesion.ngtdm.coarseness"))).lesions[0]
    assert (row.score, row.findings[0].code) == (None, "feature.undefined")


def test_the_demonstration_compares_counts_and_sizes_by_ratio():
    terms = {each.variable: each for each in default_signature().terms}
    low, high = terms[SIZE].training_range
    assert beyond_range(terms[SIZE], 4 * high) == pytest.approx(math.log(4) / math.log(high / low))
    low, high = terms["ring.glcm.correlation"].training_range
    assert beyond_range(terms["ring.glcm.correlation"], high + 0.1) == pytest.approx(0.1 / (high - low))


@pytest.mark.slow
def test_real_lesions_mostly_keep_a_score(data):
    from dataclasses import replace

    from radioimmuno.io.ct import read_ct
    from radioimmuno.io.lesions import read_lesions
    from radioimmuno.lesion import Site

    scored = []
    for folder in sorted((data / "sts").glob("STS_*")):
        image = read_ct(folder / "ct.nii.gz").image
        lesions = [
            replace(x, site=Site.SOFT_TISSUE) for x in read_lesions(folder / "mask.nii.gz", image).lesions
        ]
        result = score(image, lesions, default_signature(), Acquisition(kvp=120.0))
        scored += [row.score is not None for row in result.lesions]
    assert len(scored) == 20
    assert sum(scored) >= 16
