"""Fields of settings: what is refused by name when they are read."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from .findings import SettingsError


def fields_of(kind: type, data: Any, where: str) -> dict[str, Any]:
    """The fields of a dataclass from plain values.

    Parameters
    ----------
    kind : type
        A dataclass.
    data : Any
        What was read.
    where : str
        What the object is called in a message.

    Raises
    ------
    SettingsError
        Where it is no object or has a field that the class has not.
    """
    if not isinstance(data, Mapping):
        raise invalid(where, "must be a JSON object")
    known = {f.name for f in dataclasses.fields(kind)}
    for key in data:
        if key not in known:
            raise invalid(f"{where}.{key}", f"is not known; known are {', '.join(sorted(known))}")
    return dict(data)


def invalid(name: str, problem: str) -> SettingsError:
    """What is raised of a field.

    Parameters
    ----------
    name : str
        The field.
    problem : str
        What is wrong with it, in words that follow the name.
    """
    return SettingsError("settings.invalid", f"{name} {problem}.")
