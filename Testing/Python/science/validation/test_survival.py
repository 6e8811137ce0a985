"""Survival statistics against their definitions, written out one pair, one risk set and one day at a time."""

import os

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import chi2, norm

if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") != "1":
    pytest.importorskip("lifelines", reason="survival needs the extra [train]")

from radioimmuno.findings import InputError
from radioimmuno.validation.discrimination import patient_draws
from radioimmuno.validation.survival import (
    cox,
    from_landmark,
    harrell_c,
    kaplan_meier,
    log_rank_p,
    uno_c,
)

RNG = np.random.default_rng(21)
N = 90
RISK = np.round(RNG.normal(size=N), 1)
AGE = RNG.normal(size=N)
LIVED = RNG.exponential(400 * np.exp(-0.8 * RISK - 0.3 * AGE))
CENSORED = RNG.exponential(500, N)
# Days are rounded up to weeks, so that many patients share one.
DAYS = 7 * np.ceil(np.minimum(LIVED, CENSORED) / 7)
EVENT = LIVED <= CENSORED


def pairs():
    """(i, j): it is known that i lived shorter than j."""
    for i in range(N):
        for j in range(N):
            if EVENT[i] and (DAYS[i] < DAYS[j] or (DAYS[i] == DAYS[j] and not EVENT[j])):
                yield i, j


def order(i, j):
    return 1.0 if RISK[i] > RISK[j] else 0.5 if RISK[i] == RISK[j] else 0.0


def test_the_data_have_ties_of_everything():
    assert len(np.unique(DAYS)) < N - 20
    assert len(np.unique(RISK)) < N - 20
    assert 30 < EVENT.sum() < N - 15


def test_harrell_counts_pairs():
    expected = np.mean([order(i, j) for i, j in pairs()])
    assert harrell_c(RISK, DAYS, EVENT) == pytest.approx(expected, abs=1e-12)


def test_harrell_is_that_of_lifelines():
    utils = pytest.importorskip("lifelines.utils")
    assert harrell_c(RISK, DAYS, EVENT) == pytest.approx(
        utils.concordance_index(DAYS, -RISK, EVENT), abs=1e-12
    )


def uncensored_before(day, days=DAYS, event=EVENT):
    """Kaplan-Meier of being censored, just before a day; events of a day come first."""
    chance = 1.0
    for time in sorted(set(days[~event])):
        if time < day:
            at_risk = np.sum(time <= days) - np.sum(event & (time == days))
            chance *= 1 - np.sum(~event & (time == days)) / at_risk
    return chance


@pytest.mark.parametrize("tau", [None, 300.0])
def test_uno_weighs_pairs_by_censoring(tau):
    top = bottom = 0.0
    for i, j in pairs():
        if tau is None or DAYS[i] < tau:
            weight = uncensored_before(DAYS[i]) ** -2
            top, bottom = top + weight * order(i, j), bottom + weight
    assert uno_c(RISK, DAYS, EVENT, tau) == pytest.approx(top / bottom, abs=1e-10)


def test_without_censoring_uno_is_harrell():
    everybody = np.ones(N, bool)
    assert uno_c(RISK, DAYS, everybody) == pytest.approx(harrell_c(RISK, DAYS, everybody), abs=1e-12)


def test_uno_does_not_depend_on_censoring_where_harrell_does():
    """Crossing hazards: who is censored late decides what Harrell sees, and Uno recovers the uncensored C."""
    random = np.random.default_rng(2)
    risk = random.integers(0, 2, 4000).astype(float)
    lived = np.where(risk == 1, random.uniform(0, 10, 4000), 10 * random.random(4000) ** 3)
    censored = random.exponential(6, 4000)
    days, event = np.minimum(lived, censored), lived <= censored
    truth = harrell_c(risk, lived, np.ones(4000, bool))
    assert abs(uno_c(risk, days, event) - truth) < 0.02
    assert abs(harrell_c(risk, days, event) - truth) > abs(uno_c(risk, days, event) - truth)


def one_pair_at_a_time(rows, weights):
    """Concordance of rows of which some are there twice, each row's pairs weighed."""
    top = bottom = 0.0
    for i, weight in zip(rows, weights, strict=True):
        for j in rows:
            if EVENT[i] and (DAYS[i] < DAYS[j] or (DAYS[i] == DAYS[j] and not EVENT[j])):
                top, bottom = top + weight * order(i, j), bottom + weight
    return top / bottom


def test_concordances_in_draws_are_those_of_the_rows_that_were_drawn():
    draws = patient_draws(np.repeat(np.arange(N // 2), 2), 3, 3)
    for n, draw in enumerate(draws):
        rows = np.repeat(np.arange(N), draw.astype(int))
        expected = one_pair_at_a_time(rows, np.ones(len(rows)))
        assert harrell_c(RISK, DAYS, EVENT, draws)[n] == pytest.approx(expected, abs=1e-12)
        free = np.array([uncensored_before(DAYS[row], DAYS[rows], EVENT[rows]) for row in rows])
        expected = one_pair_at_a_time(rows, free**-2.0)
        assert uno_c(RISK, DAYS, EVENT, draws=draws)[n] == pytest.approx(expected, abs=1e-12)


def test_the_concordance_of_repetitions_is_their_mean():
    expected = (harrell_c(RISK, DAYS, EVENT) + harrell_c(AGE, DAYS, EVENT)) / 2
    assert harrell_c(np.stack([RISK, AGE]), DAYS, EVENT) == pytest.approx(expected, abs=1e-12)


def test_there_is_no_concordance_without_an_event():
    assert np.isnan(harrell_c(RISK, DAYS, np.zeros(N, bool)))
    assert np.isnan(uno_c(RISK, DAYS, np.zeros(N, bool)))


def efron_loss(weights, design):
    """Minus Efron's partial log likelihood."""
    linear = design @ weights
    total = 0.0
    for time in sorted(set(DAYS[EVENT])):
        dead, at_risk = EVENT & (time == DAYS), time <= DAYS
        count = dead.sum()
        for place in range(count):
            rest = np.exp(linear[at_risk]).sum() - place / count * np.exp(linear[dead]).sum()
            total -= np.log(rest)
        total += linear[dead].sum()
    return -total


def test_cox_is_the_maximum_of_efrons_likelihood():
    design = np.stack([RISK, AGE], axis=1)
    best = minimize(efron_loss, [0.0, 0.0], args=(design,), method="BFGS", options={"gtol": 1e-7})
    found = cox({"score": RISK, "age": AGE}, DAYS, EVENT)
    ratios = [np.log(one.ratio.value) for one in found.values()]
    np.testing.assert_allclose(ratios, best.x, atol=1e-6)
    step = 1e-3
    at = best.x
    curvature = np.empty((2, 2))
    for a in range(2):
        for b in range(2):
            u, v = step * np.eye(2)[a], step * np.eye(2)[b]
            f = lambda w: efron_loss(w, design)  # noqa: E731
            curvature[a, b] = (f(at + u + v) - f(at + u - v) - f(at - u + v) + f(at - u - v)) / (4 * step**2)
    se = np.sqrt(np.linalg.inv(curvature)[0, 0])
    score = found["score"]
    assert np.log(score.ratio.high) == pytest.approx(at[0] + 1.959964 * se, abs=1e-4)
    assert score.p == pytest.approx(2 * norm.sf(at[0] / se), rel=1e-3)


def test_proportional_hazards_pass_as_often_as_chance_says():
    random = np.random.default_rng(0)
    risk, everybody = np.arange(150) % 2.0, np.ones(150, bool)
    p = [
        cox({"score": risk}, random.exponential(np.exp(-risk)), everybody)["score"].proportionality_p
        for _ in range(30)
    ]
    assert sum(value < 0.05 for value in p) <= 5
    assert 0.3 < np.mean(p) < 0.7


def test_crossing_hazards_fail_the_check():
    random = np.random.default_rng(0)
    risk = np.arange(400) % 2.0
    days = np.where(risk == 1, random.uniform(0.8, 1.2, 400), random.exponential(1, 400))
    assert cox({"score": risk}, days, np.ones(400, bool))["score"].proportionality_p < 1e-4


def test_fewer_than_ten_events_a_variable_are_refused():
    few = EVENT & (np.cumsum(EVENT) <= 19)
    assert len(cox({"score": RISK}, DAYS, few)) == 1
    with pytest.raises(InputError, match="19 events for 2 variables") as problem:
        cox({"score": RISK, "age": AGE}, DAYS, few)
    assert problem.value.code == "validation.few_events"


def test_a_constant_has_no_hazard_ratio():
    with pytest.raises(InputError) as problem:
        cox({"score": np.ones(N)}, DAYS, EVENT)
    assert problem.value.code == "validation.no_fit"


def test_kaplan_meier_by_the_product():
    found = kaplan_meier(DAYS, EVENT)
    for day, survival, at_risk in zip(found.days, found.survival, found.at_risk, strict=True):
        expected = 1.0
        for time in sorted(set(DAYS[EVENT])):
            if time <= day:
                expected *= 1 - np.sum(EVENT & (time == DAYS)) / np.sum(time <= DAYS)
        assert survival == pytest.approx(expected, abs=1e-12)
        assert at_risk == np.sum(day <= DAYS)
    assert found.median == found.days[np.flatnonzero(found.survival <= 0.5)[0]]
    assert (found.patients, found.events) == (N, EVENT.sum())


def test_kaplan_meier_interval_is_greenwoods_by_log_log():
    found = kaplan_meier(DAYS, EVENT)
    place = len(found.days) // 3
    variance = 0.0
    for time in sorted(set(DAYS[EVENT])):
        if time <= found.days[place]:
            dead, at_risk = np.sum(EVENT & (time == DAYS)), np.sum(time <= DAYS)
            variance += dead / (at_risk * (at_risk - dead))
    survival = found.survival[place]
    power = np.exp(1.959964 * np.sqrt(variance) / np.log(survival))
    assert sorted([found.low[place], found.high[place]]) == pytest.approx(
        sorted([survival**power, survival ** (1 / power)]), abs=1e-6
    )


@pytest.mark.parametrize("groups", [RISK > 0, np.digitize(RISK, [-0.5, 0.5])], ids=["two", "three"])
def test_log_rank_by_observed_and_expected(groups):
    names = np.unique(groups)
    excess, covariance = np.zeros(len(names)), np.zeros((len(names), len(names)))
    for time in sorted(set(DAYS[EVENT])):
        at_risk = np.array([np.sum((groups == name) & (time <= DAYS)) for name in names])
        dead = np.array([np.sum((groups == name) & EVENT & (time == DAYS)) for name in names])
        n, d = at_risk.sum(), dead.sum()
        share = at_risk / n
        excess += dead - d * share
        if n > 1:
            covariance += d * (n - d) / (n - 1) * (np.diag(share) - np.outer(share, share))
    statistic = excess[:-1] @ np.linalg.solve(covariance[:-1, :-1], excess[:-1])
    assert log_rank_p(groups, DAYS, EVENT) == pytest.approx(chi2.sf(statistic, len(names) - 1), rel=1e-6)


def test_log_rank_needs_two_groups_and_an_event():
    assert np.isnan(log_rank_p(np.zeros(N), DAYS, EVENT))
    assert np.isnan(log_rank_p(RISK > 0, DAYS, np.zeros(N, bool)))


def test_from_a_landmark_on():
    kept, days, event = from_landmark(
        np.array([30.0, 90.0, 91.0, 400.0]), np.array([True, True, False, True]), 90.0
    )
    assert kept.tolist() == [False, False, True, True]
    assert days.tolist() == [1.0, 310.0]
    assert event.tolist() == [False, True]
