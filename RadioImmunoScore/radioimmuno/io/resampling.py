"""Masks on the CT's lattice: as they are where the voxels coincide, by the nearest voxel elsewhere."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TypeVar

import numpy as np

from ..findings import Finding, GeometryError, Severity
from ..geometry.image import Box, Image, Lattice
from ..lesion import LeftOut, Lesion
from ..thresholds import MAX_VOLUME_CHANGE

T = TypeVar("T")


@dataclass(frozen=True)
class ResampledMask:
    """A mask on the CT's lattice, cropped to what it covers, and what resampling changed."""

    mask: Image
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True)
class ReadLesions:
    """Lesions on the CT's lattice, in the file's order, and what was found on the way, by identifier.

    `left_out` are structures of the file that are no lesions (`selection.select_lesions`).
    """

    lesions: tuple[Lesion, ...]
    findings: Mapping[str, tuple[Finding, ...]]
    left_out: tuple[LeftOut, ...] = ()


# What puts the lesions of a file on an image's lattice, with the parameters of `resample_lesions`.
Placing = Callable[[Path, Sequence[Lesion], Lattice, Mapping[str, Sequence[Finding]]], ReadLesions]


def resample_lesions(
    path: Path,
    lesions: Sequence[Lesion],
    lattice: Lattice,
    found: Mapping[str, Sequence[Finding]] | None = None,
) -> ReadLesions:
    """The lesions of a file, each on a lattice of its own, on the CT's.

    Parameters
    ----------
    path : Path
        The file, for the message.
    lesions : sequence of Lesion
        In the file's order.
    found : mapping of str to sequence of Finding, optional
        What reading the file found of each lesion, by identifier; it comes first.

    Raises
    ------
    GeometryError
        `mask.geometry` when nothing of them lies on the CT.
    """
    placed = {lesion.id: resample_mask(lesion.mask, lattice) for lesion in lesions}
    if any(lesion.voxels for lesion in lesions) and not any(p.mask.values.any() for p in placed.values()):
        raise GeometryError(
            "mask.geometry",
            f"{path} lies outside of the CT altogether: was it drawn on another image?",
        )
    findings = {name: (*(found or {}).get(name, ()), *p.findings) for name, p in placed.items()}
    return ReadLesions(
        tuple(replace(lesion, mask=placed[lesion.id].mask) for lesion in lesions),
        {name: known for name, known in findings.items() if known},
    )


def resample_mask(mask: Image, lattice: Lattice) -> ResampledMask:
    """A cropped bool mask of any lattice on this one.

    Nothing is interpolated, and nothing is found, where the voxels coincide: cropped files and files with
    flipped or permuted axes are the same masks.
    """
    if not mask.values.any():
        return ResampledMask(Image(np.zeros((0, 0, 0), bool), lattice))
    whole = Box.whole(lattice.shape)
    same = _same_voxels(mask, lattice)
    placed = (same if same is not None else _nearest(mask, lattice)).crop(whole).trimmed()
    before = np.count_nonzero(mask.values) * mask.lattice.voxel_volume_mm3 / 1000.0
    after = np.count_nonzero(placed.values) * lattice.voxel_volume_mm3 / 1000.0
    if same is not None and np.count_nonzero(placed.values) == np.count_nonzero(mask.values):
        return ResampledMask(placed)
    return ResampledMask(
        placed, (_finding(before, after, "cut to the CT" if same is not None else "resampled to it"),)
    )


def _finding(before: float, after: float, what: str) -> Finding:
    if after == 0.0:
        text = f"The lesion ({before:.2f} cc) lies outside of the CT: was it drawn on another image?"
        return Finding("mask.geometry", Severity.REFUSE, text)
    change = after / before - 1.0
    text = (
        f"The segmentation lies on another grid than the CT and was {what}: "
        f"{before:.2f} cc became {after:.2f} cc ({100 * change:+.1f} %)."
    )
    if abs(change) <= MAX_VOLUME_CHANGE:
        return Finding("mask.geometry", Severity.FIXED, text)
    advice = f" More than {100 * MAX_VOLUME_CHANGE:g} % is refused: segment on the CT's own grid."
    return Finding("mask.geometry", Severity.REFUSE, text + advice)


def _same_voxels(mask: Image, lattice: Lattice) -> Image | None:
    """The mask with its axes turned to the lattice's, or None when the voxels do not coincide."""
    window = mask.window
    steps = np.linalg.inv(lattice.index_to_lps) @ window.index_to_lps
    order = [int(axis) for axis in np.abs(steps).argmax(axis=1)]
    if sorted(order) != [0, 1, 2]:
        return None
    signs = [1 if steps[a, order[a]] > 0 else -1 for a in range(3)]
    first = np.zeros(3)
    for axis, sign in zip(order, signs, strict=True):
        first[axis] = 0 if sign > 0 else window.shape[axis] - 1
    x, y, z = window.to_lps(first)
    turned = Lattice(
        shape=_three(window.shape[a] for a in order),
        spacing=_three(window.spacing[a] for a in order),
        origin=(float(x), float(y), float(z)),
        axes=_three(_three(s * c for c in window.axes[a]) for a, s in zip(order, signs, strict=True)),
    )
    start = lattice.offset_of(turned)
    if start is None:
        return None
    flips = tuple(slice(None, None, s) for s in signs)
    return Image(mask.values.transpose(order)[flips], lattice, start)


def _nearest(mask: Image, lattice: Lattice) -> Image:
    """The lattice's voxels whose centre lies in a voxel of the mask; slice by slice, to stay small."""
    window = mask.window
    edges = np.array(list(itertools.product(*((-0.5, n - 0.5) for n in window.shape))))
    reach = lattice.to_index(window.to_lps(edges))
    low, high = np.floor(reach.min(axis=0)), np.ceil(reach.max(axis=0)) + 1
    box = Box(_three(int(v) for v in low), _three(int(v) for v in high)).intersect(Box.whole(lattice.shape))
    values = np.zeros(box.shape, bool)
    rows, columns = np.mgrid[box.slices[1:]]
    for number, k in enumerate(range(box.start[0], box.stop[0])):
        centres = np.stack([np.full_like(rows, k), rows, columns], axis=-1)
        index = np.floor(window.to_index(lattice.to_lps(centres)) + 0.5).astype(np.int64)
        inside = ((index >= 0) & (index < window.shape)).all(axis=-1)
        values[number][inside] = mask.values[tuple(index[inside].T)]
    return Image(values, lattice, box.start)


def _three(values: Iterable[T]) -> tuple[T, T, T]:
    a, b, c = values
    return a, b, c
