"""Responses on real lesions against MIRP (Testing/Oracles).

Tests of: laplacian_of_gaussian, gabor, wavelet.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.extraction.preprocessing import sample_intensities, sample_mask
from radioimmuno.filters.bank import common_margin, responses
from radioimmuno.filters.gabor import Gabor
from radioimmuno.filters.presets import named
from radioimmuno.geometry.grid import grid_of
from radioimmuno.geometry.image import Image, from_sitk
from radioimmuno.lesion import from_labels
from radioimmuno.settings import ExtractionSettings

REFERENCE = json.loads(
    (Path(__file__).parents[3] / "Oracles" / "references" / "mirp_filters.json").read_text()
)
# Of the largest response. MIRP's maps are in part in single precision.
TOLERANCE = 1e-5
FILTERS = {
    **named("log_sigma_3mm"),
    "gabor": Gabor(sigma_mm=3.0, wavelength_mm=6.0, gamma=1.5, step_deg=45.0),
    **named("wavelet_coif1_lhl"),
}
QUICK = "STS_019"


@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name == QUICK else pytest.mark.slow)
        for name in sorted(REFERENCE["values"])
    ],
)
def test_responses_are_those_of_mirp(name, data):
    image = from_sitk(sitk.ReadImage(str(data / "sts" / name / "ct.nii.gz"))).canonical()
    labels = from_sitk(sitk.ReadImage(str(data / "sts" / name / "mask.nii.gz"))).canonical()
    (lesion,) = from_labels(Image((labels.values > 0).astype("uint8"), labels.lattice))
    settings = ExtractionSettings()
    grid = grid_of(image.lattice, settings.spacing_mm)
    spacing = grid.lattice.spacing
    box = grid.cover(lesion.mask.box, max(common_margin(FILTERS, spacing)) * spacing[0])
    values = sample_intensities(image, grid, box, settings)
    inside = sample_mask(lesion, grid, box)
    window = tuple(slice(int(at.min()), int(at.max()) + 1) for at in np.nonzero(inside))
    assert REFERENCE["values"][name].keys() == FILTERS.keys()
    for filter_name, response in responses(FILTERS, values, spacing, window):
        expected = np.array(REFERENCE["values"][name][filter_name].split(), float)
        found = response[inside[window]][:: REFERENCE["header"]["every"]]
        assert found.shape == expected.shape
        assert np.abs(found - expected).max() <= TOLERANCE * np.abs(expected).max(), filter_name
