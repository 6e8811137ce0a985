"""A simulated PET as a DICOM series: its header and stored values give the SUV again, and its place."""

from datetime import datetime

import numpy as np
import pytest

from radioimmuno.io.image import read_image
from radioimmuno.modality import PET
from radioimmuno.simulation.patient import plan_patient
from radioimmuno.simulation.pet import pet_lattice, simulate_pet
from radioimmuno.simulation.tracer import CD8_IMMUNO_PET, FDG

pydicom = pytest.importorskip("pydicom")

from simulated_pet_series import stored_unit, write_pet_series  # noqa: E402


@pytest.fixture(scope="module", params=[FDG, CD8_IMMUNO_PET], ids=lambda tracer: tracer.name)
def pet(request):
    return simulate_pet(plan_patient(11, slice_mm=5.0), request.param, lattice=pet_lattice((6.0, 6.0, 5.0)))


@pytest.fixture(scope="module")
def folder(pet, tmp_path_factory):
    return write_pet_series(tmp_path_factory.mktemp("pet") / "series", pet.image, pet.scan)


@pytest.fixture(scope="module")
def slices(folder):
    read = [pydicom.dcmread(file) for file in folder.iterdir()]
    return sorted(read, key=lambda one: one.ImagePositionPatient[2])


def suv_of(dataset: pydicom.Dataset) -> np.ndarray:
    """By the header alone: activity concentration x weight in g / dose that is left at the scan's start."""
    injection = dataset.RadiopharmaceuticalInformationSequence[0]
    injected = datetime.strptime(injection.RadiopharmaceuticalStartDateTime, "%Y%m%d%H%M%S.%f")
    started = datetime.strptime(dataset.SeriesDate + dataset.SeriesTime, "%Y%m%d%H%M%S.%f")
    waited = (started - injected).total_seconds()
    left = float(injection.RadionuclideTotalDose) * 0.5 ** (waited / float(injection.RadionuclideHalfLife))
    activity = dataset.pixel_array.astype(float) * float(dataset.RescaleSlope)
    return activity * float(dataset.PatientWeight) * 1000.0 / left


def test_its_header_gives_the_suv_within_one_stored_unit(pet, slices):
    assert len(slices) == pet.image.values.shape[0]
    for k, dataset in enumerate(slices):
        off = np.abs(suv_of(dataset) - pet.image.values[k]).max()
        assert off < stored_unit(pet.image, pet.scan, k)


def test_it_is_read_as_the_suv_that_it_was_written_from(pet, folder):
    """The whole chain: activity, slopes, beds, decay, dose, weight and place."""
    read = read_image(folder, modality=PET)
    assert read.image.lattice.coincides(pet.image.lattice)
    for k, plane in enumerate(read.image.values):
        assert np.abs(plane - pet.image.values[k]).max() < stored_unit(pet.image, pet.scan, k)
    assert [finding.code for finding in read.findings] == []
    acquisition = read.suv.acquisition
    waited = (pet.scan.started - pet.scan.injected).total_seconds() / 60
    assert acquisition.uptake_min == pytest.approx(waited, abs=0.02)
    is_fdg = pet.scan.tracer == FDG.name
    assert (acquisition.fdg, acquisition.long_lived) == (is_fdg, not is_fdg)


def test_each_slice_has_a_slope_of_its_own(slices):
    slopes = [float(one.RescaleSlope) for one in slices]
    assert len(set(slopes)) > 0.9 * len(slopes)
    assert {int(one.RescaleIntercept) for one in slices} == {0}
    assert min(int(one.pixel_array.min()) for one in slices) >= 0
    assert max(int(one.pixel_array.max()) for one in slices) == 32_767


def test_slices_lie_where_the_image_does(pet, slices):
    lattice = pet.image.lattice
    for k, dataset in enumerate(slices):
        np.testing.assert_allclose(
            dataset.ImagePositionPatient, lattice.to_lps(np.array((k, 0, 0))), atol=1e-5
        )
        assert list(dataset.PixelSpacing) == [lattice.spacing[1], lattice.spacing[2]]


def test_the_frame_reference_time_is_when_the_frame_had_its_mean_activity(pet, slices):
    """Mean of the decay over the frame, by quadrature, against the decay at that time."""
    first = slices[-1]
    half_life = float(first.RadiopharmaceuticalInformationSequence[0].RadionuclideHalfLife)
    frame_s = float(first.ActualFrameDuration) / 1000
    times = (np.arange(10_000) + 0.5) * frame_s / 10_000
    mean = np.mean(0.5 ** (times / half_life))
    assert 0.5 ** (float(first.FrameReferenceTime) / 1000 / half_life) == pytest.approx(mean, rel=1e-8)
    # shortly before the frame's middle: decay is steeper at first
    assert 0.49 * frame_s < float(first.FrameReferenceTime) / 1000 <= 0.5 * frame_s


def test_lower_parts_are_measured_later_and_corrected_to_the_same_moment(pet, slices):
    """AcquisitionTime and FrameReferenceTime advance together: their difference is the series' start."""
    starts, times = set(), []
    for dataset in slices:
        acquired = datetime.strptime(dataset.AcquisitionDate + dataset.AcquisitionTime, "%Y%m%d%H%M%S.%f")
        times.append((acquired - pet.scan.started).total_seconds())
        starts.add(round(times[-1] - float(dataset.FrameReferenceTime) / 1000, 3))
    assert len(starts) == 1
    assert times == sorted(times, reverse=True)
    assert set(times) == {0.0, pet.scan.frame_s, 2 * pet.scan.frame_s}


def test_a_tag_can_be_given_or_taken_away(pet, tmp_path):
    folder = write_pet_series(tmp_path / "series", pet.image, pet.scan, PatientWeight=None, Units="CNTS")
    first = pydicom.dcmread(next(folder.iterdir()), stop_before_pixels=True)
    assert "PatientWeight" not in first
    assert first.Units == "CNTS"
