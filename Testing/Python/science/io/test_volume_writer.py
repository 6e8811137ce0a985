"""A volume that was not written whole is an error, in each format, whatever ITK says."""

from __future__ import annotations

import io
import subprocess
import sys

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.findings import OutputError
from radioimmuno.io.volume_writer import ENDINGS, nrrd_problem, write_volume

WRITER = """
import resource, sys
from pathlib import Path
import numpy as np, SimpleITK as sitk
from radioimmuno.findings import OutputError
from radioimmuno.io.volume_writer import write_volume
folder = Path(sys.argv[1])
values = np.random.default_rng(1).integers(0, 99, (20, 20, 20)).astype(np.uint8)
image = sitk.GetImageFromArray(values)
for name in ("a.nrrd", "a.nii", "a.nii.gz", "a.mha"):
    write_volume(folder / name, image)
    size = (folder / name).stat().st_size
    for limit in {size - 1, size - 8, size // 2, 400, 200}:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
        try:
            write_volume(folder / name, image)
            print(name, limit, "of", size, "went unnoticed")
        except OutputError as error:
            assert error.code == "output.incomplete"
        resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
"""


def volume(layers: int = 1) -> sitk.Image:
    values = np.random.default_rng(2).integers(0, 200, (7, 6, 5, layers)).astype(np.uint16)
    return sitk.GetImageFromArray(values if layers > 1 else values[..., 0], isVector=layers > 1)


def test_wherever_the_disk_is_full_that_is_noticed_and_the_old_file_stays(tmp_path):
    done = subprocess.run(
        [sys.executable, "-c", WRITER, str(tmp_path)], capture_output=True, text=True, check=True
    )
    assert done.stdout == ""
    assert sorted(file.name for file in tmp_path.iterdir()) == ["a.mha", "a.nii", "a.nii.gz", "a.nrrd"]
    for file in tmp_path.iterdir():
        assert sitk.GetArrayFromImage(sitk.ReadImage(str(file))).shape == (20, 20, 20)


@pytest.mark.parametrize("ending", ENDINGS)
def test_what_is_written_is_read_back_the_same(tmp_path, ending):
    write_volume(tmp_path / f"a{ending}", volume())
    assert np.array_equal(
        sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / f"a{ending}"))),
        sitk.GetArrayFromImage(volume()),
    )


def test_another_ending_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"\.nrrd, \.nii"):
        write_volume(tmp_path / "a.txt", volume())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("layers", [1, 3])
def test_every_piece_of_a_nrrd_file_is_told_from_the_whole(tmp_path, layers):
    write_volume(tmp_path / "a.nrrd", volume(layers))
    content = (tmp_path / "a.nrrd").read_bytes()
    assert nrrd_problem(io.BytesIO(content)) == ""
    for end in range(len(content)):
        assert nrrd_problem(io.BytesIO(content[:end])), end


def test_a_raw_nrrd_file_is_counted():
    header = "NRRD0004\ntype: short\ndimension: 3\nsizes: 2 3 4\nencoding: raw\n\n"
    assert nrrd_problem(io.BytesIO(header.encode() + bytes(48))) == ""
    assert nrrd_problem(io.BytesIO(header.encode() + bytes(47))) == "47 of 48 bytes of voxels"


def test_other_voxels_than_written_are_noticed(tmp_path, monkeypatch):
    write = sitk.WriteImage
    monkeypatch.setattr(sitk, "WriteImage", lambda image, *rest, **more: write(image + 1, *rest, **more))
    with pytest.raises(OutputError, match="other voxels"):
        write_volume(tmp_path / "a.mha", volume())


def test_a_writer_that_fails_is_said_with_the_name_of_the_file(tmp_path, monkeypatch):
    def fails(*arguments, **options):
        raise RuntimeError("sitk::ERROR")

    monkeypatch.setattr(sitk, "WriteImage", fails)
    with pytest.raises(OutputError, match=r"a\.nrrd could not be written whole") as error:
        write_volume(tmp_path / "a.nrrd", volume())
    assert "unfinished" not in str(error.value)
