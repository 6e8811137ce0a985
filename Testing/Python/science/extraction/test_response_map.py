"""A filter's response on a whole image: on its own axes, or on the grid that features are measured on."""

import numpy as np
import pytest

from radioimmuno.extraction.preprocessing import sample_intensities
from radioimmuno.extraction.response_map import response_map
from radioimmuno.filters.presets import named
from radioimmuno.findings import Refusal, SettingsError
from radioimmuno.geometry.grid import grid_of
from radioimmuno.geometry.image import Box, Image, Lattice
from radioimmuno.modality import MR
from radioimmuno.settings import ExtractionSettings

SETTINGS = ExtractionSettings()
LOG = named("log_sigma_3mm")["log_sigma_3mm"]
BAND = named("wavelet_db2_hll")["wavelet_db2_hll"]


def image(spacing=(2.0, 1.0, 1.0)) -> Image:
    values = np.random.default_rng(5).integers(-100, 200, (16, 28, 30)).astype(np.int16)
    return Image(values, Lattice(values.shape, spacing, (3.0, 4.0, 5.0)))


def test_on_its_own_voxels_it_is_the_filters_response():
    own = image((1.0, 1.0, 1.0))
    found = response_map(own, BAND, None, SETTINGS)
    assert found.lattice == own.lattice
    assert found.values.dtype == np.float32
    assert np.array_equal(found.values, BAND.response(own.values, (1.0, 1.0, 1.0)).astype(np.float32))


def test_the_axis_order_of_the_file_changes_nothing():
    own = image((1.0, 1.0, 1.0))
    axes = own.lattice.axes
    turned = Image(
        own.values.transpose(1, 2, 0)[:, ::-1],
        Lattice((28, 30, 16), (1.0, 1.0, 1.0), (32.0, 4.0, 5.0), (axes[1], (-1.0, 0.0, 0.0), axes[0])),
    )
    found = response_map(turned, BAND, None, SETTINGS)
    assert found.lattice == turned.lattice
    expected = response_map(own, BAND, None, SETTINGS)
    assert np.array_equal(found.values[:, ::-1].transpose(2, 0, 1), expected.values)


def test_resampled_it_is_the_response_of_what_features_are_measured_on():
    own = image()
    found = response_map(own, LOG, 1.5, SETTINGS)
    grid = grid_of(own.lattice, 1.5)
    values = sample_intensities(own, grid, Box.whole(grid.lattice.shape), SETTINGS)
    assert found.lattice == grid.lattice
    assert np.array_equal(found.values, LOG.response(values, (1.5, 1.5, 1.5)).astype(np.float32))


@pytest.mark.parametrize("spacing", [None, 1.5])
def test_padding_counts_as_air(spacing):
    padded, air = image((1.0, 1.0, 1.0)), image((1.0, 1.0, 1.0))
    padded.values[:, :3], air.values[:, :3] = -3024, -1000
    found = response_map(padded, BAND, spacing, SETTINGS)
    assert np.array_equal(found.values, response_map(air, BAND, spacing, SETTINGS).values)
    assert not np.array_equal(
        found.values, response_map(image((1.0, 1.0, 1.0)), BAND, spacing, SETTINGS).values
    )
    # Of an MR, such values are values.
    of_mr = response_map(padded, BAND, None, SETTINGS, MR)
    assert np.array_equal(of_mr.values, BAND.response(padded.values, (1.0, 1.0, 1.0)).astype(np.float32))


def test_voxels_of_several_sizes_are_refused():
    with pytest.raises(SettingsError, match="1 mm"):
        response_map(image(), LOG, None, SETTINGS)


@pytest.mark.parametrize(("spacing", "code"), [(1e-9, "settings.invalid"), (0.001, "settings.too_large")])
def test_a_spacing_at_which_nothing_can_be_filtered_is_refused(spacing, code):
    with pytest.raises((Refusal, SettingsError)) as refused:
        response_map(image(), LOG, spacing, SETTINGS)
    assert refused.value.code == code
