"""Reference regions of a study: structures of a file that lesions are compared with."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from ..findings import InputError
from ..geometry.image import Image, Lattice
from ..lesion import Lesion
from .selection import joined_names, match_names

NO_MATCH = "mask.no_match"
EVERYTHING = ("*",)
REFERENCE = "reference"


@dataclass(frozen=True)
class ReferenceRegion:
    """Where a reference region is drawn.

    Parameters
    ----------
    name : str
        What it is called, as `pet.reference.Reference` has it.
    path : Path or None
        Its file; None where it is among the lesions.
    roi : str
        Name, identifier or pattern of its structures there; "" for one that is called like the region, or is
        the file's only one.
    """

    name: str
    path: Path | None = None
    roi: str = ""


@dataclass(frozen=True, eq=False)
class ReferenceRegions:
    """Reference regions that were read.

    Parameters
    ----------
    structures : mapping of str to tuple of Lesion
        By name of the region, what it is made of.
    taken : frozenset of str
        Identifiers of those among the lesions.
    """

    structures: Mapping[str, tuple[Lesion, ...]]
    taken: frozenset[str]

    def masks(self, lattice: Lattice) -> dict[str, Image]:
        """The regions' masks, by name; on the lattice that the structures lie on."""
        return {name: _union(found, lattice) for name, found in self.structures.items()}


def called_regions(names: Iterable[str], wanted: Sequence[str]) -> tuple[ReferenceRegion, ...]:
    """Those of the wanted reference regions that a structure is called by.

    Parameters
    ----------
    names : iterable of str
        What the structures of a file of lesions are called.
    wanted : sequence of str
        Names of reference regions.

    Returns
    -------
    tuple of ReferenceRegion

    Examples
    --------
    >>> called_regions(["GTV", "Blood pool reference"], ["liver", "blood_pool"])
    (ReferenceRegion(name='blood_pool', path=None, roi=''),)
    """
    called = {_as_name(name) for name in names}
    return tuple(ReferenceRegion(name) for name in wanted if name in called)


def read_references(
    regions: Sequence[ReferenceRegion],
    lesions: Path,
    read: Callable[[Path], Sequence[Lesion]],
) -> ReferenceRegions:
    """Read reference regions.

    Parameters
    ----------
    regions : sequence of ReferenceRegion
    lesions : Path
        The file of lesions, for regions that are among them.
    read : callable
        Gives all structures of a file.

    Returns
    -------
    ReferenceRegions

    Raises
    ------
    InputError
        `mask.no_match` where a region is not found, and what reading raises.
    """
    found, taken = {}, set()
    for region in regions:
        path = region.path or lesions
        found[region.name] = tuple(_structures(region, path, read(path)))
        taken |= {one.id for one in found[region.name]} if region.path is None else set()
    return ReferenceRegions(found, frozenset(taken))


def _structures(region: ReferenceRegion, path: Path, every: Sequence[Lesion]) -> list[Lesion]:
    """The structures of a file that a reference region is made of."""
    if region.roi:
        return match_names(every, [region.roi], lambda one: (one.id, one.name))
    called = [one for one in every if region.name in (_as_name(one.name), _as_name(one.id))]
    if called:
        return called
    if region.path is not None and len(every) == 1:
        return list(every)
    named = joined_names([one.name for one in every])
    text = f"{path} has no structure {region.name!r}; there are: {named}."
    example = f"{region.name}={'' if region.path is None else f'{path.name}:'}NAME"
    raise InputError(NO_MATCH, f"{text} Say which is the reference region: --reference {example}")


def _as_name(text: str) -> str:
    """The name of a region that a structure is called by: `Blood pool reference` is `blood_pool`."""
    words = re.findall(r"[a-z0-9]+", text.lower())
    return "_".join(words[:-1] if len(words) > 1 and words[-1] == REFERENCE else words)


def _union(structures: Sequence[Lesion], lattice: Lattice) -> Image:
    boxes = [one.box for one in structures]
    known = [box for box in boxes if box is not None]
    if not known:
        return Image(np.zeros((0, 0, 0), bool), lattice)
    whole = known[0]
    for box in known[1:]:
        whole = whole.union(box)
    values = np.logical_or.reduce([one.mask.within(whole) for one in structures])
    return Image(values, lattice, whole.start)
