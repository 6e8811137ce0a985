"""The question for a file to write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import qt


def askPath(parent: Any, title: str, name: str, suffix: str) -> str:
    """The file that the user wants to write, with this suffix; empty when there is none."""
    path = qt.QFileDialog.getSaveFileName(parent, title, f"{name}{suffix}", f"*{suffix}")
    while path and not path.lower().endswith(suffix):
        path += suffix
        if Path(path).exists():
            # Without its ending nobody was asked whether it may be replaced.
            path = qt.QFileDialog.getSaveFileName(parent, title, path, f"*{suffix}")
    return path
