"""Reading a CT: one file, or the folder of a DICOM series."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..acquisition import Acquisition
from ..findings import Finding, InputError, Severity
from ..image import Image, from_sitk
from .volume import check_geometry, damaged, open_volume

CODE = "ct.unreadable"

# What Hounsfield units can be: a CT has air, fat or at least noise below water, spans more than a flat
# phantom, and even metal on the extended scale stays below the highest value of 16 bits.
HU_MUST_REACH_BELOW = 0.0
HU_MIN_SPAN = 100.0
HU_LIMITS = (-32768.0, 32767.0)

# Distances between slices may differ by this share of their mean; more is a gap.
MAX_UNEVEN_SLICES = 0.01

_KVP, _THICKNESS, _KERNEL, _CONTRAST = "0018|0060", "0018|0050", "0018|1210", "0018|0010"
_DESCRIPTION, _MODALITY, _POSITION = "0008|103e", "0008|0060", "0020|0032"


def read_image(path: str | os.PathLike[str]) -> tuple[Image, Acquisition]:
    """A CT and what its header says about the scan.

    Parameters
    ----------
    path : NRRD, NIfTI or MHA/MHD file, or the folder of one DICOM series

    Returns
    -------
    image : values in HU, (slice, row, column), with the lattice in LPS mm
    acquisition : kVp, slice thickness, kernel and contrast agent as the DICOM header has them; other files
        say nothing of them

    Raises
    ------
    InputError
        `ct.unreadable`, with words that say what to do.
    """
    path = Path(path)
    if path.is_dir():
        return _read_series(path)
    volume = open_volume(path, CODE)
    if volume.GetNumberOfComponentsPerPixel() != 1:
        raise InputError(CODE, f"{path} has several values a voxel (a color image or layers); a CT has one.")
    return from_sitk(volume), Acquisition()


def implausible_values(image: Image) -> tuple[Finding, ...]:
    """A warning when the values cannot be Hounsfield units: no finding, or one that says why."""
    finite = image.values[np.isfinite(image.values)] if image.values.dtype.kind == "f" else image.values
    if finite.size == 0:
        return ()
    lowest, highest = float(finite.min()), float(finite.max())
    if lowest < HU_LIMITS[0] or highest > HU_LIMITS[1]:
        problem = "no CT has values like these"
    elif highest - lowest < HU_MIN_SPAN:
        problem = "a CT spans more than this"
    elif lowest >= HU_MUST_REACH_BELOW:
        problem = "nothing is below water (0 HU), neither air nor fat"
    else:
        return ()
    text = (
        f"The voxel values ({lowest:g} to {highest:g}) do not look like Hounsfield units: {problem}. "
        "Check that the export applied rescale slope and intercept."
    )
    return (Finding("ct.hu_implausible", Severity.WARN, text),)


def _read_series(folder: Path) -> tuple[Image, Acquisition]:
    series = sitk.ImageSeriesReader.GetGDCMSeriesIDs(str(folder))
    files = {uid: sitk.ImageSeriesReader.GetGDCMSeriesFileNames(str(folder), uid) for uid in series}
    if not files:
        raise InputError(
            CODE, f"{folder} holds no DICOM images. Name the folder in which the slices themselves lie."
        )
    if len(files) > 1:
        listing = "; ".join(_describe(names) for names in files.values())
        raise InputError(
            CODE, f"{folder} holds {len(files)} series: {listing}. Put the CT to score in its own folder."
        )
    (names,) = files.values()
    if len(names) < 2:
        raise InputError(CODE, f"{folder} holds a single DICOM slice; a CT volume has several.")
    header = _header(names[0])
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(names)
    reader.MetaDataDictionaryArrayUpdateOn()
    try:
        volume = reader.Execute()
    except RuntimeError:
        raise damaged(folder, CODE) from None
    check_geometry(folder, CODE, volume)
    _check_even_slices(folder, reader, len(names))
    if volume.GetDimension() != 3 or volume.GetNumberOfComponentsPerPixel() != 1:
        raise InputError(CODE, f"{folder} does not hold a stack of gray-value slices.")
    return from_sitk(volume), _acquisition(header)


def _check_even_slices(folder: Path, reader: sitk.ImageSeriesReader, slices: int) -> None:
    """Refuse gaps between slices: the reader would spread the slices that are there over them."""
    if not all(reader.HasMetaDataKey(number, _POSITION) for number in range(slices)):
        raise InputError(CODE, f"{folder}: its slices do not say where they lie (ImagePositionPatient).")
    texts = [reader.GetMetaData(number, _POSITION).split("\\") for number in range(slices)]
    steps = np.linalg.norm(np.diff(np.array(texts, float), axis=0), axis=1)
    usual = float(np.median(steps))
    if (np.abs(steps - usual) > MAX_UNEVEN_SLICES * usual).any():
        raise InputError(
            CODE,
            f"{folder}: slices are {steps.min():.2f} to {steps.max():.2f} mm apart: is one missing?",
        )


def _header(file: str) -> sitk.ImageFileReader:
    reader = sitk.ImageFileReader()
    reader.SetFileName(file)
    reader.SetImageIO("GDCMImageIO")
    try:
        reader.ReadImageInformation()
    except RuntimeError:
        raise damaged(Path(file), CODE) from None
    return reader


def _describe(files: tuple[str, ...]) -> str:
    header = _header(files[0])
    words = [_text(header, _MODALITY), _text(header, _DESCRIPTION)]
    return " ".join([*(w for w in words if w), f"({len(files)} files, {Path(files[0]).name} ...)"])


def _acquisition(header: sitk.ImageFileReader) -> Acquisition:
    return Acquisition(
        kvp=_number(header, _KVP),
        slice_thickness_mm=_number(header, _THICKNESS),
        kernel=_text(header, _KERNEL),
        contrast_agent=_text(header, _CONTRAST),
        source="DICOM header",
    )


def _text(header: sitk.ImageFileReader, tag: str) -> str | None:
    return (header.GetMetaData(tag).strip(" \0") or None) if header.HasMetaDataKey(tag) else None


def _number(header: sitk.ImageFileReader, tag: str) -> float | None:
    """The tag as a number; None when it is absent, empty or no positive number: nothing is guessed."""
    try:
        value = float(_text(header, tag) or "nan")
    except ValueError:
        return None
    return value if 0 < value < float("inf") else None
