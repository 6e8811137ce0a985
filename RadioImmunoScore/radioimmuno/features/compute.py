"""Compute the features that are asked for, and nothing besides what they need."""

from __future__ import annotations

from collections.abc import Collection

from .catalog import BY_KEY
from .family import Family, Measurement, Values
from .region import Region


def compute_features(region: Region, keys: Collection[str]) -> Values:
    """The values of the features asked for, by key, in the order asked; None where one is not defined.

    Parameters
    ----------
    region : Region
    keys : collection of str
        Keys of the catalog, `<family>.<name>`.
    """
    names: dict[Family, list[str]] = {}
    for key in keys:
        names.setdefault(BY_KEY[key].family, []).append(BY_KEY[key].name)
    measurement = Measurement(region)
    values: Values = {}
    for family, asked in names.items():
        computed = family.compute(measurement, asked)
        values.update({f"{family.key}.{name}": value for name, value in computed.items()})
    return {key: values[key] for key in keys}
