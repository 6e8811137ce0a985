"""Keeping C++ libraries from printing what an exception says anyway."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress


@contextmanager
def libraries_silenced() -> Iterator[None]:
    """Turn the process's own stderr away: readers of image files print to it past Python."""
    with suppress(OSError):
        sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        with suppress(OSError):  # nobody reads it any more
            sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
