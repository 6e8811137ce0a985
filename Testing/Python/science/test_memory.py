"""What would take more memory than there is, is refused before it is taken."""

from __future__ import annotations

import resource
from contextlib import contextmanager, suppress
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno import memory
from radioimmuno.extraction.extract import extract
from radioimmuno.extraction.voxel_maps import interior_maps
from radioimmuno.findings import Refusal, SettingsError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.volume_reader import open_volume
from radioimmuno.lesion import Lesion
from radioimmuno.memory import available_bytes, require_memory
from radioimmuno.report import check_grid
from radioimmuno.settings import ExtractionSettings, Settings

GB = 1 << 30


@pytest.fixture
def patient():
    """A CT of 60 mm with a cube of 20 mm in it."""
    values = np.random.default_rng(3).integers(0, 80, (60, 60, 60)).astype(np.int16)
    mask = np.zeros(values.shape, bool)
    mask[20:40, 20:40, 20:40] = True
    lattice = Lattice(values.shape, (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    return Image(values, lattice), Lesion("1", "cube", Image(mask, lattice))


@contextmanager
def no_more_than(size: int):
    """Let the process take so much more memory; what takes more fails."""
    with open("/proc/self/statm") as stream:  # noqa: PTH123
        taken = int(stream.read().split()[0]) * resource.getpagesize()
    before = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (taken + size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, before)


def settings(**changes) -> Settings:
    return Settings(replace(ExtractionSettings(), **changes))


def test_a_step_is_refused_by_what_is_free_with_both_numbers(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 4.0 * GB)
    require_memory(3.0 * GB, "It")
    with pytest.raises(Refusal, match=r"It would take about 13 GB of memory, and 4 GB are free") as refusal:
        require_memory(12.0 * GB, "It")
    assert refusal.value.code == "settings.too_large"


def test_small_steps_do_not_ask(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 0.0)
    require_memory(1e8, "It")


def test_the_limit_of_a_container_counts(monkeypatch, tmp_path):
    for name, text in (("MEMINFO", "MemFree: 1 kB\nMemAvailable: 9000000 kB\n"), ("CONTAINER_USED", "1000")):
        (tmp_path / name).write_text(text)
        monkeypatch.setattr(memory, name, tmp_path / name)
    monkeypatch.setattr(memory, "CONTAINER_LIMIT", tmp_path / "limit")
    assert available_bytes() == 9000000 * 1024
    (tmp_path / "limit").write_text("max\n")
    assert available_bytes() == 9000000 * 1024
    (tmp_path / "limit").write_text("5001000\n")
    assert available_bytes() == 5000000


@pytest.mark.skipif(not memory.MEMINFO.exists(), reason="needs Linux")
@pytest.mark.parametrize("spacing", [0.001, 0.01, 300.0, 1000.0])
def test_no_spacing_takes_the_memory_of_the_machine(patient, monkeypatch, spacing):
    monkeypatch.setattr(memory, "available_bytes", lambda: 2.0 * GB)
    image, lesion = patient
    with no_more_than(2 * GB):
        (row,) = extract(image, [lesion], settings(spacing_mm=spacing), ["ring.statistics.mean"])
        with suppress(Refusal):
            interior_maps(image, lesion, settings(spacing_mm=spacing))
    codes = {finding.code for finding in row.findings}
    assert codes & {"settings.too_large", "lesion.too_large", "lesion.too_small", "ring.empty"}
    assert "lesion.failed" not in codes


@pytest.mark.parametrize(
    "changes",
    [{"ivh_bin_width_hu": 1e-9}, {"range_hu": (-1e12, 1e12), "bin_width_hu": None, "bin_count": 8}],
)
def test_no_histogram_takes_the_memory_of_the_machine(patient, changes):
    image, lesion = patient
    with no_more_than(2 * GB):
        (row,) = extract(image, [lesion], settings(**changes), ["lesion.ivh.area_under_curve"])
    assert [finding.code for finding in row.findings] == ["lesion.too_many_levels"]


def test_a_volume_that_does_not_fit_is_refused_before_it_is_read(monkeypatch, tmp_path):
    """Zeros pack well: a file of kilobytes can hold what no machine can."""
    sitk.WriteImage(
        sitk.Image([400, 300, 200], sitk.sitkUInt8), str(tmp_path / "ct.nrrd"), useCompression=True
    )
    monkeypatch.setattr(memory, "UNASKED_BYTES", 1 << 20)
    monkeypatch.setattr(memory, "available_bytes", lambda: 5e7)
    with pytest.raises(Refusal, match=r"Reading .*ct\.nrrd would take") as refusal:
        open_volume(tmp_path / "ct.nrrd", "ct.unreadable")
    assert refusal.value.code == "settings.too_large"
    monkeypatch.setattr(memory, "available_bytes", lambda: 1e8)
    assert open_volume(tmp_path / "ct.nrrd", "ct.unreadable").GetSize() == (400, 300, 200)


def test_a_label_map_is_refused_before_it_is_made(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: 4.0 * GB)
    lattice = Lattice((60_000, 60_000, 60_000), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    with pytest.raises(Refusal, match="432,000 GB"):
        check_grid(lattice)
    check_grid(replace(lattice, shape=(600, 600, 600)))


@pytest.mark.parametrize("spacing", [1e-300, 1e-4, 1001.0, 1e300])
def test_spacings_that_no_scan_has_are_no_settings(spacing):
    with pytest.raises(SettingsError, match=r"from 0\.001 to 1000"):
        settings(spacing_mm=spacing)
