"""Paths for libraries that take UTF-8 alone, where a name on the disk is some other bytes."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def spelled(path: Path) -> Iterator[str]:
    """The path as text in UTF-8: itself, or one through a link for as long as the context lasts.

    The link stands for the folder where that is enough: a header finds its voxels beside it then, and a file
    that is not there yet can be made.
    """
    if is_spelled(str(path)):
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="radioimmuno-") as place:
        if is_spelled(path.name):
            link = Path(place, "folder")
            link.symlink_to(path.parent.resolve(), target_is_directory=True)
            yield str(link / path.name)
        else:
            endings = "".join(path.suffixes)
            link = Path(place, "file" + (endings if is_spelled(endings) else ""))
            link.symlink_to(path.resolve())
            yield str(link)


def is_spelled(text: str) -> bool:
    """Whether UTF-8 can write the text."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
