"""Reading lesions: a label map, Slicer's segmentation file (.seg.nrrd), a DICOM RTSTRUCT or SEG file."""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import SimpleITK as sitk

from ..findings import Finding, InputError, Severity
from ..geometry.image import Box, Image, from_sitk
from ..lesion import Delineation, Lesion, Site, from_labels
from .nifti import transform_findings
from .resampling import Placing, ReadLesions, resample_lesions
from .segment_tags import (
    AGREEMENT_TAG,
    IRRADIATED_TAG,
    LESION_TAG,
    TERMINOLOGY_TAG,
    TRACKING_TAG,
    agreement_from_tag,
    delineation_from_tags,
    irradiated_from_tag,
    lesion_from_tag,
    site_of,
)
from .selection import Hints, match_names, select_lesions
from .volume_reader import is_dicom, open_volume

if TYPE_CHECKING:
    from .dicom import SourceSeries

CODE = "mask.unreadable"
DICOM_ENDINGS = (".dcm", ".dicom")

# A label map with more labels is no segmentation of lesions but an image, or an atlas.
MAX_LESIONS = 1000


@dataclass(frozen=True)
class _Segment:
    """What a segmentation's header says of one segment: `label` marks it in the layer with this number."""

    id: str
    name: str
    layer: int
    label: int
    site: Site | None
    irradiated: bool | None
    tracking_uid: str | None
    delineation: Delineation | None
    agreement_tag: str
    hints: Hints


def read_lesions(
    path: str | os.PathLike[str],
    image: Image,
    source: SourceSeries | None = None,
    patterns: Sequence[str] = (),
    *,
    accepted: Collection[str] = (),
    place: Placing = resample_lesions,
) -> ReadLesions:
    """The lesions of a segmentation, each a mask cropped to what it covers, on the CT's lattice.

    Parameters
    ----------
    path : path-like
        Label map (each label above 0 is a lesion, its identifier the label) or `.seg.nrrd` (each segment
        is a lesion, its identifier the segment's; an empty segment becomes an empty lesion), a DICOM RTSTRUCT
        (`dicom.read_rtstruct`) or SEG (`dicom.read_seg`), or a folder that holds one of these two.
    image : Image
        The CT.
    source : SourceSeries, optional
        The DICOM series that the CT was read from; DICOM lesions must lie in its frame of reference.
    patterns : sequence of str
        Names, identifiers or glob patterns of the structures to take, whatever they are; by default
        all but those that are no lesions (`structures`), which are left out.
    accepted : collection of str
        Codes of `acceptance.OPTIONS` that a person accepted.
    place : callable, optional
        What puts lesions that were drawn on another lattice on the image's.

    Returns
    -------
    ReadLesions
        By default a segmentation on another lattice is resampled (nearest voxel): `mask.geometry` is then
        found for the lesion, as a refusal where its volume changes by more than 5 %.

    Raises
    ------
    InputError
        `mask.unreadable` for a file that is no segmentation, `mask.no_match` when a pattern matches none,
        `lesion.not_a_lesion` when all of it is left out.
    GeometryError
        `mask.geometry` when nothing of it lies on the CT.
    """
    path = Path(path)
    if path.is_dir() or is_dicom(path) or (path.is_file() and path.suffix.lower() in DICOM_ENDINGS):
        from .dicom.lesions import read_dicom_lesions

        return read_dicom_lesions(path, image, source, patterns, accepted=accepted, place=place)
    volume = open_volume(path, CODE)
    segments = _segments(path, volume)
    stored = from_sitk(volume)
    if segments:
        lesions, of_file = _from_segments(path, stored, segments)
    else:
        lesions, of_file = _from_label_map(path, stored), []
    of_file += transform_findings(path, volume, "segmentation")
    picked = match_names(lesions, patterns, lambda lesion: (lesion.id, lesion.name))
    placed = place(path, picked, image.lattice, {lesion.id: of_file for lesion in picked})
    return select_lesions(placed, {segment.id: segment.hints for segment in segments}, bool(patterns))


def _from_label_map(path: Path, stored: Image) -> list[Lesion]:
    if stored.values.ndim != 3:
        raise InputError(
            CODE, f"{path} has several values a voxel and no segments; a label map has one value."
        )
    masks = _masks(path, stored)
    if not masks:
        raise InputError(CODE, f"{path} holds no lesion: all of its voxels are 0.")
    return [Lesion(str(label), f"lesion {label}", mask) for label, mask in masks.items()]


def _from_segments(path: Path, stored: Image, segments: list[_Segment]) -> tuple[list[Lesion], list[Finding]]:
    """The lesions, and a warning of labels that belong to none."""
    layers = stored.values[..., np.newaxis] if stored.values.ndim == 3 else stored.values
    count = layers.shape[3]
    beyond = [s.layer for s in segments if not 0 <= s.layer < count]
    if beyond:
        raise InputError(CODE, f"{path}: its header names layer {min(beyond)}, and there are {count}.")
    masks = {}
    for layer in range(count):
        for label, mask in _masks(path, Image(layers[..., layer], stored.lattice)).items():
            masks[layer, label] = mask
    nothing = Image(np.zeros((0, 0, 0), bool), stored.lattice)
    lesions = [_lesion(s, masks.get((s.layer, s.label), nothing)) for s in segments]
    return lesions, _unlisted(masks, segments)


def _lesion(segment: _Segment, mask: Image) -> Lesion:
    lesion = Lesion(
        segment.id,
        segment.name,
        mask,
        segment.site,
        segment.irradiated,
        segment.tracking_uid,
        segment.delineation,
    )
    return replace(lesion, expected_agreement=agreement_from_tag(segment.agreement_tag, lesion.volume_cc))


def _unlisted(masks: Mapping[tuple[int, int], Image], segments: Sequence[_Segment]) -> list[Finding]:
    listed = {(s.layer, s.label) for s in segments}
    labels = sorted({label for layer, label in masks if (layer, label) not in listed})
    if not labels:
        return []
    numbers = ", ".join(map(str, labels))
    text = f"The file marks voxels with labels that belong to no segment of its list ({numbers})."
    return [Finding("lesions.unlisted", Severity.WARN, text)]


def _masks(path: Path, labels: Image) -> dict[int, Image]:
    """The cropped mask of each label above 0, in the order of the labels."""
    box = Box.around(labels.values)
    if box is None:
        return {}
    part = labels.crop(box)
    values = _whole_numbers(path, part.values)
    if values.max() <= MAX_LESIONS:
        return {int(lesion.id): lesion.mask for lesion in from_labels(replace(part, values=values))}
    present = np.unique(values[values > 0])
    if present.size > MAX_LESIONS:
        raise InputError(CODE, f"{path} holds {present.size:,} labels: an image, not a label map of lesions.")
    numbered = replace(part, values=np.searchsorted(present, values, side="right"))
    return {int(present[int(lesion.id) - 1]): lesion.mask for lesion in from_labels(numbered)}


def _whole_numbers(path: Path, values: np.ndarray) -> np.ndarray:
    if values.dtype.kind == "f":
        if not np.isfinite(values).all() or (values != np.rint(values)).any():
            raise InputError(
                CODE, f"{path} holds values that are not whole numbers; a label map has one per lesion."
            )
        values = values.astype(np.int64)
    if values.min() < 0:
        raise InputError(
            CODE, f"{path} holds negative values; a label map has none. Were CT and lesions swapped?"
        )
    return values


def _segments(path: Path, volume: sitk.Image) -> list[_Segment]:
    """The segments that the header lists; none for a plain label map."""
    header = {key: volume.GetMetaData(key) for key in _text_keys(volume) if key.startswith("Segment")}
    numbers = sorted({int(m[1]) for key in header if (m := re.fullmatch(r"Segment(\d+)_(ID|Name)", key))})
    if not numbers:
        return []
    if header.get("Segmentation_MasterRepresentation", "").startswith("Fractional"):
        raise InputError(CODE, f"{path} is a fractional segmentation. Convert it to a binary labelmap first.")
    segments = [_segment(path, header, number, volume.GetNumberOfComponentsPerPixel()) for number in numbers]
    _check_unique(path, [s.id for s in segments])
    return segments


def _text_keys(volume: sitk.Image) -> list[str]:
    """The header's keys; those that are no UTF-8 cannot be asked for."""
    return [key for key in volume.GetMetaDataKeys() if not any("\ud800" <= c <= "\udfff" for c in key)]


def _segment(path: Path, header: Mapping[str, str], number: int, layers: int) -> _Segment:
    def whole(key: str, default: int) -> int:
        text = header.get(f"Segment{number}_{key}", str(default))
        if not re.fullmatch(r"\s*-?\d+\s*", text):
            raise InputError(
                CODE, f"{path}: Segment{number}_{key} in its header is {text!r}, not a whole number."
            )
        return int(text)

    identifier = header.get(f"Segment{number}_ID") or header[f"Segment{number}_Name"]
    tags = _tags(header.get(f"Segment{number}_Tags", ""))
    # Before Slicer 4.11 a file had one layer for each segment and named neither layer nor label.
    return _Segment(
        id=identifier,
        name=header.get(f"Segment{number}_Name") or identifier,
        layer=whole("Layer", min(number, layers - 1)),
        label=whole("LabelValue", 1),
        site=site_of(tags),
        irradiated=irradiated_from_tag(tags.get(IRRADIATED_TAG, "")),
        tracking_uid=tags.get(TRACKING_TAG) or None,
        delineation=delineation_from_tags(tags),
        agreement_tag=tags.get(AGREEMENT_TAG, ""),
        hints=Hints(tags.get(TERMINOLOGY_TAG, ""), marked=lesion_from_tag(tags.get(LESION_TAG, ""))),
    )


def _tags(text: str) -> dict[str, str]:
    """Slicer writes `name:value|name:value|`."""
    return {name: value for name, _, value in (tag.partition(":") for tag in text.split("|"))}


def _check_unique(path: Path, ids: Iterable[str]) -> None:
    seen: set[str] = set()
    for name in ids:
        if name in seen:
            raise InputError(CODE, f"{path}: two segments have the identifier {name!r}.")
        seen.add(name)
