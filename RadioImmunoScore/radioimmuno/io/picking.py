"""Picking lesions of a file by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from ..findings import InputError

T = TypeVar("T")

# A message names this many of a file's structures.
MAX_NAMES = 30


def listed(names: Sequence[str]) -> str:
    """The names with commas between, up to `MAX_NAMES`."""
    return ", ".join(names[:MAX_NAMES]) + (", ..." if len(names) > MAX_NAMES else "")


def pick(items: Sequence[T], patterns: Sequence[str], names: Callable[[T], Sequence[str]]) -> list[T]:
    """The items that one of the patterns matches, in their order; all of them without a pattern.

    Parameters
    ----------
    items : what a file holds
    patterns : names, or glob patterns (`GTV*`); upper and lower case are the same
    names : an item's identifier and name; a pattern may match any of them

    Raises
    ------
    InputError
        `mask.no_match` when a pattern matches none of them; the text lists what there is.
    """
    for pattern in patterns:
        if not any(_matches(item, pattern, names) for item in items):
            there = [_called(names(item)) for item in items]
            raise InputError("mask.no_match", f"No lesion is called {pattern!r}; there are: {listed(there)}.")
    if not patterns:
        return list(items)
    return [item for item in items if any(_matches(item, pattern, names) for pattern in patterns)]


def _called(names: Sequence[str]) -> str:
    identifier, name = names[0], names[-1]
    return name if identifier == name else f"{name} ({identifier})"


def _matches(item: T, pattern: str, names: Callable[[T], Sequence[str]]) -> bool:
    wanted = pattern.casefold()
    return any(name.casefold() == wanted or fnmatchcase(name.casefold(), wanted) for name in names(item))
