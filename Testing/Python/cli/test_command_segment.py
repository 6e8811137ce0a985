"""`radioimmuno segment`: strokes, boxes, clicks and corrections in, lesions on the CT's own voxels out."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import SimpleITK as sitk
from small_patient import BALLS, SPACING, label_map

# The ball with the clearest border, its middle in LPS mm (x, y, z) and its radius.
LABEL = 3
MIDDLE = np.array(BALLS[LABEL][0][::-1]) * SPACING
RADIUS = BALLS[LABEL][1]


def stroke(label: int = LABEL) -> str:
    (k, j, i), radius, _ = BALLS[label]
    x, y, z = np.array((i, j, k)) * SPACING
    return f"--stroke={x - radius},{y},{z},{x + radius},{y},{z}"


def across(label: int = LABEL, axis: int = 0) -> list[np.ndarray]:
    """The two ends of a ball's diameter along an axis (x, y, z), LPS mm."""
    (k, j, i), radius, _ = BALLS[label]
    middle = np.array((i, j, k)) * SPACING
    return [middle - radius * np.eye(3)[axis], middle + radius * np.eye(3)[axis]]


def option(name: str, *points: np.ndarray) -> str:
    return f"--{name}=" + ",".join(f"{value:g}" for point in points for value in point)


def dice(found, label):
    truth = label_map() == label
    return 2 * np.count_nonzero(found & truth) / (np.count_nonzero(found) + np.count_nonzero(truth))


def test_a_stroke_makes_a_label_map_on_the_ct_s_voxels(installed, files, tmp_path):
    out = tmp_path / "new folder" / "lesion.nrrd"
    done = installed("segment", files.ct, stroke(), "--out", out)
    assert done.returncode == 0, done.stderr
    made, ct = sitk.ReadImage(str(out)), sitk.ReadImage(str(files.ct))
    assert (made.GetSize(), made.GetSpacing(), made.GetOrigin()) == (
        ct.GetSize(),
        ct.GetSpacing(),
        ct.GetOrigin(),
    )
    assert dice(sitk.GetArrayFromImage(made) == 1, LABEL) > 0.85
    assert "long axis" in done.stdout
    assert "short axis" in done.stdout


def test_every_stroke_and_click_is_a_lesion_of_its_own(radioimmuno, files, tmp_path):
    x, y, z = MIDDLE
    out = tmp_path / "lesions.nii.gz"
    done = radioimmuno("segment", files.ct, stroke(2), f"--click={x},{y},{z}", "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(out)))
    assert dice(labels == 1, 2) > 0.8
    assert dice(labels == 2, LABEL) > 0.8
    document = json.loads(done.stdout)
    assert [lesion["label"] for lesion in document["lesions"]] == [1, 2]


@pytest.mark.parametrize("axis", [1, 2], ids=["along y", "along z"])
def test_a_stroke_may_lie_in_any_plane(radioimmuno, files, tmp_path, axis):
    out = tmp_path / "lesion.nrrd"
    done = radioimmuno("segment", files.ct, option("stroke", *across(axis=axis)), "--out", out)
    assert done.returncode == 0, done.stderr
    assert dice(sitk.GetArrayFromImage(sitk.ReadImage(str(out))) == 1, LABEL) > 0.85


def test_crossed_strokes_and_a_box_are_lesions_too_and_the_json_says_how_each_was_drawn(
    radioimmuno, files, tmp_path
):
    out = tmp_path / "lesions.seg.nrrd"
    long, short = across(2, axis=0), across(2, axis=1)
    corners = [MIDDLE - RADIUS, MIDDLE + RADIUS]
    done = radioimmuno(
        "segment", files.ct, option("cross", *long, *short), option("box", *corners), "--out", out, "--json"
    )
    assert done.returncode == 0, done.stderr
    first, second = json.loads(done.stdout)["lesions"]
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(out)))
    assert [count > 0 for count in np.bincount(labels.ravel())] == [True] * 3
    assert first["volume_cc"] == pytest.approx(volume_cc(2), rel=0.2)
    assert second["volume_cc"] == pytest.approx(volume_cc(LABEL), rel=0.2)
    assert [mark["kind"] for mark in first["marks"] + second["marks"]] == ["cross", "box"]
    np.testing.assert_allclose(first["marks"][0]["points_lps"], [*long, *short], rtol=1e-5)
    np.testing.assert_allclose(second["marks"][0]["points_lps"], corners, rtol=1e-5)
    header = sitk.ReadImage(str(out))
    assert "RadioImmunoScore, two strokes" in header.GetMetaData("Segment0_Tags")
    assert "RadioImmunoScore, box" in header.GetMetaData("Segment1_Tags")


def volume_cc(label: int) -> float:
    return float(np.count_nonzero(label_map() == label) * np.prod(SPACING) / 1000)


def test_a_correction_changes_the_last_lesion_before_it_alone(radioimmuno, files, tmp_path):
    out = tmp_path / "lesions.nrrd"
    marks = [stroke(2), stroke(), option("add", *across(1))]
    done = radioimmuno("segment", files.ct, *marks, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(out)))
    assert dice(labels == 1, 2) > 0.8
    for corrected in (LABEL, 1):
        assert (labels[label_map() == corrected] == 2).mean() > 0.7
    kinds = [[mark["kind"] for mark in lesion["marks"]] for lesion in json.loads(done.stdout)["lesions"]]
    assert kinds == [["stroke"], ["stroke", "add"]]


def test_the_border_passes_through_a_point_that_it_was_pulled_to(radioimmuno, files, tmp_path):
    out, farther = tmp_path / "a.nrrd", MIDDLE + [RADIUS + 3, 0, 0]
    done = radioimmuno("segment", files.ct, stroke(), option("border", farther), "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(out)))
    k, j, _ = BALLS[LABEL][0]
    assert np.flatnonzero(labels[k, j]).max() * SPACING[0] == pytest.approx(farther[0], abs=1.5)
    (lesion,) = json.loads(done.stdout)["lesions"]
    assert lesion["expected_agreement"] is None
    assert [mark["kind"] for mark in lesion["marks"]] == ["stroke", "border"]


def test_what_a_stroke_to_remove_crossed_is_out(radioimmuno, files, tmp_path):
    marks = [stroke(), option("add", *across(1)), option("remove", *across(1))]
    out = tmp_path / "a.nrrd"
    done = radioimmuno("segment", files.ct, *marks, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(out)))
    assert not labels[label_map() == 1].any()
    assert dice(labels == 1, LABEL) > 0.85


@pytest.mark.parametrize(
    "correction",
    ["--add=1,2,3,4,5,6", "--remove=1,2,3,4,5,6", "--border=1,2,3"],
    ids=["add", "remove", "border"],
)
def test_a_correction_before_any_lesion_is_wrong_usage_in_plain_words(
    radioimmuno, files, tmp_path, correction
):
    done = radioimmuno("segment", files.ct, correction, stroke(), "--out", tmp_path / "a.nrrd")
    assert done.returncode == 2
    name = correction.partition("=")[0]
    assert f"{name} corrects the lesion before it: name one first" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_the_expected_agreement_is_printed_and_written_where_it_is_known(
    files, tmp_path, monkeypatch, capsys
):
    from radioimmuno.segmentation import stroke as science
    from radioimmuno.segmentation.segmented_lesion import judged
    from radioimmuno_cli.main import main

    segment = science.segment_stroke
    monkeypatch.setattr(
        science,
        "segment_stroke",
        lambda *what, **how: judged(replace(segment(*what, **how), findings=()), 0.4321),
    )
    out = tmp_path / "a.seg.nrrd"
    arguments = ["segment", str(files.ct), stroke(), "--out", str(out)]
    assert main(arguments) == 0
    header, row = [
        line.split() for line in capsys.readouterr().out.splitlines() if "axis" in line or "cc" in line
    ]
    assert "agree" in header
    assert "0.43" in row
    assert "(Dice) 0.43." in " ".join(row)
    assert "RadioImmunoScore.ExpectedAgreement:0.4321 " in sitk.ReadImage(str(out)).GetMetaData(
        "Segment0_Tags"
    )
    assert main([*arguments[:-1], str(tmp_path / "b.nrrd"), "--json"]) == 0
    (lesion,) = json.loads(capsys.readouterr().out)["lesions"]
    assert lesion["expected_agreement"] == 0.4321
    assert [finding["code"] for finding in lesion["findings"]] == ["stroke.unsure"]


def test_the_printed_numbers_are_those_of_the_lesion(radioimmuno, files, tmp_path):
    out = tmp_path / "lesion.nrrd"
    done = radioimmuno("segment", files.ct, stroke(), "--out", out, "--json")
    document = json.loads(done.stdout)
    (lesion,) = document["lesions"]
    voxels = np.count_nonzero(sitk.GetArrayFromImage(sitk.ReadImage(str(out))))
    assert lesion["volume_cc"] == pytest.approx(voxels * np.prod(SPACING) / 1000)
    assert lesion["long_mm"] == pytest.approx(2 * RADIUS, abs=2)
    ends = np.array(lesion["long_ends_lps"])
    assert np.linalg.norm(ends[1] - ends[0]) == pytest.approx(lesion["long_mm"])
    assert document["files"] == [str(out)]


def test_a_slicer_segmentation_can_be_scored_next(radioimmuno, files, tmp_path):
    lesions = tmp_path / "lesions.seg.nrrd"
    assert radioimmuno("segment", files.ct, stroke(), "--out", lesions).returncode == 0
    assert sitk.ReadImage(str(lesions)).GetMetaData("Segment0_Name") == "Lesion 1"
    done = radioimmuno(
        "features", files.ct, lesions, "--region", "lesion", "--out", tmp_path / "features.csv"
    )
    assert done.returncode == 0, done.stderr


def test_a_minus_in_a_coordinate_is_no_option(radioimmuno, files, tmp_path):
    done = radioimmuno("segment", files.ct, "--stroke=-90,2,3,-70,2,3", "--out", tmp_path / "a.nrrd")
    assert done.returncode == 1
    assert "[stroke.outside]" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("marks", "lesion", "code"),
    [
        (["--stroke=30,30,30,31,30,30"], 1, "stroke.too_short"),
        (["--click=900,0,0"], 1, "stroke.outside"),
        ([stroke(), "--box=20,20,20,40,40,20.5"], 2, "stroke.too_short"),
        ([stroke(), "--add=900,0,0,910,0,0"], 1, "stroke.outside"),
    ],
    ids=["stroke", "click", "box", "add"],
)
def test_what_cannot_be_used_is_one_plain_line_that_names_it(
    radioimmuno, files, tmp_path, marks, lesion, code
):
    done = radioimmuno("segment", files.ct, *marks, "--out", tmp_path / "a.nrrd")
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1
    assert f"[{code}]" in done.stderr
    assert f"{marks[-1].partition('=')[0]} of lesion {lesion}: " in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_name_of_no_known_format_is_refused_before_the_work(radioimmuno, files, tmp_path):
    done = radioimmuno("segment", files.ct, stroke(), "--out", tmp_path / "lesion.png")
    assert done.returncode == 1
    assert ".nii.gz" in done.stderr


@pytest.mark.parametrize("arguments", [(), ("--stroke=1,2,3",), ("--click=1,2,three",), ("--click=1,2,nan",)])
def test_wrong_marks_are_wrong_usage(radioimmuno, files, tmp_path, arguments):
    done = radioimmuno("segment", files.ct, *arguments, "--out", tmp_path / "a.nrrd")
    assert done.returncode == 2
    assert done.stderr.startswith("usage: radioimmuno segment")
    assert list(tmp_path.iterdir()) == []


def test_the_help_shows_examples(radioimmuno):
    help_text = radioimmuno("segment", "--help").stdout
    assert "radioimmuno segment ct.nrrd --stroke=-" in help_text
    assert "LPS" in help_text


def test_coordinates_as_slicer_shows_them_give_the_same_lesion_and_are_printed_so(
    radioimmuno, files, tmp_path
):
    (k, j, i), radius, _ = BALLS[LABEL]
    x, y, z = np.array((i, j, k)) * SPACING
    ends = f"{-x + radius},{-y},{z},{-x - radius},{-y},{z}"
    first = radioimmuno("segment", files.ct, stroke(), "--lps", "--out", tmp_path / "a.nrrd", "--json")
    other = radioimmuno(
        "segment", files.ct, f"--stroke={ends}", "--ras", "--out", tmp_path / "b.nrrd", "--json"
    )
    lps, ras = json.loads(first.stdout), json.loads(other.stdout)
    assert (lps["coordinates"], ras["coordinates"]) == ("LPS", "RAS")
    masks = [sitk.GetArrayFromImage(sitk.ReadImage(str(tmp_path / name))) for name in ("a.nrrd", "b.nrrd")]
    np.testing.assert_array_equal(*masks)
    turned = np.array([-1.0, -1.0, 1.0])
    for name in ("middle", "long_ends", "short_ends"):
        np.testing.assert_allclose(
            np.array(ras["lesions"][0][f"{name}_ras"]) * turned, lps["lesions"][0][f"{name}_lps"]
        )
    assert np.abs(np.array(lps["lesions"][0]["middle_lps"]) - MIDDLE).max() < 1.0


def test_the_table_says_which_coordinates_it_has(radioimmuno, files, tmp_path):
    done = radioimmuno("segment", files.ct, stroke(), "--out", tmp_path / "a.nrrd")
    assert "middle (LPS mm)" in done.stdout


def test_a_stroke_outside_says_which_coordinates_were_taken(radioimmuno, files, tmp_path):
    done = radioimmuno("segment", files.ct, stroke(), "--ras", "--out", tmp_path / "a.nrrd")
    assert done.returncode == 1
    assert "taken as RAS" in done.stderr
    assert "--lps" in done.stderr
    assert not (tmp_path / "a.nrrd").exists()
