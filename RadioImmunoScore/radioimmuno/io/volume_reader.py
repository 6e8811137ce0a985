"""Opening volume files: what a header claims is checked before voxels are read.

ITK's readers are lenient where a wrong volume could come out: they guess the format and take a shear for a
rotation. What passes here is a whole volume with right angles.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..files.detached_header import data_files
from ..files.utf8_path import spelled
from ..findings import InputError
from ..memory import require_memory
from ..thresholds import MAX_POSITION_MM, SPACING_LIMITS_MM
from .nifti import read_transforms
from .volume_integrity import bytes_per_value, is_complete, is_sound_meta_header

# 1024 x 1024 x 1900: more than any CT has, little enough for the memory of a workstation.
MAX_VOXELS = 2_000_000_000

# How often the voxels are in memory while they are read: as ITK has them, and as an array in canonical order.
COPIES = 2

# How far directions may be from right angles: single-precision headers, not gantry tilt.
RIGHT_ANGLE_TOLERANCE = 1e-3

DICOM_MAGIC_AT, DICOM_MAGIC = 128, b"DICM"

FORMATS = {"NrrdImageIO": "NRRD", "NiftiImageIO": "NIfTI", "MetaImageIO": "MHA/MHD"}

_COMPLEX = (sitk.sitkComplexFloat32, sitk.sitkComplexFloat64)


def open_volume(path: Path, code: str) -> sitk.Image:
    """The 3D volume of a NRRD, NIfTI or MHA/MHD file.

    Parameters
    ----------
    path : Path
        The file.
    code : str
        The code of the errors, `ct.unreadable` or `mask.unreadable`.

    Raises
    ------
    InputError
        When the file is not there, no 3D volume, damaged or cut off, or larger than `MAX_VOXELS`.
    """
    _check_kind(path, code)
    with spelled(path) as name:
        reader = _reader_for(path, name, code)
        if reader.GetImageIO() == "NiftiImageIO" and read_transforms(path).skew > RIGHT_ANGLE_TOLERANCE:
            raise _sheared(path, code)
        try:
            reader.ReadImageInformation()
        except RuntimeError:
            raise damaged(path, code) from None
        _check_header(path, code, reader)
        try:
            image = reader.Execute()
        except RuntimeError:
            raise damaged(path, code) from None
    check_geometry(path, code, image)
    return image


def is_dicom(path: Path) -> bool:
    """Whether this is a DICOM file; False too when there is no such file."""
    if not path.is_file():
        return False
    with path.open("rb") as stream:
        stream.seek(DICOM_MAGIC_AT)
        return stream.read(len(DICOM_MAGIC)) == DICOM_MAGIC


def check_geometry(path: Path, code: str, image: sitk.Image | sitk.ImageFileReader) -> None:
    """Refuse spacings and origins that no scan has, and axes that are not at right angles."""
    spacing, origin = image.GetSpacing(), image.GetOrigin()
    smallest, largest = SPACING_LIMITS_MM
    sane = all(smallest <= step <= largest for step in spacing)
    if not (sane and all(abs(place) <= MAX_POSITION_MM for place in origin)):
        raise InputError(code, f"{path}: the spacing or the origin in its header is not a valid number.")
    direction = np.array(image.GetDirection()).reshape(3, 3)
    if not np.allclose(direction.T @ direction, np.eye(3), atol=RIGHT_ANGLE_TOLERANCE):
        raise _sheared(path, code)


def _sheared(path: Path, code: str) -> InputError:
    return InputError(
        code, f"{path}: its axes are not at right angles (gantry tilt or shear). Resample it first."
    )


def damaged(path: Path, code: str) -> InputError:
    """The error for a file whose content is not what its header says."""
    return InputError(code, f"{path} is damaged or cut off. Copy or export it again.")


def _check_kind(path: Path, code: str) -> None:
    """Refuse what is no file, nor a header of files: reading a pipe or a device may never end."""
    if not path.exists():
        raise InputError(code, f"{path} does not exist.")
    if path.is_dir():
        raise InputError(code, f"{path} is a folder; a file is expected here.")
    for file in (path, *(data_files(path) if path.is_file() else ())):
        if file.exists() and not file.is_file():
            raise InputError(code, f"{file} is a pipe or a device; a file is expected here.")


def _reader_for(path: Path, name: str, code: str) -> sitk.ImageFileReader:
    image_io = sitk.ImageFileReader.GetImageIOFromFileName(name)
    if image_io == "GDCMImageIO":
        raise InputError(
            code, f"{path} is a single DICOM file. For a CT, name the folder that holds its slices."
        )
    if image_io not in FORMATS:
        known = ", ".join(FORMATS.values())
        raise InputError(code, f"{path} is not a volume that can be read. Known formats are: {known}.")
    if image_io == "MetaImageIO" and not is_sound_meta_header(path):
        raise damaged(path, code)
    reader = sitk.ImageFileReader()
    reader.SetFileName(name)
    reader.SetImageIO(image_io)
    return reader


def _check_header(path: Path, code: str, reader: sitk.ImageFileReader) -> None:
    size = reader.GetSize()
    if reader.GetDimension() != 3 or min(size) < 1:
        shape = " x ".join(str(n) for n in size)
        raise InputError(code, f"{path} is not a 3D volume: its size is {shape}.")
    if reader.GetPixelID() in _COMPLEX:
        raise InputError(code, f"{path} holds complex numbers; one real value a voxel is expected.")
    if math.prod(size) * reader.GetNumberOfComponents() > MAX_VOXELS:
        shape = " x ".join(str(n) for n in size)
        raise InputError(
            code, f"{path}: its header claims {shape} voxels, more than {MAX_VOXELS:,}. Crop it first."
        )
    check_geometry(path, code, reader)
    if not is_complete(path, reader):
        raise damaged(path, code)
    values = math.prod(size) * reader.GetNumberOfComponents()
    require_memory(COPIES * values * bytes_per_value(reader), f"Reading {path}")
