"""Pictures of a PET and an MR beside the CT: what is dark, where lesions are drawn, and in which color."""

from __future__ import annotations

import base64
import csv
import io
import re
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image as Pillow

from radioimmuno.acquisition import Acquisition
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.pet.patient_uptake import patient_uptake
from radioimmuno.pet.scale import UptakeScale
from radioimmuno.report.beside_figures import beside_figures
from radioimmuno.report.context import context_of
from radioimmuno.report.csv_tables import uptake_columns, write_scores_csv
from radioimmuno.report.picture import projection_path
from radioimmuno.report.view import CORONAL, View
from radioimmuno.scoring.results import LesionScore
from radioimmuno.scoring.score import patient_score
from radioimmuno.signature.signature import default_signature
from radioimmuno.signature.value_scale import value_scale
from radioimmuno.study import Study

SIGNATURE = default_signature()
LATTICE = Lattice((20, 20, 20), (4.0, 4.0, 4.0), (0.0, 0.0, 0.0))


def cube(start):
    mask = np.zeros(LATTICE.shape, bool)
    mask[tuple(slice(one, one + 4) for one in start)] = True
    return Image(mask, LATTICE)


MASKS = {"1": cube((2, 2, 2)), "2": cube((12, 10, 10))}


def patient(**scale):
    """(study, patient's scores) with cubes of 16 mm, of 6 and 3 in a body of 1 on the PET."""
    values = np.ones(LATTICE.shape)
    for (_id, mask), value in zip(MASKS.items(), (6.0, 3.0), strict=True):
        values[mask.values] = value
    lesions = tuple(Lesion(i, f"lesion {i}", mask) for i, mask in MASKS.items())
    images = {"ct": Image(np.zeros(LATTICE.shape), LATTICE), "pet": Image(values, LATTICE)}
    uptake = patient_uptake(images["pet"], lesions, {}, UptakeScale(**scale))
    rows = tuple(LesionScore(one.id, one.name, one.volume_cc, None) for one in lesions)
    scored = patient_score(rows, SIGNATURE, Acquisition(), {})
    return Study(images, lesions), replace(scored, uptakes={"pet": uptake})


def pictures(page):
    """The pixels of each picture."""
    found = re.findall(r"data:image/jpeg;base64,([A-Za-z0-9+/=]+)", page)
    return [np.array(Pillow.open(io.BytesIO(base64.b64decode(one)))) for one in found]


def test_a_pet_is_shown_from_in_front_and_where_it_is_hottest_dark_where_uptake_is_high():
    study, found = patient()
    page = beside_figures(study, context_of(found, SIGNATURE))
    projection, axial = pictures(page)
    # SUV 1, 3 and 6 of 0 to 10, white is 0; the top of the coronal picture is at the head.
    for gray, suv in ((projection[5, 11], 3), (projection[15, 3], 6), (axial[3, 3], 6), (axial[15, 15], 1)):
        assert int(gray) == pytest.approx(255 * (1 - suv / 10), abs=6)
    assert "SUV 0 (white) to 10 and more (black)" in page
    assert "through lesion 1" in page


def test_lesions_have_the_colors_of_the_legend_which_says_what_they_mean():
    study, found = patient()
    page = beside_figures(study, context_of(found, SIGNATURE))
    scale = value_scale([6.0, 3.0])
    assert page.count(f'stroke="{scale.hex(6.0)}"') == 2
    assert page.count(f'stroke="{scale.hex(3.0)}"') == 1
    assert "color of SUVmax: 3" in page


def test_values_that_are_no_suv_are_not_called_so():
    study, found = patient(quantity="activity")
    page = beside_figures(study, context_of(found, SIGNATURE))
    assert "SUV" not in page
    assert "a.u. 0 (white) to 6" in page


def test_an_mr_has_a_slice_in_its_own_window_and_a_study_of_one_image_nothing():
    study, found = patient()
    mr = Image(np.arange(8000.0).reshape(LATTICE.shape), LATTICE)
    beside = replace(study, images={"ct": study.image, "mr_t1": mr})
    page = beside_figures(beside, context_of(found, SIGNATURE))
    assert len(pictures(page)) == 1
    assert "a.u." in page
    assert beside_figures(replace(study, images={"ct": study.image}), context_of(found, SIGNATURE)) is None


def test_a_projection_is_outlined_as_large_as_all_of_the_lesion():
    """The union of a low left and a high right voxel, seen from in front, has both: tenths of a mm."""
    mask = np.zeros(LATTICE.shape, bool)
    mask[2, 3, 4] = mask[2, 9, 5] = True
    view = View(LATTICE, CORONAL, 10, (9.5, 9.5), 80.0)
    path = projection_path(Image(mask, LATTICE), view)
    # Two voxels of 4 mm beside one another, 16 mm from the left, the third row from below.
    assert path.count("M") == 1
    numbers = [int(number) for number in re.findall(r"-?\d+", path)]
    x = np.cumsum(numbers[::2])
    y = np.cumsum(numbers[1::2])
    assert (x.min(), x.max(), y.min(), y.max()) == (160, 240, 680, 720)


def test_the_table_of_scores_has_the_uptake_in_the_columns_of_its_table(tmp_path):
    _study, found = patient()
    write_scores_csv(found, SIGNATURE, tmp_path / "scores.csv")
    with (tmp_path / "scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [float(row["suv_max"]) for row in rows] == [6.0, 3.0]
    # 64 voxels of 0.064 cc, all above 41 % of the maximum: TLG is volume times mean.
    assert float(rows[0]["mtv_41"]) == pytest.approx(64 * 0.064)
    assert float(rows[0]["tlg_41"]) == pytest.approx(64 * 0.064 * 6)
    assert list(rows[0])[-9:] == uptake_columns(found.uptakes["pet"], "pet")
    assert uptake_columns(found.uptakes["pet"], "pet_late")[0] == "pet_late:suv_max"
    write_scores_csv(replace(found, uptakes={}), SIGNATURE, tmp_path / "plain.csv")
    assert "suv_max" not in (tmp_path / "plain.csv").read_text()
