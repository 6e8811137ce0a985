"""Filters as plain values: their kind and parameters, as settings write them."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from ..setting_fields import fields_of, invalid
from .boundary import KINDS as BOUNDARIES
from .boundary import Boundary
from .filter import Filter
from .gabor import Gabor
from .laplacian_of_gaussian import LaplacianOfGaussian
from .laws import Laws
from .mean import Mean
from .riesz import Riesz
from .simoncelli import Simoncelli
from .wavelet import Wavelet

KIND = "kind"
KINDS: Mapping[str, type[Filter]] = {
    "mean": Mean,
    "laplacian_of_gaussian": LaplacianOfGaussian,
    "laws": Laws,
    "gabor": Gabor,
    "wavelet": Wavelet,
    "simoncelli": Simoncelli,
    "riesz": Riesz,
}
_KIND_OF = {kind: name for name, kind in KINDS.items()}


def filter_record(one: Filter) -> dict[str, Any]:
    """A filter as plain values for JSON, with all of its parameters.

    Parameters
    ----------
    one : Filter

    Examples
    --------
    >>> filter_record(Mean(support=5))
    {'kind': 'mean', 'dimensions': 3, 'boundary': 'mirror', 'support': 5}
    """
    fields = {field.name: _plain(getattr(one, field.name)) for field in dataclasses.fields(one)}
    return {KIND: _KIND_OF[type(one)], **fields}


def _plain(value: Any) -> Any:
    if isinstance(value, Filter):
        return filter_record(value)
    if isinstance(value, Boundary):
        return {"kind": value.kind, "value": value.value} if value.value else value.kind
    return list(value) if isinstance(value, tuple) else value


def filter_of(data: Any, where: str) -> Filter:
    """The filter of a `filter_record`; what is left out of it has its default.

    Parameters
    ----------
    data : Any
        What was read.
    where : str
        What it is called in a message.

    Returns
    -------
    Filter

    Raises
    ------
    SettingsError
        `settings.invalid` for a kind or a parameter that is not known or cannot be.
    """
    if not isinstance(data, Mapping):
        raise invalid(where, "must be a JSON object")
    kind = KINDS.get(data[KIND]) if isinstance(data.get(KIND), str) else None
    if kind is None:
        raise invalid(f"{where}.{KIND}", f"must be one of {', '.join(KINDS)}")
    parameters = parameters_of(kind, {name: value for name, value in data.items() if name != KIND}, where)
    if kind is Riesz and isinstance(of := parameters.get("of"), Filter):
        parameters = {"dimensions": of.dimensions, "boundary": of.boundary, **parameters}
    needed = [field.name for field in dataclasses.fields(kind) if field.default is dataclasses.MISSING]
    if lacking := [name for name in needed if name not in parameters]:
        raise invalid(f"{where}.{lacking[0]}", "is needed")
    return kind(**parameters)


def parameters_of(kind: type[Filter], data: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Parameters of a kind of filter from plain values.

    Parameters
    ----------
    kind : type
        Of `KINDS`.
    data : mapping of str to Any
    where : str

    Returns
    -------
    dict of str to Any
        Those that are given.

    Raises
    ------
    SettingsError
        `settings.invalid` for one that is not known.
    """
    found = fields_of(kind, data, where)
    for name, value in found.items():
        if name == "boundary":
            found[name] = _boundary(value, f"{where}.{name}")
        elif name == "of":
            found[name] = filter_of(value, f"{where}.{name}")
        elif isinstance(value, list):
            found[name] = tuple(value)
    return found


def _boundary(data: Any, where: str) -> Boundary:
    if isinstance(data, str):
        data = {"kind": data}
    parts = fields_of(Boundary, data, where)
    kind = parts.get("kind")
    if not isinstance(kind, str):
        raise invalid(where, f"must be one of {', '.join(BOUNDARIES)}")
    return Boundary(kind, parts.get("value", 0.0))
