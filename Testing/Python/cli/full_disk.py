"""A command where files cannot grow or the disk is full, and what it has to say then."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SMALL_DISK = "256k"

LIMITED = """
import resource, sys
from radioimmuno_cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(sys.argv[2:]))
"""


def run_with_files_up_to(size: int, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command where no file becomes larger than this: the system refuses, as on a full disk."""
    command = [sys.executable, "-W", "error", "-c", LIMITED, str(size), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def failed(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "could not be written whole" in done.stderr
    assert done.stderr.endswith("[output.incomplete]\n")


@contextmanager
def mounted(place: Path) -> Iterator[Path]:
    """A file system of 256 kB in memory, where making one is allowed."""
    disk = place / "disk"
    disk.mkdir()
    made = shutil.which("mount") and subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "tmpfs", str(disk)], capture_output=True
    )
    if not made or made.returncode:
        pytest.skip("mounting a file system is not allowed here")
    try:
        yield disk
    finally:
        subprocess.run(["umount", str(disk)], check=True)


def fill(disk: Path, left: int) -> Path:
    """Fill a file system but for so many bytes, by a file that is removed to empty it again."""
    free = os.statvfs(disk)
    filling = disk / "filling"
    filling.write_bytes(b"x" * max(0, free.f_bavail * free.f_frsize - left))
    return filling
