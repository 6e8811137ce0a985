"""Enumerations that are int-like, as PythonQt's are."""

from __future__ import annotations

import enum
from typing import Any


def makeIntLike(owner: type) -> None:
    """Let the members of a class's enumerations be compared with, and used as, their numbers."""
    for kind in list(vars(owner).values()):
        if isinstance(kind, type) and issubclass(kind, enum.Enum) and not issubclass(kind, int):
            _patch(kind)


def _patch(kind: Any) -> None:
    if not all(isinstance(member.value, int) for member in kind):
        return
    kind.__int__ = kind.__index__ = lambda member: member.value
    kind.__eq__ = lambda member, other: member.value == getattr(other, "value", other)
    kind.__hash__ = lambda member: hash(member.value)
    kind.__bool__ = lambda member: member.value != 0
