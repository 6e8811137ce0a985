"""Maps of a lesion's interior: common to panel and console."""

from __future__ import annotations

from radioimmuno.extraction.voxel_maps import MAPS, TITLES, UNITS, interior_maps
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion
from radioimmuno.settings import Settings

__all__ = ["MAPS", "computeMap", "mapTitle"]


def mapTitle(name: str) -> str:
    """What a person calls a map, with its unit.

    Raises
    ------
    ValueError
        When there is no such map; the text names those that there are.
    """
    if name not in TITLES:
        raise ValueError(f"there is no map {name!r}; there are: {', '.join(MAPS)}")
    return TITLES[name] if UNITS[name] == "1" else f"{TITLES[name]} ({UNITS[name]})"


def computeMap(image: Image, lesion: Lesion, settings: Settings, name: str) -> Image:
    """A map of one lesion, NaN outside of it; on any thread.

    Raises
    ------
    InputError
        When the lesion cannot be measured.
    """
    return interior_maps(image, lesion, settings, (name,))[name]
