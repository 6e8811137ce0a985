"""Maps of a lesion's interior: local features, and the responses of filters there and in the ring.

Common to panel and console. A map of a local feature has the feature's name, that of a response `FILTER` and
the filter's name.
"""

from __future__ import annotations

from collections.abc import Sequence

from radioimmuno.extraction.voxel_maps import MAPS, TITLES, UNITS, interior_maps
from radioimmuno.filters.presets import common
from radioimmuno.filters.words import in_words, title_of
from radioimmuno.findings import SettingsError
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Lesion
from radioimmuno.modality import CT, settings_on
from radioimmuno.modality.modality import ARBITRARY
from radioimmuno.settings import Settings
from radioimmuno.signature.signature import Signature
from radioimmuno.signature.variables import variable_of

FILTER = "filter."

# The colors of a response hold so many of the voxels: at an edge to air or bone it is many times all else.
SHARE_OF_RESPONSE = 0.98

Groups = tuple[tuple[str, ...], ...]


def filterGroups(signature: Signature, roles: Sequence[str] = (CT.role,)) -> Groups:
    """The filters that are offered, kind by kind; first those that a signature has or measures by.

    Parameters
    ----------
    signature : Signature
    roles : sequence of str, optional
        Of the images that they are offered for.
    """
    known = common()
    of_settings = [name for role in roles for name in settings_on(signature.settings, role).filters]
    terms = [variable_of(term.variable) for term in signature.terms]
    measured = [variable_of(one.changing) if one.changing else one for one in terms]
    of_terms = [one.filter for one in measured if one.filter and one.image in roles]
    others = {name for group in known for name in group}
    own = tuple(name for name in dict.fromkeys([*of_settings, *of_terms]) if name not in others)
    return (own, *known)


def mapGroups(signature: Signature) -> Groups:
    """The names of the maps that are offered, kind by kind.

    Parameters
    ----------
    signature : Signature
    """
    ofFilters = [tuple(FILTER + name for name in group) for group in filterGroups(signature)]
    return (MAPS, *ofFilters)


def mapNamed(name: str, settings: Settings) -> str:
    """The name of a map, from that of a local feature or of a filter.

    Raises
    ------
    ValueError
        When it is neither; the text names what there is.
    """
    if name in MAPS:
        return name
    try:
        settings.response(name)
    except SettingsError as problem:
        local = ", ".join(MAPS)
        raise ValueError(f"There is no map {name!r}: local features are {local}. {problem}") from None
    return FILTER + name


def filterOf(name: str) -> str:
    """The filter of a map; empty for a local feature's."""
    return name.removeprefix(FILTER) if name.startswith(FILTER) else ""


def mapTitle(name: str) -> str:
    """What a person calls a map, with its unit."""
    if filterOf(name):
        return f"{title_of(filterOf(name))} ({ARBITRARY})"
    return TITLES[name] if UNITS[name] == "1" else f"{TITLES[name]} ({UNITS[name]})"


def filterTip(name: str, settings: Settings) -> str:
    """What a filter does, in a line; empty where these settings do not know it."""
    try:
        return f"{in_words(settings.response(name).filter)}\n{name}"
    except SettingsError:
        return ""


def isSigned(name: str, settings: Settings) -> bool:
    """Whether a map's values lie around 0.

    Raises
    ------
    SettingsError
        `filter.unknown`.
    """
    return bool(filterOf(name)) and settings.response(filterOf(name)).filter.is_signed


def shareOf(name: str) -> float:
    """Of the voxels of a map, how many its colors hold at least."""
    return SHARE_OF_RESPONSE if filterOf(name) else 1.0


def computeMap(
    image: Image, lesion: Lesion, settings: Settings, name: str, others: Sequence[Lesion] = ()
) -> Image:
    """A map of one lesion, NaN outside of it; that of a filter is of its ring, too. On any thread.

    Parameters
    ----------
    image : Image
        The CT.
    lesion : Lesion
    settings : Settings
    name : str
    others : sequence of Lesion, optional
        That cut the ring.

    Raises
    ------
    InputError
        When the lesion cannot be measured, or the filter not be applied.
    """
    if not filterOf(name):
        return interior_maps(image, lesion, settings, (name,))[name]
    from radioimmuno.extraction.interior_response import interior_response

    return interior_response(image, lesion, others, settings, filterOf(name))
