"""How many observers hang on an object: what a closed panel must leave as it was."""

from __future__ import annotations

import re
from typing import Any

_OWN_EVENTS = re.compile(r"^  Registered Events:(.*(?:\n   .*)*)", re.MULTILINE)


def observerCount(caller: Any) -> int:
    """The number of observers of a VTK object, as its own printout lists them.

    Raises
    ------
    TypeError
        When its printout does not tell. That of the scene does, those of MRML nodes and segmentations do not.
    """
    listed = _OWN_EVENTS.search(str(caller))
    if listed is None:
        raise TypeError(f"{caller.GetClassName()} does not tell its observers")
    return listed[1].count("vtkObserver (")
