"""Paths whose bytes are not UTF-8 reach libraries that take nothing else."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from radioimmuno.files.utf8_path import is_spelled, spelled

LATIN_1 = os.fsdecode("Läsion".encode("latin-1"))


def other_bytes(folder: Path, name: str) -> Path:
    path = folder / name
    try:
        path.touch()
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    return path


def test_a_path_in_utf8_is_itself(tmp_path):
    path = tmp_path / "Läsion 1.nrrd"
    with spelled(path) as text:
        assert text == str(path)


def test_a_file_of_other_bytes_is_read_through_a_link_with_its_endings(tmp_path):
    path = other_bytes(tmp_path, f"{LATIN_1}.nii.gz")
    path.write_bytes(b"voxels")
    assert not is_spelled(str(path))
    with spelled(path) as text:
        assert is_spelled(text)
        assert text.endswith(".nii.gz")
        assert Path(text).read_bytes() == b"voxels"
    assert not os.path.lexists(text)
    assert path.read_bytes() == b"voxels"


def test_in_a_folder_of_other_bytes_a_header_finds_its_voxels_and_a_new_file_can_be_made(tmp_path):
    folder = tmp_path / LATIN_1
    try:
        folder.mkdir()
    except OSError:
        pytest.skip("this file system takes UTF-8 alone")
    (folder / "voxels.raw").write_bytes(b"voxels")
    with spelled(folder / "ct.mhd") as text:
        assert (Path(text).parent / "voxels.raw").read_bytes() == b"voxels"
        Path(text).write_bytes(b"header")
    assert (folder / "ct.mhd").read_bytes() == b"header"
