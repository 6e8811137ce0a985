"""Memory: what a large step takes is held against what there is, before it is taken."""

from __future__ import annotations

import os
from pathlib import Path

from .findings import Refusal

# Below this a step is taken without asking.
UNASKED_BYTES = 1 << 30
# Of what is free; the rest is for what cannot be known beforehand.
USABLE_SHARE = 0.8
# Where a system does not say how much there is.
USUAL_BYTES = 8 << 30

MEMINFO = Path("/proc/meminfo")
CONTAINER_LIMIT, CONTAINER_USED = Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory.current")


def require_memory(needed_bytes: float, what: str) -> None:
    """Refuse a step that would take more memory than is free.

    Parameters
    ----------
    needed_bytes : float
        An estimate.
    what : str
        What would take them, for the message.

    Raises
    ------
    Refusal
        `settings.too_large`, with the estimate.
    """
    if needed_bytes < UNASKED_BYTES:
        return
    free = available_bytes()
    if needed_bytes > USABLE_SHARE * free:
        raise Refusal(
            "settings.too_large",
            f"{what} would take about {needed_bytes / 1e9:,.0f} GB of memory, and {free / 1e9:,.0f} GB are "
            "free. Choose a spacing nearer to the CT's own, or crop the CT.",
        )


def available_bytes() -> float:
    """How much memory can be had, in bytes."""
    found = [amount for amount in (_of_the_system(), _of_the_container()) if amount is not None]
    return min(found, default=USUAL_BYTES)


def _of_the_system() -> float | None:
    try:
        for line in MEMINFO.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return 1024.0 * int(line.split()[1])
    except (OSError, ValueError, IndexError):
        pass
    try:
        return float(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    except (OSError, ValueError, AttributeError):
        return None


def _of_the_container() -> float | None:
    try:
        return float(int(CONTAINER_LIMIT.read_text()) - int(CONTAINER_USED.read_text()))
    except (OSError, ValueError):  # "max" is no limit
        return None
