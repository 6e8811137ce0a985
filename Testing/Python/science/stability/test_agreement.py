"""The intraclass correlation against published numbers and against data whose correlation is known."""

import numpy as np
import pytest

from radioimmuno.stability.agreement import LesionStability, Spread, intraclass_correlation, patient_stability
from radioimmuno.stability.perturbation import Perturbation

# Shrout and Fleiss 1979, table 2: four judges rate six targets; ICC(1,1) is .17 (table 4).
RATINGS = ((9, 2, 5, 8), (6, 1, 3, 2), (8, 4, 6, 8), (7, 1, 2, 6), (10, 5, 6, 9), (6, 2, 4, 7))


def spread(values) -> Spread:
    values = np.asarray(values, float)
    return Spread(values.size, float(values.mean()), float(values.std(ddof=1)) if values.size > 1 else None)


def test_the_published_example_comes_out():
    assert round(intraclass_correlation([spread(row) for row in RATINGS]), 2) == 0.17


def test_groups_of_unequal_size_give_the_correlation_that_the_data_have():
    random = np.random.default_rng(0)
    groups = [
        spread(random.normal(0, 2) + random.normal(0, 1, size)) for size in random.integers(1, 30, 3000)
    ]
    assert intraclass_correlation(groups) == pytest.approx(4 / (4 + 1), abs=0.02)


@pytest.mark.parametrize("offset", [0.0, 1e6])
def test_values_that_contours_do_not_change_correlate_perfectly(offset):
    assert intraclass_correlation([Spread(30, offset + mean, 0.0) for mean in (0.1, 0.3, 0.4)]) == 1.0


@pytest.mark.parametrize(
    "groups",
    [
        [],
        [Spread(30, 1.0, 0.2)],
        [Spread(1, 1.0, None)] * 3,
        [Spread(30, 0.1, 0.0)] * 3,
        [Spread(0, 0.0, None)] * 2,
    ],
    ids=["none", "one lesion", "one contour", "no variance", "no value"],
)
def test_it_is_not_defined_for_less(groups):
    assert intraclass_correlation(groups) is None


def test_lesions_redrawn_in_different_ways_are_not_summed_up():
    def of(seed: int) -> LesionStability:
        return LesionStability(
            0.1, 0.0, 0.3, {}, 30, 30, {"x": Spread(30, seed, 0.1)}, Perturbation(seed=seed)
        )

    assert patient_stability({"a": of(1), "b": of(2)}) is None
    assert patient_stability({}) is None
    together = patient_stability({"a": of(1), "b": of(1)})
    assert list(together.lesions) == ["a", "b"]
    assert list(together.icc) == ["x"]
