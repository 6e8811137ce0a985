"""Which filtered images keys ask for, and what part of the grid their filters look at."""

from __future__ import annotations

from collections.abc import Mapping

from ..features.catalog import split_filter
from ..filters.bank import common_margin
from ..filters.response_settings import ResponseSettings
from ..findings import SettingsError
from ..geometry.grid import Grid
from ..geometry.image import Box, Triple
from ..settings import Settings

Keys = Mapping[str, tuple[str, ...]]


def own_keys(keys: Keys) -> dict[str, tuple[str, ...]]:
    """The keys that are measured on the image itself, by region; none of a region of responses alone.

    Parameters
    ----------
    keys : mapping of str to tuple of str
        By region, with a filter behind it or without.

    Examples
    --------
    >>> own_keys({"lesion": ("glcm.contrast",), "ring.log_sigma_3mm": ("statistics.mean",)})
    {'lesion': ('glcm.contrast',), 'ring': ()}
    """
    return {base: keys.get(base, ()) for base in dict.fromkeys(split_filter(region)[0] for region in keys)}


def filtered_regions(keys: Keys) -> tuple[str, ...]:
    """The regions of which responses are measured, without their filters.

    Parameters
    ----------
    keys : mapping of str to tuple of str
    """
    parts = map(split_filter, keys)
    return tuple(dict.fromkeys(region for region, name in parts if name))


def responses_in(keys: Keys, settings: Settings) -> dict[str, ResponseSettings]:
    """The filtered images that are measured, by name.

    Parameters
    ----------
    keys : mapping of str to tuple of str
    settings : Settings

    Raises
    ------
    SettingsError
        `filter.unknown`.
    """
    names = dict.fromkeys(name for _, name in map(split_filter, keys) if name)
    return {name: settings.response(name) for name in names}


def check_filters(keys: Keys, settings: Settings, spacing: Triple) -> None:
    """Whether all filters that are asked for can act on voxels of this size.

    Parameters
    ----------
    keys : mapping of str to tuple of str
    settings : Settings
    spacing : tuple of float, (k, j, i), mm
        Of the grid.

    Raises
    ------
    SettingsError
        `filter.unknown`, `filter.anisotropic`.
    """
    for name, one in responses_in(keys, settings).items():
        try:
            one.filter.voxel_mm(spacing)
        except SettingsError as problem:
            raise SettingsError(problem.code, f"{name}: {problem}") from None


def box_of_responses(window: Box, wanted: Mapping[str, ResponseSettings], grid: Grid) -> Box:
    """The part of the grid that filters look at for their responses in a window.

    Parameters
    ----------
    window : Box
        Of the grid.
    wanted : mapping of str to ResponseSettings
    grid : Grid

    Returns
    -------
    Box
        All of the grid for a filter that is not local (a periodic boundary).
    """
    everything = Box.whole(grid.lattice.shape)
    if not all(one.filter.is_local for one in wanted.values()):
        return everything
    margin = common_margin({name: one.filter for name, one in wanted.items()}, grid.lattice.spacing)
    return window.grow(margin).intersect(everything)
