"""Picking lesions of a file by name."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from fnmatch import fnmatchcase
from typing import TypeVar

from .findings import InputError

T = TypeVar("T")

# A message names this many of a file's structures.
MAX_NAMES = 30


def pick(items: Sequence[T], patterns: Sequence[str], names: Callable[[T], Sequence[str]]) -> list[T]:
    """The items that one of the patterns matches, in their order; all of them without a pattern.

    Parameters
    ----------
    items : what a file holds
    patterns : glob patterns (`GTV*`); upper and lower case are the same
    names : an item's identifier and names; a pattern may match any of them

    Raises
    ------
    InputError
        `mask.no_match` when a pattern matches none of them; the text lists what there is.
    """
    for pattern in patterns:
        if not any(_matches(item, pattern, names) for item in items):
            there = [names(item)[-1] for item in items]
            listed = ", ".join(there[:MAX_NAMES]) + (", ..." if len(there) > MAX_NAMES else "")
            raise InputError("mask.no_match", f"No lesion is called {pattern!r}; there are: {listed}.")
    if not patterns:
        return list(items)
    return [item for item in items if any(_matches(item, pattern, names) for pattern in patterns)]


def _matches(item: T, pattern: str, names: Callable[[T], Sequence[str]]) -> bool:
    return any(fnmatchcase(name.casefold(), pattern.casefold()) for name in names(item))
