"""The rings' label map: the right voxels, labels, geometry and header."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import report_cases as cases
import SimpleITK as sitk

from radioimmuno.geometry.image import Box, Image, Lattice, from_sitk
from radioimmuno.report import write_rings
from radioimmuno.report.volume_files import label_of
from radioimmuno.scoring.results import PatientScore

HALF = 0.5**0.5
OBLIQUE = Lattice(
    (20, 30, 40),
    (1.0, 1.0, 1.0),
    (-3.5, 8.25, 100.0),
    ((0.0, 0.0, 1.0), (-HALF, HALF, 0.0), (HALF, HALF, 0.0)),
)


def with_rings(*rings: tuple[str, Image | None]) -> PatientScore:
    row = cases.patient().lesions[0]
    return cases.patient(lesions=tuple(replace(row, id=key, ring=ring) for key, ring in rings))


def block(start: tuple[int, int, int], stop: tuple[int, int, int], grid: Lattice = OBLIQUE) -> Image:
    box = Box(start, stop)
    return Image(np.ones(box.shape, bool), grid, start)


def written(patient: PatientScore, path: Path, grid: Lattice | None = None) -> tuple[sitk.Image, np.ndarray]:
    write_rings(patient, path, grid)
    image = sitk.ReadImage(str(path))
    return image, sitk.GetArrayFromImage(image)


def test_each_ring_has_its_lesions_number_on_the_whole_grid(tmp_path: Path) -> None:
    rings = {"3": block((2, 3, 4), (4, 6, 8)), "1": block((10, 10, 10), (11, 12, 13))}
    image, values = written(with_rings(*rings.items()), tmp_path / "rings.nrrd")
    expected = np.zeros(OBLIQUE.shape, np.uint8)
    expected[2:4, 3:6, 4:8] = 3
    expected[10, 10:12, 10:13] = 1
    np.testing.assert_array_equal(values, expected)
    assert values.dtype == np.uint8
    assert from_sitk(image).lattice.coincides(OBLIQUE)


def test_only_the_rings_voxels_are_painted(tmp_path: Path) -> None:
    ring = cases.ring_around(cases.BOXES["1"])
    _, values = written(with_rings(("1", ring)), tmp_path / "rings.nrrd")
    np.testing.assert_array_equal(values[ring.box.slices] == 1, ring.values)
    assert np.count_nonzero(values) == np.count_nonzero(ring.values)


def test_a_voxel_of_two_rings_belongs_to_the_lesion_listed_first(tmp_path: Path) -> None:
    rings = (("5", block((2, 2, 2), (6, 6, 6))), ("2", block((4, 4, 4), (8, 8, 8))))
    image, values = written(with_rings(*rings), tmp_path / "rings.nrrd")
    assert np.count_nonzero(values == 5) == 4**3
    assert np.count_nonzero(values == 2) == 4**3 - 2**3
    assert "listed first" in image.GetMetaData("RadioImmunoScore.overlap")


def test_the_header_says_which_label_is_which_lesion(tmp_path: Path) -> None:
    image, _ = written(cases.patient(), tmp_path / "rings.nrrd")
    lesions = json.loads(image.GetMetaData("RadioImmunoScore.lesions"))
    assert {label: lesion["id"] for label, lesion in lesions.items()} == {
        "1": "1",
        "2": "2",
        "3": "node",
        "9": "9",
    }
    assert lesions["9"]["name"] == "Empty"


def test_a_label_above_255_takes_sixteen_bits(tmp_path: Path) -> None:
    _, values = written(with_rings(("300", block((1, 1, 1), (2, 2, 2)))), tmp_path / "rings.nrrd")
    assert values.dtype == np.uint16
    assert values.max() == 300


@pytest.mark.parametrize(
    ("ids", "labels"),
    [
        (["7", "tumor", "2", "node"], [7, 1, 2, 3]),
        (["1", "01"], [1, 2]),
        (["0", "-4", "70000", "²"], [1, 2, 3, 4]),
        ([], []),
    ],
)
def test_whole_numbers_keep_their_label_and_others_get_the_lowest_free_one(
    ids: list[str], labels: list[int]
) -> None:
    assert list(label_of(ids).values()) == labels


def test_two_lesions_of_one_identifier_are_refused() -> None:
    with pytest.raises(ValueError, match="same identifier"):
        label_of(["1", "1"])


def test_without_any_ring_the_grid_has_to_be_given(tmp_path: Path) -> None:
    patient = with_rings(("1", None))
    with pytest.raises(ValueError, match="give the grid"):
        write_rings(patient, tmp_path / "rings.nrrd")
    image, values = written(patient, tmp_path / "rings.nrrd", OBLIQUE)
    assert from_sitk(image).lattice.coincides(OBLIQUE)
    assert not values.any()


def test_rings_on_different_grids_are_refused_and_nothing_is_written(tmp_path: Path) -> None:
    patient = with_rings(("1", block((1, 1, 1), (2, 2, 2))), ("2", cases.ring_around(cases.BOXES["1"])))
    with pytest.raises(ValueError, match="different grids"):
        write_rings(patient, tmp_path / "rings.nrrd")
    assert list(tmp_path.iterdir()) == []
