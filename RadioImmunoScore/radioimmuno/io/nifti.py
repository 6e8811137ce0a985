"""The two transforms of a NIfTI header, looked at before ITK's reader chooses one.

A header may say twice where the volume lies: by a matrix (sform) and by a rotation (qform). ITK takes one of
them without a word where they differ, and passes over a sheared matrix where there is a rotation as well.
"""

from __future__ import annotations

import gzip
import struct
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from ..findings import Finding, Severity
from ..thresholds import MAX_TRANSFORM_DIFFERENCE_MM

# From the millimetres of NIfTI (RAS) to those of DICOM.
LPS = np.diag([-1.0, -1.0, 1.0, 1.0])

# Below this a rotation is one by 180 degrees, of which rounding has left a trace (NIfTI-1's own rule).
SMALLEST_SQUARE = 1e-7


@dataclass(frozen=True)
class _Version:
    """Where a version of the format keeps what is needed: offsets in the header, formats of `struct`."""

    bytes: int
    pixdim: tuple[int, str]
    codes: tuple[int, str]  # qform, sform
    rotation: tuple[int, str]
    matrix: tuple[int, str]


VERSIONS = (
    _Version(348, (76, "8f"), (252, "2h"), (256, "6f"), (280, "12f")),
    _Version(540, (104, "8d"), (344, "2i"), (352, "6d"), (400, "12d")),
)


@dataclass(frozen=True, eq=False)
class Transforms:
    """From voxel numbers (i, j, k) to LPS mm, each (4, 4); None where the header does not give it."""

    matrix: np.ndarray | None
    rotation: np.ndarray | None

    @property
    def skew(self) -> float:
        """How far the matrix is from right angles: the largest cosine between two of its axes."""
        if self.matrix is None:
            return 0.0
        lengths = np.linalg.norm(self.matrix[:3, :3], axis=0)
        if not (np.isfinite(lengths).all() and lengths.all()):
            return 0.0  # no axes at all: the reader says so
        axes = self.matrix[:3, :3] / lengths
        return float(np.abs(axes.T @ axes - np.eye(3)).max())


def read_transforms(path: Path) -> Transforms:
    """The transforms of a NIfTI file; none where it is too short or not of a known version."""
    longest = max(version.bytes for version in VERSIONS)
    try:
        if path.suffix.lower() == ".gz":
            with gzip.open(path) as unpacked:
                header = unpacked.read(longest)
        else:
            with path.open("rb") as stream:
                header = stream.read(longest)
    except (OSError, EOFError):  # of gzip too: the reader says so
        return Transforms(None, None)
    for version in VERSIONS:
        for order in "<>":
            if header[:4] == struct.pack(order + "i", version.bytes) and len(header) >= version.bytes:
                return _transforms(header, version, order)
    return Transforms(None, None)


def transform_findings(path: Path, volume: sitk.Image, what: str) -> list[Finding]:
    """A warning where the volume, as it was read, does not lie where the header's transforms put it.

    Parameters
    ----------
    path : Path
        A NIfTI file; of another one nothing is found.
    volume : Image
        What was read of it.
    what : str
        What the file holds, for the message: "CT".
    """
    found = read_transforms(path)
    known = {"sform": found.matrix, "qform": found.rotation}
    taken = _read_as(volume)
    apart = {
        name: _largest_distance(matrix, taken, volume.GetSize())
        for name, matrix in known.items()
        if matrix is not None
    }
    if max(apart.values(), default=0.0) <= MAX_TRANSFORM_DIFFERENCE_MM:
        return []
    nearest = min(apart, key=lambda name: apart[name])
    if len(apart) == 2 and apart[nearest] <= MAX_TRANSFORM_DIFFERENCE_MM:
        other = "qform" if nearest == "sform" else "sform"
        text = (
            f"The header of the {what} puts it at two places: its transforms sform and qform lie up to "
            f"{apart[other]:.1f} mm apart. The {nearest} was taken."
        )
    else:
        text = (
            f"The {what} was read up to {apart[nearest]:.1f} mm from where the header's {nearest} puts it: "
            "its axes were made rectangular, or its spacing contradicts itself."
        )
    return [Finding("ct.transforms_differ", Severity.WARN, text)]


def _transforms(header: bytes, version: _Version, order: str) -> Transforms:
    def numbers(field: tuple[int, str]) -> np.ndarray:
        return np.array(struct.unpack_from(order + field[1], header, field[0]), float)

    qform, sform = numbers(version.codes)
    matrix, rotation = None, None
    if sform > 0:
        matrix = LPS @ np.vstack([numbers(version.matrix).reshape(3, 4), [0, 0, 0, 1]])
    if qform > 0:
        rotation = LPS @ _rotated(numbers(version.rotation), numbers(version.pixdim))
    return Transforms(*(None if m is None or not np.isfinite(m).all() else m for m in (matrix, rotation)))


def _rotated(parameters: np.ndarray, pixdim: np.ndarray) -> np.ndarray:
    """The transform of a quaternion (b, c, d), an offset and voxel sizes, as the format defines it."""
    b, c, d = parameters[:3]
    rest = 1.0 - (b * b + c * c + d * d)
    if rest < SMALLEST_SQUARE:
        b, c, d = parameters[:3] / np.sqrt(b * b + c * c + d * d)
        a = 0.0
    else:
        a = np.sqrt(rest)
    turned = np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )
    handedness = -1.0 if pixdim[0] < 0 else 1.0
    transform = np.eye(4)
    transform[:3, :3] = turned * (pixdim[1:4] * [1.0, 1.0, handedness])
    transform[:3, 3] = parameters[3:]
    return transform


def _read_as(volume: sitk.Image) -> np.ndarray:
    transform = np.eye(4)
    transform[:3, :3] = np.array(volume.GetDirection()).reshape(3, 3) * volume.GetSpacing()
    transform[:3, 3] = volume.GetOrigin()
    return transform


def _largest_distance(one: np.ndarray, other: np.ndarray, size: tuple[int, ...]) -> float:
    """Of the volume's corners, mm."""
    corners = np.array([(*corner, 1.0) for corner in product(*((-0.5, n - 0.5) for n in size))])
    return float(np.linalg.norm((corners @ (one - other).T)[:, :3], axis=1).max())
