"""The images and masks that reference values are made from, and where they are found."""

import os
from dataclasses import dataclass
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
SMALLEST_CASE = "STS_019"
_STS_NUMBERS = (3, 8, 12, 18, 19, 25, 41, 47)


@dataclass(frozen=True)
class Case:
    """One image with the mask of one lesion."""

    name: str
    image: Path
    mask: Path


def data_folder() -> Path:
    """The data folder: `RADIOIMMUNO_DATA`, by default `../shared/data` from the repository's root."""
    return Path(os.environ.get("RADIOIMMUNO_DATA", REPOSITORY / ".." / "shared" / "data")).resolve()


def sarcomas() -> list[Case]:
    """The eight soft-tissue sarcomas."""
    names = [f"STS_{number:03d}" for number in _STS_NUMBERS]
    return [_nifti_case(name, data_folder() / "sts" / name) for name in names]


def patients() -> list[Case]:
    """The eight soft-tissue sarcomas and LUNG1-001."""
    folder = data_folder() / "lung1_001"
    return [*sarcomas(), Case("LUNG1-001", folder / "ct.nrrd", folder / "label.nrrd")]


def validation_cases() -> dict[str, list[Case]]:
    """The eight sarcomas of which there are CT, PET and T1-weighted MR; by modality."""
    folders = [data_folder() / "sts" / f"STS_{number:03d}" for number in _STS_NUMBERS]
    files = {"ct": ("ct", "mask"), "pet": ("pet", "pet_mask"), "mr": ("mr_t1", "mr_t1_mask")}
    return {
        modality: [Case(f.name, f / f"{image}.nii.gz", f / f"{mask}.nii.gz") for f in folders]
        for modality, (image, mask) in files.items()
    }


def smallest_patient() -> Case:
    """The patient that the slow or exhaustive computations are made on."""
    return next(case for case in patients() if case.name == SMALLEST_CASE)


def digital_phantom() -> Case:
    """IBSI's digital phantom."""
    return _nifti_case("digital_phantom", data_folder() / "ibsi" / "digital_phantom")


def ct_phantom() -> Case:
    """The lung cancer CT of IBSI's configurations."""
    return _nifti_case("ct_phantom", data_folder() / "ibsi" / "ct_phantom")


def consensus_table() -> Path:
    """IBSI's consensus values, which lie beside the data folder."""
    return data_folder().parent / "reference" / "ibsi_reference.csv"


def _nifti_case(name: str, folder: Path) -> Case:
    return Case(name, folder / "ct.nii.gz", folder / "mask.nii.gz")
