"""Every example of every command's help runs as it stands, where the files that it names exist."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from cohort_files import write_cohort
from help_examples import examples_of, in_shell
from small_patient import signature, trained_signature

pytest.importorskip("pydicom")
pytest.importorskip("highdicom")

from pet_files import write_pet_patient

from dicom_lesions import PATIENT, contours_of, rtstruct, save
from dicom_series import ct_series, write
from pet_series import pet_series
from radioimmuno.geometry.image import Image, Lattice, to_sitk
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Lesion, Site
from radioimmuno.settings import ExtractionSettings, Settings
from radioimmuno.signature.signature import Term, write_signature
from radioimmuno_cli.main import COMMANDS

SHAPE, SPACING, ORIGIN = (60, 70, 140), (2.0, 1.5, 1.5), (-90.0, -30.0, -345.0)
LATTICE = Lattice(SHAPE, SPACING, ORIGIN)
# The lesions that the examples of `segment` draw on: middle in LPS mm, radius in mm.
LESIONS = [((-45.75, 30.5, -310), 18.8), ((87.5, 12, -250), 7.5), ((44, 12, -280), 9.0)]
NAMES = [command.__name__.rpartition(".")[2].replace("_", "-") for command in COMMANDS]
# The tests of what these write run their examples.
DEMONSTRATIONS = ("demo", "demo-cohort", "demo-follow-up")
SERIES_OF_THE_EXAMPLE = "1.2.840.1"


def masks() -> list[np.ndarray]:
    voxels = np.stack(np.indices(SHAPE), -1)
    places = LATTICE.to_lps(voxels.reshape(-1, 3)).reshape(*SHAPE, 3)
    return [((places - middle) ** 2).sum(-1) <= radius**2 for middle, radius in LESIONS]


@pytest.fixture(scope="module")
def named_files(tmp_path_factory):
    """A folder with all files that examples name."""
    folder = tmp_path_factory.mktemp("examples")
    rng = np.random.default_rng(7)
    values = np.full(SHAPE, -1000, np.int16)
    values[:, 4:-4, 5:-5] = 10 + rng.integers(-8, 9, values[:, 4:-4, 5:-5].shape)
    labels = np.zeros(SHAPE, np.uint8)
    for label, mask in enumerate(masks(), start=1):
        labels[mask] = label
        values[mask] = 90 + rng.integers(-20, 21, np.count_nonzero(mask))
    for name in ("ct.nrrd", "ct.nii.gz"):
        sitk.WriteImage(to_sitk(Image(values, LATTICE)), str(folder / name))
    for name in ("labels.nii.gz", "mask.nii.gz", "lesions.nii.gz"):
        sitk.WriteImage(to_sitk(Image(labels, LATTICE)), str(folder / name))
    lesions = [
        Lesion(f"Segment_{label}", f"Lesion {label}", Image(labels == label, LATTICE), Site.LUNG)
        for label in (1, 2, 3)
    ]
    write_segmentation(folder / "lesions.seg.nrrd", lesions, LATTICE)
    (folder / "measured.csv").write_text(
        "patient,study,lesion,role,longest_mm\nP,S0,a,target,20\nP,S1,a,target,12\n"
    )
    (folder / "lesions.csv").write_text("lesion_id,site,irradiated\n1,liver,yes\n2,lymph node,no\n")
    parameters = "imageType: {LoG: {sigma: [3]}}\nsetting: {resampledPixelSpacing: [2, 2, 2]}\n"
    (folder / "pyradiomics.yaml").write_text(parameters)
    write_tables(folder)
    write_pet_patient(folder)
    write_signature(signature(), folder / "my.json")
    write_signature(trained_signature(), folder / "trained.json")
    terms = (Term("lesion.statistics.mean", 1.0, 0.0, 2.0),)
    trained = replace(signature(), terms=terms, cutoffs=None, distribution=None)
    write_signature(trained, folder / "cd8.json")
    write_signed_pet(folder, np.where(labels > 0, 5.0, 1.0))
    (folder / "terms.csv").write_text(
        "variable,coefficient,mean,scale\nring_glcm_Contrast,-0.5,12.5,3.0\nkVp,0.25,110,20\n"
    )
    (folder / "example.csv").write_text("ring_glcm_Contrast,kVp,score\n15.5,120,0.125\n")
    geometry = {"spacing": SPACING, "origin": ORIGIN}
    series = ct_series(values, **geometry, **PATIENT)
    write(folder / "dicom_folder", series)
    write(folder / "export", ct_series(values, **geometry, **PATIENT, uid=SERIES_OF_THE_EXAMPLE))
    write(folder / "export", ct_series(values, **geometry, **(PATIENT | {"SeriesNumber": 4})))
    rois = {
        f"GTV {label}": [
            LATTICE.to_lps(np.column_stack([np.full(len(corners), float(k)), corners]))
            for k, corners in contours_of(labels == label)
        ]
        for label in (1, 2)
    }
    made = rtstruct(rois, frame_uid=str(series[0].FrameOfReferenceUID))
    made.PatientID = PATIENT["PatientID"]
    save(folder / "rtstruct.dcm", made)
    for place in ("patients/first", "patients/second", "baseline", "follow_up"):
        (folder / place).mkdir(parents=True)
        for name in ("ct.nrrd", "lesions.seg.nrrd"):
            shutil.copy(folder / name, folder / place)
    rows = (
        f"{name},patients/{name}/ct.nrrd,patients/{name}/lesions.seg.nrrd,120" for name in ("first", "second")
    )
    (folder / "manifest.csv").write_text("\n".join(["patient,ct,lesions,kvp", *rows]) + "\n")
    return folder


def write_signed_pet(folder: Path, suv: np.ndarray) -> None:
    """A PET of the CT's patient, and a signature that measures it."""
    write(folder / "pet_series", pet_series(suv, spacing=SPACING, origin=ORIGIN))
    settings = replace(signature().settings, images={"pet": Settings(ExtractionSettings(spacing_mm=None))})
    terms = (Term("lesion.statistics.mean", 1.0, 0.0, 2.0), Term("pet.lesion.statistics.mean", 1.0, 0.0, 2.0))
    made = replace(signature(), terms=terms, settings=settings, cutoffs=None, distribution=None)
    write_signature(made, folder / "with_pet.json")


def write_tables(folder: Path) -> None:
    """The tables of a cohort and the signature that the examples of `train`, `validate`, `aggregate` name."""
    features, clinical = write_cohort(folder)
    outcomes = dict(line.split(",", 1) for line in clinical.read_text().splitlines())
    table = [line.split(",") for line in features.read_text().splitlines()]
    rows = ["patient,lesion_id,cd8,response,center," + ",".join(table[0][2:])]
    for patient, lesion, *values in table[1:]:
        response, months, _, _, center = outcomes[patient].split(",")
        rows.append(",".join([patient, lesion, months, response, center, *values]))
    (folder / "cohort.csv").write_text("\n".join(rows) + "\n")
    clinical.rename(folder / "survival.csv")
    text = (folder / "survival.csv").read_text()
    (folder / "survival.csv").write_text(text.replace("months", "days", 1))


@pytest.fixture(scope="module")
def examples():
    """Command -> the examples of its help; of those in the help of the whole, what no command's repeats."""
    own = {name: examples_of(name) for name in NAMES}
    whole = examples_of()
    assert all([whole, *own.values()])
    known = {bare(line) for lines in own.values() for line in lines}
    return own | {"": [line for line in whole if bare(line) not in known]}


def bare(line: str) -> str:
    """The line without its comment."""
    return line.partition("  #")[0].strip()


@pytest.mark.slow(seconds=8)
@pytest.mark.parametrize("command", ["", *(name for name in NAMES if name not in DEMONSTRATIONS)])
def test_examples_run_as_they_stand(examples, named_files, tmp_path, command):
    folder = tmp_path / "folder"
    subprocess.run(["cp", "-r", named_files, folder], check=True)
    for example in examples[command]:
        done = in_shell(example, folder)
        if "pyradiomics" in done.stderr.lower() and importlib.util.find_spec("radiomics") is None:
            assert "[engine.missing]" in done.stderr
            continue
        assert done.returncode == 0, f"{example}\n{done.stdout}{done.stderr}"


def test_sites_are_listed_where_they_can_be_given(radioimmuno):
    shown = " ".join(radioimmuno("score", "--help").stdout.split())
    assert all(site.label in shown for site in Site)
