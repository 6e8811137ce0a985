"""Which filtered images keys ask for, and what part of the grid their filters look at."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ..features.catalog import REGIONS, identifiers, response_identifiers, split, split_filter
from ..filters.bank import common_margin
from ..filters.response_settings import ResponseSettings, named_responses
from ..findings import SettingsError
from ..geometry.grid import Grid
from ..geometry.image import Box, Triple
from ..modality import settings_on, split_role, with_filters, with_role
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


def identifiers_on(
    role: str,
    settings: Settings,
    of_image: Sequence[str],
    of_responses: Sequence[str],
    regions: Sequence[str] = REGIONS,
) -> tuple[str, ...]:
    """The identifiers of features on an image, and behind them of those after each of its filters.

    Parameters
    ----------
    role : str
        Of the image.
    settings : Settings
        Of the study, which say what filters the image has.
    of_image, of_responses : sequence of str
        Keys of the catalog; those that are not measured on filtered images are left out of the latter.
    regions : sequence of str, optional

    Examples
    --------
    >>> identifiers_on("pet", Settings(), ["glcm.contrast"], [], ["ring"])
    ('pet.ring.glcm.contrast',)
    """
    filters = tuple(settings_on(settings, role).filters)
    own = (*identifiers(of_image, regions), *response_identifiers(of_responses, filters, regions))
    return tuple(with_role(role, name) for name in own)


def with_more_filters(
    settings: Settings, roles: Collection[str], filters: Mapping[str, ResponseSettings]
) -> Settings:
    """The settings with more filtered images of some images; those that an image has stay as they are.

    Parameters
    ----------
    settings : Settings
    roles : collection of str
        Of images.
    filters : mapping of str to ResponseSettings
    """
    had = {role: settings_on(settings, role).filters for role in roles}
    more = {role: {name: one for name, one in filters.items() if name not in had[role]} for role in had}
    return with_filters(settings, more)


def settings_for(settings: Settings, identifiers: Collection[str]) -> Settings:
    """The settings with all filtered images that are measured: a record of them says how.

    Parameters
    ----------
    settings : Settings
    identifiers : collection of str
        What is measured, as of the catalog.

    Returns
    -------
    Settings
        The same where no filter is named that they have not.

    Raises
    ------
    SettingsError
        `filter.unknown`.
    """
    names = filters_by_role(identifiers)
    of_roles = {role: settings_on(settings, role).filters for role in names}
    return with_filters(settings, {role: named_responses(own, of_roles[role]) for role, own in names.items()})


def filters_by_role(identifiers: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The filters that identifiers name, by role of their image.

    Parameters
    ----------
    identifiers : collection of str

    Examples
    --------
    >>> filters_by_role(["pet.ring.log_sigma_3mm.glcm.contrast", "lesion.glcm.contrast"])
    {'pet': ('log_sigma_3mm',)}
    """
    names: dict[str, dict[str, None]] = {}
    for identifier in identifiers:
        role, region = split_role(split(identifier)[0])
        if name := split_filter(region)[1]:
            names.setdefault(role, {})[name] = None
    return {role: tuple(own) for role, own in names.items()}


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
    shape, spacing = grid.lattice.shape, grid.lattice.spacing
    everything = Box.whole(shape)
    # One that is too large for the image is refused, whatever it is given.
    filters = {name: one.filter for name, one in wanted.items() if one.filter.has_room(shape, spacing)}
    if not all(one.is_local for one in filters.values()):
        return everything
    margin = common_margin(filters, spacing)
    return window.grow(margin).intersect(everything)
