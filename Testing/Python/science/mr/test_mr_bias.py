"""The bias field: a smooth field that is put on is found again.

Tests of: cells.
"""

import numpy as np
import pytest
from phantom import AIR, SHAPE, SPACING_MM, inside, limb, smooth_field

from radioimmuno.findings import Refusal
from radioimmuno.mr import bias
from radioimmuno.mr.bias import bias_field, fitted_polynomial
from radioimmuno.mr.body import body_mask
from radioimmuno.mr.cells import coarser, factors_of, make_cells, spread
from radioimmuno.preparation import BiasCorrection

# Tissues of the limb have one intensity each: all that is smooth in it is the field that was put on.
TO_WITHIN = 0.03
QUICK = BiasCorrection(start_voxel_mm=5.0)
BY_N4 = BiasCorrection(start_degree=0, voxel_mm=8.0, iterations=(50, 50))
BOTH = BiasCorrection(start_degree=3, start_voxel_mm=5.0, voxel_mm=8.0, iterations=(5,))


def left(field: np.ndarray, log: np.ndarray) -> np.ndarray:
    """What is left of a field inside the limb, relative to its median."""
    ratio = (field / np.exp(log))[inside()]
    return np.abs(ratio / np.median(ratio) - 1)


def go_on() -> None:
    pass


def found(values, settings=QUICK, proceed=None):
    return bias_field(values, body_mask(values, SPACING_MM), SPACING_MM, settings, proceed)


@pytest.mark.parametrize("kind", ["linear", "bowl", "coil", "bump", "wave"])
def test_a_field_of_30_percent_is_removed_to_within_3_percent(kind):
    field = smooth_field(SHAPE, kind)
    assert left(field, np.zeros(SHAPE)).max() > 0.12
    values = (limb() * field).astype(np.float32)
    assert left(field, found(values).log).max() < TO_WITHIN


def test_where_there_is_no_field_none_is_found():
    of_nothing = left(np.ones(SHAPE), found(limb()).log)
    assert of_nothing.max() < TO_WITHIN
    assert np.sqrt(np.mean(of_nothing**2)) < TO_WITHIN / 3


def test_n4_alone_removes_most_of_a_field():
    field = smooth_field(SHAPE, "linear")
    values = (limb() * field).astype(np.float32)
    log = found(values, BY_N4).log
    before, after = (np.sqrt(np.mean(left(field, one) ** 2)) for one in (np.zeros(SHAPE), log))
    assert after < before / 3


def test_the_field_has_mean_0_in_the_body_and_is_the_same_each_time():
    values = (limb() * smooth_field(SHAPE, "bowl")).astype(np.float32)
    first, again = found(values, BOTH), found(values, BOTH)
    np.testing.assert_array_equal(first.log, again.log)
    assert first.record == again.record
    assert abs(first.log[body_mask(values, SPACING_MM)].mean(dtype=float)) < 1e-5


def test_what_the_settings_became_is_recorded():
    assert found(limb()).record == {"start_shrink_factors": [1, 3, 3]}
    record = found(limb(), BOTH).record
    assert record["start_shrink_factors"] == [1, 3, 3]
    assert record["shrink_factors"] == [2, 5, 5]
    assert record["control_points"] == [4 + 1, 5, 5]
    assert 1 <= record["rounds"] <= 5


@pytest.mark.parametrize("settings", [QUICK, BY_N4])
def test_a_callback_that_raises_stops_the_work(settings):
    calls = []

    def stop() -> None:
        calls.append(1)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        found(limb(), settings, stop)
    assert len(calls) == 1


def test_threads_are_set_back():
    import SimpleITK as sitk

    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    found(limb(), BOTH)
    assert sitk.ProcessObject.GetGlobalDefaultNumberOfThreads() == before


def test_memory_is_asked_for(monkeypatch):
    def refuse(needed: float, what: str) -> None:
        raise Refusal("settings.too_large", what)

    monkeypatch.setattr(bias, "require_memory", refuse)
    with pytest.raises(Refusal, match="bias field"):
        found(limb())


@pytest.mark.parametrize("shape", [(12, 14, 16), (2, 40, 44), (1, 60, 64)])
def test_a_polynomial_comes_out_as_it_was_put_in(shape):
    """On one tissue, without noise, and with a tissue of another intensity beside it; in few slices, too.

    There some terms are the same as others, or change nowhere.
    """
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    log = 0.2 * x - 0.1 * y * z + 0.15 * x**2 * y + 0.1 * z**3
    tissue = np.where(x + y > 0.2, 900.0, 300.0)
    cells = make_cells(tissue * np.exp(log), np.ones(log.shape, bool), (2.0, 2.0, 2.0), (1, 1, 1))
    inner = fitted_polynomial(cells, 3, go_on)[1:-1, 1:-1, 1:-1]
    np.testing.assert_allclose(inner - inner.mean(), log - log.mean(), atol=5e-3)


@pytest.mark.parametrize(
    ("across", "spacing"), [(np.s_[:20, 16:80, 16:80], 0.5), (np.s_[::6, ::12, ::12], 40.0)]
)
def test_a_few_cells_have_no_field_where_none_was_put_on(across, spacing):
    """4 x 13 x 13 and 4 x 8 x 8 of them: fewer pairs than a polynomial could follow."""
    values = limb()[across]
    used = values > 10 * AIR
    log = bias_field(values, used, (spacing, spacing, spacing), BiasCorrection()).log
    assert np.percentile(np.abs(log[used]), 95) < 0.1


def test_without_neighbours_there_is_no_polynomial():
    used = np.zeros((5, 5, 5), bool)
    used[2, 2, 2] = True
    cells = make_cells(np.ones(used.shape), used, (1.0, 1.0, 1.0), (1, 1, 1))
    assert not fitted_polynomial(cells, 2, go_on).any()


def test_cells_are_means_of_the_used_voxels_of_a_block():
    values = np.arange(24.0).reshape(2, 3, 4)
    used = np.ones(values.shape, bool)
    used[0, 0, 0] = False  # one of eight: the block is used
    used[:, 2] = False  # a block of one row, none of it used
    cells = make_cells(values, used, (3.0, 1.0, 1.0), (2, 2, 2))
    assert cells.spacing == (6.0, 2.0, 2.0)
    np.testing.assert_array_equal(cells.used[1, 1:3, 1:3], [[True, True], [False, False]])
    block = values[:, :2, :2]
    assert cells.values[1, 1, 1] == pytest.approx((block.sum() - values[0, 0, 0]) / 7)
    assert not cells.used[0].any()


@pytest.mark.parametrize("factors", [(1, 1, 1), (2, 3, 4)])
def test_a_linear_field_is_spread_exactly(factors):
    """At the border, too: half a cell beyond the last centre."""
    shape = (7, 10, 13)
    k, j, i = np.indices(shape)
    field = 2.0 * k - 0.5 * j + 0.25 * i
    count = [-(-n // f) for n, f in zip(shape, factors, strict=True)]
    centres = np.meshgrid(
        *((np.arange(-1, n + 1) * f + (f - 1) / 2) for n, f in zip(count, factors, strict=True)),
        indexing="ij",
    )
    cells = 2.0 * centres[0] - 0.5 * centres[1] + 0.25 * centres[2]
    np.testing.assert_allclose(spread(cells, factors, shape), field, atol=1e-5)


def test_large_volumes_are_averaged_more_the_finest_axis_first():
    assert factors_of((3.3, 0.9, 0.9), 6.0) == (2, 7, 7)
    assert coarser((1, 2, 2), (4.0, 1.0, 1.0), (10, 40, 40), 4000) == (1, 2, 2)
    assert coarser((1, 2, 2), (4.0, 1.0, 1.0), (10, 40, 40), 2000) == (1, 3, 3)
