"""The length of a file against what its header says, to the byte: ITK's readers fill up what is missing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
import SimpleITK as sitk
from volumes import ct_values, image_of

from radioimmuno.io.volume_integrity import is_complete


def reader_of(path: Path) -> sitk.ImageFileReader:
    """A reader that has read the file's header."""
    reader = sitk.ImageFileReader()
    reader.SetFileName(str(path))
    reader.SetImageIO(sitk.ImageFileReader.GetImageIOFromFileName(str(path)))
    reader.ReadImageInformation()
    return reader


def made(folder: Path, ending: str, compressed: bool = False) -> tuple[Path, Path]:
    """A file, or a header, and the file that its voxels are in."""
    path = folder / f"ct.{ending}"
    sitk.WriteImage(image_of(ct_values()), str(path), useCompression=compressed)
    (voxels,) = [file for file in folder.iterdir() if file != path] or [path]
    return path, voxels


@pytest.mark.parametrize(
    ("ending", "compressed"),
    [("nrrd", False), ("nii", False), ("mha", False), ("mha", True), ("mhd", False), ("mhd", True)],
)
def test_a_file_that_lacks_one_byte_is_not_whole(tmp_path, ending, compressed):
    path, voxels = made(tmp_path, ending, compressed)
    reader = reader_of(path)
    assert is_complete(path, reader)
    content = voxels.read_bytes()
    voxels.write_bytes(content[:-1])
    assert not is_complete(path, reader)
    voxels.write_bytes(content + b"\0")
    assert is_complete(path, reader)


@pytest.mark.parametrize("lacking", [0, 1])
def test_a_compressed_nifti_is_as_long_as_what_it_unpacks_to(tmp_path, lacking):
    plain, _ = made(tmp_path, "nii")
    content = plain.read_bytes()
    path = tmp_path / "ct.nii.gz"
    # Of several members the last four bytes of the file say the last one's length only.
    for parts in ((content,), (content[:999], content[999:])):
        path.write_bytes(b"".join(map(gzip.compress, parts)))
        reader = reader_of(path)
        short = [*parts[:-1], parts[-1][: len(parts[-1]) - lacking]]
        path.write_bytes(b"".join(map(gzip.compress, short)))
        assert is_complete(path, reader) is (lacking == 0)


def test_a_header_with_windows_line_ends_counts_whole(tmp_path):
    path, _ = made(tmp_path, "nrrd")
    header, _, voxels = path.read_bytes().partition(b"\n\n")
    path.write_bytes(header.replace(b"\n", b"\r\n") + b"\r\n\r\n" + voxels)
    reader = reader_of(path)
    assert is_complete(path, reader)


def test_a_header_that_claims_more_than_its_folder_can_unpack_to_is_not_whole(tmp_path):
    """Deflate makes at most 1032 bytes of one: 20 x 24 x 12 values of 2 bytes need 12 bytes at the least."""
    path, voxels = made(tmp_path, "mhd", compressed=True)
    reader = reader_of(path)
    voxels.unlink()
    path.write_bytes(b"")
    assert not is_complete(path, reader)
