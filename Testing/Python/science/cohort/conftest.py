"""A small cohort on files, and processes that fail where a test asks for it."""

from __future__ import annotations

import numpy as np
import pytest
import SimpleITK as sitk
from cohort_cases import FAULTS, FEATURES, PATIENTS, SHAPE

from radioimmuno.cohort import process
from radioimmuno.cohort.manifest import read_manifest
from radioimmuno.cohort.plan import Plan
from radioimmuno.settings import Settings


def write_volume(path, values):
    sitk.WriteImage(sitk.GetImageFromArray(values), str(path))


def write_cohort(folder):
    """Four patients with two lesions each, and their manifest."""
    for number, patient in enumerate(PATIENTS):
        rng = np.random.default_rng(number)
        values = np.full(SHAPE, -1000, np.int16)
        values[:, 2:-2, 2:-2] = 40 + rng.integers(-9, 10, (SHAPE[0], 26, 26))
        labels = np.zeros(SHAPE, np.uint8)
        labels[4:9, 6:13, 8:16] = 1
        labels[5:10, 17:23, 9:16] = 2
        values[labels == 1] += 20 + 5 * number
        (folder / patient).mkdir()
        write_volume(folder / patient / "ct.nrrd", values)
        write_volume(folder / patient / "mask.nrrd", labels)
    lines = ["patient,ct,lesions,site,batch,os_days"]
    lines += [f"{p},{p}/ct.nrrd,{p}/mask.nrrd,lung,{'AB'[n % 2]},{n}00" for n, p in enumerate(PATIENTS)]
    (folder / "manifest.csv").write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def folder(tmp_path):
    return write_cohort(tmp_path)


@pytest.fixture(scope="module")
def untouched(tmp_path_factory):
    """The folder of the same cohort for the tests of a file that change nothing in it."""
    return write_cohort(tmp_path_factory.mktemp("cohort"))


@pytest.fixture
def manifest(folder):
    return read_manifest(folder / "manifest.csv")


@pytest.fixture(scope="session")
def plan():
    return Plan(Settings(), FEATURES)


@pytest.fixture
def faults(tmp_path, monkeypatch):
    """Say which patients fail and how: `faults("ann=hang", "bob=die")`."""
    place = tmp_path / "faults"
    place.mkdir()
    (place / "sitecustomize.py").write_text(FAULTS)
    (place / "list").write_text("")
    monkeypatch.setenv("FAULTS", str(place / "list"))
    monkeypatch.setenv("PYTHONPATH", str(place))
    return lambda *words: (place / "list").write_text(" ".join(words))


@pytest.fixture(autouse=True)
def no_process_is_left():
    process.close_processes()
    process.open_processes()
    yield
    process.close_processes()
    process.open_processes()
