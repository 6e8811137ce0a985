"""An output never is, holds or lies in an input."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.files.detached_header import data_files
from radioimmuno.files.outputs import check_output
from radioimmuno.findings import OutputError


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to work in, with a CT, a DICOM folder and a result."""
    monkeypatch.chdir(tmp_path)
    for name in ("ct.nrrd", "dicom/1.dcm", "dicom/deep/2.dcm", "result/patient.json"):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(name)
    return tmp_path


def refused(out, *inputs):
    with pytest.raises(OutputError) as error:
        check_output(out, inputs)
    assert error.value.code == "output.is_input"
    return str(error.value)


@pytest.mark.parametrize("name", ["ct.nrrd", "./ct.nrrd", "dicom/../ct.nrrd", "{place}/ct.nrrd"])
def test_an_input_is_refused_however_it_is_written(place, name):
    assert "ct.nrrd is the input ct.nrrd" in refused(name.format(place=place), "ct.nrrd")


def test_links_are_followed_in_both_directions(place):
    Path("link.nrrd").symlink_to("ct.nrrd")
    Path("folder").symlink_to(".")
    refused("link.nrrd", "ct.nrrd")
    refused("ct.nrrd", "link.nrrd")
    refused("folder/ct.nrrd", "ct.nrrd")
    refused("folder", "ct.nrrd")


def test_a_hard_link_is_the_same_file(place):
    os.link("ct.nrrd", "other.nrrd")
    os.link("dicom/deep/2.dcm", "copy.dcm")
    refused("other.nrrd", "ct.nrrd")
    refused("copy.dcm", "dicom")


def test_another_case_is_the_same_file_where_the_file_system_knows_none(place, monkeypatch):
    samefile = Path.samefile
    monkeypatch.setattr(
        Path, "samefile", lambda one, other: samefile(*(Path(str(p).lower()) for p in (one, other)))
    )
    monkeypatch.chdir("dicom")
    refused("1.DCM", "1.dcm")


@pytest.mark.parametrize("out", [".", "..", "/", "{place}"])
def test_a_folder_that_holds_an_input_is_refused(place, out):
    assert "holds the input ct.nrrd" in refused(out.format(place=place), "ct.nrrd")


def test_a_folder_that_holds_the_link_to_an_input_is_refused(place, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere") / "far.nrrd"
    elsewhere.write_text("")
    Path("near.nrrd").symlink_to(elsewhere)
    refused(".", "near.nrrd")
    refused(elsewhere.parent, "near.nrrd")


@pytest.mark.parametrize("out", ["dicom/1.dcm", "dicom/new.nrrd", "dicom/deep/result", "dicom", "result"])
def test_what_lies_in_an_input_folder_is_refused(place, out):
    refused(out, "dicom", "result")


def test_files_that_a_dicom_folder_links_to_are_inputs(place):
    Path("store").mkdir()
    Path("store/3.dcm").write_text("")
    Path("dicom/3.dcm").symlink_to("../store/3.dcm")
    assert "a part of the input dicom" in refused("store/3.dcm", "dicom")
    refused("store", "dicom")


@pytest.mark.parametrize("out", ["new.nrrd", "new", "dicom2", "dicom.nrrd", "result2/dicom", "ct.nrrd2"])
def test_other_places_are_free(place, out):
    check_output(out, ["ct.nrrd", "dicom", "result", "missing.csv"])


def test_the_voxels_of_a_detached_header_are_inputs(place):
    image = sitk.GetImageFromArray(np.zeros((2, 3, 4), np.int16))
    sitk.WriteImage(image, "a.mhd")
    sitk.WriteImage(image, "b.nhdr", useCompression=True)
    sitk.WriteImage(image, "c.hdr")
    assert [file.name for file in data_files("a.mhd")] == ["a.raw"]
    assert [file.name for file in data_files("b.nhdr")] == ["b.raw.gz"]
    assert [file.name for file in data_files("c.hdr")] == ["c.img"]
    assert "a.raw, a part of the input a.mhd" in refused("a.raw", "a.mhd")


def test_voxels_in_a_list_or_a_row_of_files_are_inputs(place):
    for name in ("s1.raw", "s2.raw", "sub/z.raw"):
        Path(name).parent.mkdir(exist_ok=True)
        Path(name).write_bytes(b"0")
    Path("list.nhdr").write_text("NRRD0004\ntype: short\ndata file: LIST\ns1.raw\nsub/z.raw\n")
    Path("row.nhdr").write_text("NRRD0004\ndata file: s%d.raw 1 2 1\n")
    Path("row.mhd").write_text("NDims = 3\nElementDataFile = s%d.raw 1 2 1\n")
    assert {file.name for file in data_files("list.nhdr")} == {"s1.raw", "z.raw"}
    assert {file.name for file in data_files("row.nhdr")} == {"s1.raw", "s2.raw"}
    assert {file.name for file in data_files("row.mhd")} == {"s1.raw", "s2.raw"}


def test_a_file_that_is_no_header_names_nothing(place):
    Path("noise.nrrd").write_bytes(bytes(range(256)) * 1000)
    assert data_files("noise.nrrd") == []
    assert data_files("missing.nrrd") == []
