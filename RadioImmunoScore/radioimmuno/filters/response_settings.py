"""Filtered images as settings have them: a filter under a name, and how its response becomes levels.

Most names hold the parameters (`presets.named`); any other name needs a definition.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ..findings import SettingsError
from ..numbers import is_number, is_whole_number
from ..setting_fields import invalid
from ..thresholds import MAX_LEVELS
from .definition import KIND, filter_of, filter_record, parameters_of
from .filter import Filter
from .laplacian_of_gaussian import LaplacianOfGaussian
from .presets import PRESETS, named
from .simoncelli import Simoncelli
from .wavelet import Wavelet

# What a filter can be called: its name stands in variables.
FILTER_NAME = re.compile(r"[a-z][a-z0-9_-]{0,63}")

# A response is in no unit that levels could be anchored in: so many over the region's own range (ours; IBSI 1
# recommends a fixed number where units are arbitrary, and has 32 in its configurations D and E).
RESPONSE_BINS = 32

# What names say of filters; all else can be set beside them.
_SAID: Mapping[type[Filter], tuple[str, ...]] = {
    LaplacianOfGaussian: ("sigma_mm",),
    Wavelet: ("family", "bands", "level"),
    Simoncelli: ("level",),
}


@dataclass(frozen=True)
class ResponseSettings:
    """A filter, and how its response becomes levels.

    Parameters
    ----------
    filter : Filter
    bin_count : int or None
        Fixed number of bins over the region's own range.
    bin_width : float or None
        Fixed bin size, in the response's own unit, from the region's minimum; excludes `bin_count`.
    """

    filter: Filter
    bin_count: int | None = RESPONSE_BINS
    bin_width: float | None = None

    def __post_init__(self) -> None:
        if self.bin_count is not None and not is_whole_number(self.bin_count, 2, MAX_LEVELS):
            raise invalid("bin_count", f"must be a whole number from 2 to {MAX_LEVELS}, or null")
        if self.bin_width is not None and (not is_number(self.bin_width) or self.bin_width <= 0):
            raise invalid("bin_width", "must be a number above 0, or null")
        if (self.bin_count is None) == (self.bin_width is None):
            raise invalid("bin_count", "and bin_width: one is needed, the other null")

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {**filter_record(self.filter), **{name: getattr(self, name) for name in _LEVELS}}


_LEVELS = tuple(field.name for field in dataclasses.fields(ResponseSettings) if field.name != "filter")


def responses_of(data: Any, where: str = "filters") -> dict[str, ResponseSettings]:
    """Filtered images from plain values.

    Parameters
    ----------
    data : list of str, or mapping of str to mapping
        Names that hold the parameters, or names with more: what a name leaves open, levels, or under a name
        of one's own a whole definition, which has a `kind`.
    where : str, optional
        What it is called in a message.

    Returns
    -------
    dict of str to ResponseSettings
        By name; a name that stands for several filters gives each under its own.

    Raises
    ------
    SettingsError
        `filter.unknown` for a name that says nothing, `filter.duplicate` for a filter that is named twice,
        `settings.invalid` for a parameter that cannot be.

    Examples
    --------
    >>> responses_of({"log_sigma_3mm": {"bin_count": 64}})["log_sigma_3mm"].bin_count
    64
    >>> len(responses_of(["wavelet_coif1", "log_sigma_3mm"]))
    9
    >>> responses_of({"smooth": {"kind": "mean", "support": 5}})["smooth"].filter.support
    5
    """
    if isinstance(data, (list, tuple)) and all(isinstance(name, str) for name in data):
        named_filters: list[tuple[str, Any]] = [(name, {}) for name in data]
    elif isinstance(data, Mapping):
        named_filters = list(data.items())
    else:
        raise invalid(where, "must be a list of names, or a JSON object with a filter under each name")
    found: dict[str, ResponseSettings] = {}
    for name, own in named_filters:
        made = _responses_of_name(name, own, f"{where}.{name}")
        if twice := [one for one in made if one in found]:
            text = f"{where}: {', '.join(twice)} comes twice: leave one of them out."
            raise SettingsError("filter.duplicate", text)
        found |= made
    return found


def _responses_of_name(name: str, data: Any, where: str) -> dict[str, ResponseSettings]:
    if not isinstance(data, Mapping):
        raise invalid(where, "must be a JSON object")
    levels = {key: data[key] for key in _LEVELS if key in data}
    if levels.get("bin_width") is not None:
        levels = {"bin_count": None, **levels}
    own = {key: value for key, value in data.items() if key not in _LEVELS}
    try:
        filters = _filters_of_name(name, own)
        return {key: ResponseSettings(one, **levels) for key, one in filters.items()}
    except SettingsError as problem:
        raise SettingsError(problem.code, f"{where}: {problem}") from None


def _filters_of_name(name: str, own: Mapping[str, Any]) -> dict[str, Filter]:
    try:
        known = named(name)
    except SettingsError as problem:
        if problem.code != "filter.unknown" or KIND not in own:
            raise
        if not FILTER_NAME.fullmatch(name):
            letters = "small letters, digits, _ and -, a letter first, 64 at most"
            raise invalid("this", f"is no name for a filter: {letters}") from None
        return {name: filter_of(own, "filter")}
    return {key: _with_what_is_open(key, one, own) for key, one in known.items()}


def _with_what_is_open(name: str, one: Filter, own: Mapping[str, Any]) -> Filter:
    """A filter that its name defines, with what the name leaves open."""
    record = filter_record(one)
    if own.get(KIND, record[KIND]) != record[KIND]:
        raise invalid(f"filter.{KIND}", f"is {own[KIND]!r}, and a filter of this name is {record[KIND]}")
    parameters = parameters_of(type(one), {key: own[key] for key in own if key != KIND}, "filter")
    said = tuple(record) if name in PRESETS else _SAID[type(one)]
    for key in said:
        if key in parameters and parameters[key] != getattr(one, key):
            raise invalid(f"filter.{key}", f"is {own[key]!r}, and the name says {record[key]!r}")
    return dataclasses.replace(one, **parameters)


def response_named(name: str, given: Mapping[str, ResponseSettings]) -> ResponseSettings:
    """The filtered image of a name: as it is given, else as the name alone defines it.

    Parameters
    ----------
    name : str
    given : mapping of str to ResponseSettings

    Raises
    ------
    SettingsError
        `filter.unknown` where the name is not given and defines none, or several.
    """
    if name in given:
        return given[name]
    found = named(name)
    if name not in found:
        text = f"{name} stands for {len(found)} filters: name one of {', '.join(found)}."
        raise SettingsError("filter.unknown", text)
    return ResponseSettings(found[name])


def named_responses(
    names: Iterable[str], given: Mapping[str, ResponseSettings]
) -> dict[str, ResponseSettings]:
    """What is given, and with it the filtered images of more names.

    Parameters
    ----------
    names : iterable of str
        Of single filters.
    given : mapping of str to ResponseSettings

    Raises
    ------
    SettingsError
        As of `response_named`.
    """
    return {**given, **{name: response_named(name, given) for name in names}}
