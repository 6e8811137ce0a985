"""The response of a filter inside a lesion and its ring."""

from dataclasses import replace

import numpy as np
import pytest
from phantoms import noisy_patient

from radioimmuno.extraction.extract import extract
from radioimmuno.extraction.interior_response import interior_response
from radioimmuno.extraction.response_map import response_map
from radioimmuno.extraction.voxel_maps import interior_maps
from radioimmuno.filters.presets import named
from radioimmuno.findings import Refusal, SettingsError
from radioimmuno.geometry.image import Box, Image
from radioimmuno.lesion import Lesion
from radioimmuno.settings import Settings

SETTINGS = Settings()
NAME = "log_sigma_1mm"


@pytest.fixture(scope="module")
def patient():
    return noisy_patient(seed=3, shape=(40, 46, 44))


def whole(found: Image) -> np.ndarray:
    return found.within(Box.whole(found.lattice.shape), np.nan)


@pytest.mark.parametrize("name", [NAME, "wavelet_coif1_lhl"])
def test_it_is_the_map_of_the_whole_image_where_lesion_and_ring_are(patient, name):
    image, lesion = patient
    found = interior_response(image, lesion, [lesion], SETTINGS, name)
    expected = response_map(image, named(name)[name], 1.0, SETTINGS.extraction)
    assert found.lattice == expected.lattice
    inside = np.isfinite(whole(found))
    (measured,) = extract(image, [lesion], SETTINGS, ["ring.statistics.mean"])
    assert inside.sum() > 500
    assert whole(found)[inside] == pytest.approx(expected.values[inside], rel=1e-5, abs=1e-3)
    of_lesion = np.isfinite(whole(interior_maps(image, lesion, SETTINGS, ["mean"])["mean"]))
    of_ring = measured.ring.within(Box.whole(found.lattice.shape), False)
    assert (inside == (of_lesion | of_ring)).all()
    assert (of_ring & ~of_lesion).any()


def test_another_lesion_cuts_the_ring(patient):
    image, lesion = patient
    alone = interior_response(image, lesion, [], SETTINGS, NAME)
    half = np.ones(image.lattice.shape, bool)
    half[:, :, : half.shape[2] // 2] = False
    box = lesion.mask.within(Box.whole(image.lattice.shape), False)
    other = Lesion("2", "beside", Image(half & ~box, image.lattice))
    cut = interior_response(image, lesion, [lesion, other], SETTINGS, NAME)
    counts = [np.count_nonzero(np.isfinite(one.values)) for one in (cut, alone)]
    assert counts[0] < 0.9 * counts[1]


@pytest.mark.parametrize(
    ("name", "code"), [("simoncelli_level_3", "filter.too_large"), ("nothing", "filter.unknown")]
)
def test_a_filter_that_cannot_be_applied_is_refused(patient, name, code):
    with pytest.raises((Refusal, SettingsError)) as refused:
        interior_response(*patient, [], SETTINGS, name)
    assert refused.value.code == code


def test_voxels_of_several_sizes_and_an_empty_lesion_are_refused(patient):
    image, lesion = patient
    flat = replace(image, lattice=replace(image.lattice, spacing=(3.0, 1.0, 1.0)))
    native = replace(SETTINGS, extraction=replace(SETTINGS.extraction, spacing_mm=None))
    thick = replace(lesion, mask=replace(lesion.mask, lattice=flat.lattice))
    with pytest.raises(SettingsError, match="Resample to an isotropic spacing"):
        interior_response(flat, thick, [], native, NAME)
    empty = Lesion("1", "empty", Image(np.zeros(image.lattice.shape, bool), image.lattice))
    with pytest.raises(Refusal, match="empty"):
        interior_response(image, empty, [], SETTINGS, NAME)
