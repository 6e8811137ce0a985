"""A segmented lesion: its mask, and what is known of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import cached_property

import numpy as np

from .geometry.image import Box, Image
from .site import Site


class DelineationType(Enum):
    """Who made a lesion's contour, by DICOM's names (Segment Algorithm Type, ROI Generation Algorithm)."""

    MANUAL = "MANUAL"
    SEMIAUTOMATIC = "SEMIAUTOMATIC"
    AUTOMATIC = "AUTOMATIC"


@dataclass(frozen=True)
class Delineation:
    """How a lesion's contour was made.

    Parameters
    ----------
    type : DelineationType
        By a hand, by an algorithm that a person guided (a stroke, a click, a threshold), by one alone.
    algorithm : str
        Its name; "" where it is not known, and for a hand.
    """

    type: DelineationType
    algorithm: str = ""

    @classmethod
    def parse(cls, kind: str, algorithm: str = "") -> Delineation | None:
        """The delineation that DICOM's words name; None when the first is none of them.

        Examples
        --------
        >>> Delineation.parse("Semiautomatic", "GrowCut").algorithm
        'GrowCut'
        """
        known = {each.value: each for each in DelineationType}.get(kind.strip().upper())
        return None if known is None else cls(known, algorithm.strip())


@dataclass(frozen=True)
class LeftOut:
    """A structure of a file that is not taken for a lesion, and why, in plain words.

    It is not scored, cuts no ring and changes no exit code.
    """

    id: str
    name: str
    reason: str


@dataclass(frozen=True, eq=False)
class Lesion:
    """One lesion: a mask on the CT's lattice, cropped to what it covers, and what is known about it.

    Parameters
    ----------
    id : str
        Identifier, unique within the patient (segment ID, label value as text).
    name : str
        What a person calls it; need not be unique.
    mask : Image
        Bool Image on the CT's lattice.
    site : Site or None
        Where it sits, None when not known.
    irradiated : bool or None
        Whether it was in a radiotherapy field; None when not known.
    tracking_uid : str or None
        DICOM UID that the lesion already has at all of its time points; None when it has none.
    delineation : Delineation or None
        How its contour was made; None when that is not known.
    expected_agreement : float or None
        Expected Dice coefficient of its mask with a reader's contour, 0 to 1; None when nothing is expected.
    clinical : mapping of str to float
        What a person gives of it or of the patient, by name: a signature's `clinical.<name>`.
    resampled : Image or None
        Bool Image on the grid that features are computed on, canonical, where the lesion was drawn on another
        image than the mask lies on; None where the grid's mask is made of this one.
    """

    id: str
    name: str
    mask: Image
    site: Site | None = None
    irradiated: bool | None = None
    tracking_uid: str | None = None
    delineation: Delineation | None = None
    expected_agreement: float | None = None
    clinical: Mapping[str, float] = field(default_factory=dict)
    resampled: Image | None = None

    @property
    def voxels(self) -> int:
        """Number of voxels in the mask."""
        return int(np.count_nonzero(self.mask.values))

    @property
    def volume_cc(self) -> float:
        """Volume of the mask's voxels in cc."""
        return self.voxels * self.mask.lattice.voxel_volume_mm3 / 1000.0

    @cached_property
    def box(self) -> Box | None:
        """Smallest box of the lattice that holds the lesion; None when the mask is empty."""
        return Box.around(self.mask.values, self.mask.offset)

    def canonical(self) -> Lesion:
        """The lesion on the canonical axis order, cropped to its box."""
        return replace(self, mask=self.mask.canonical().trimmed())


def from_labels(labels: Image, names: dict[int, str] | None = None) -> list[Lesion]:
    """A lesion for each label > 0 of a label map, in order of the labels.

    Parameters
    ----------
    labels : Image
        Integer Image; 0 is background.
    names : dict of int to str, optional
        Label -> name; a label that is named but not in the map becomes an empty lesion.
    """
    from scipy.ndimage import find_objects

    found = find_objects(labels.values)
    present = {label for label, where in enumerate(found, start=1) if where is not None}
    names = names or {}
    lesions = []
    for label in sorted(present | set(names)):
        where = found[label - 1] if label in present else (slice(0, 0),) * 3
        offset = tuple(o + s.start for o, s in zip(labels.offset, where, strict=True))
        mask = Image(labels.values[where] == label, labels.lattice, (offset[0], offset[1], offset[2]))
        lesions.append(Lesion(str(label), names.get(label, f"lesion {label}"), mask))
    return lesions
