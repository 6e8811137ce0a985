"""How many observers hang on an object: what a closed panel must leave as it was."""

from __future__ import annotations

from typing import Any

# Nothing invokes it: 1000 is where VTK's events of one's own begin.
NO_EVENT = 1000 + 987654


def observerCount(caller: Any) -> int:
    """The number of observers of a VTK object, whoever added them.

    Tags are counted up from 1 and never given again, so that one more tells how many there ever were.
    """
    newest = caller.AddObserver(NO_EVENT, lambda *_: None)
    caller.RemoveObserver(newest)
    return sum(caller.GetCommand(tag) is not None for tag in range(1, newest))
