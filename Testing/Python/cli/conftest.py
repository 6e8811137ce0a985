"""The command, in this process and as it is installed, and a small patient on files for it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from full_disk import mounted
from running import Run, run_here, run_installed
from small_patient import ct_values, label_map, signature, write_volume

from radioimmuno.signature.signature import write_signature


@dataclass(frozen=True)
class Files:
    """The patient's CT, label map and signature."""

    ct: Path
    labels: Path
    signature: Path


@pytest.fixture(scope="session")
def radioimmuno() -> Run:
    """Run the command in this process; what it printed and its exit code come back."""
    return run_here


@pytest.fixture(scope="session")
def installed() -> Run:
    """Run the installed command as a process of its own: slower, and all that its user meets."""
    return run_installed


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Files:
    """The patient's files."""
    folder = tmp_path_factory.mktemp("patient")
    write_signature(signature(), folder / "signature.json")
    return Files(
        write_volume(folder / "ct.nrrd", ct_values()),
        write_volume(folder / "labels.nrrd", label_map()),
        folder / "signature.json",
    )


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 256 kB in memory, where making one is allowed."""
    with mounted(tmp_path) as disk:
        yield disk
