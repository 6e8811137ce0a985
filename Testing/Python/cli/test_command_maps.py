"""`radioimmuno maps`: volumes of local features, all lesions in one."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk
from small_patient import BALLS, label_map, write_volume

NAMES = ("mean", "entropy", "glcm_contrast", "glcm_joint_entropy")


def test_a_volume_a_map_holds_all_lesions_in_their_places(installed, files, tmp_path):
    out = tmp_path / "maps"
    done = installed("maps", files.ct, files.labels, "--out", out)
    assert done.returncode == 0, done.stderr
    assert {file.name for file in out.glob("[!.]*")} == {f"{name}.nrrd" for name in NAMES}
    volume = sitk.ReadImage(str(out / "mean.nrrd"))
    assert volume.GetSpacing() == (1.0, 1.0, 1.0)
    for (k, j, i), _, hu in BALLS.values():
        at = volume.TransformPhysicalPointToIndex((float(i), float(j), 2.0 * k))
        assert volume[at] == pytest.approx(hu)  # flat: the mean of each neighbourhood is the ball's own value
        entropy = sitk.ReadImage(str(out / "entropy.nrrd"))
        assert entropy[at] == pytest.approx(0.0, abs=1e-6)
    values = sitk.GetArrayFromImage(volume)
    assert values.min() == -2000.0
    assert "lesion 3" in done.stdout


def test_only_the_lesions_and_maps_asked_for_are_made(radioimmuno, files, tmp_path):
    out = tmp_path / "maps"
    done = radioimmuno(
        "maps", files.ct, files.labels, "--out", out, "--lesion", 2, "--names", "entropy", "--json"
    )
    document = json.loads(done.stdout)
    whose = {"patient": "ct", "study": "ct", "series": ""}
    written = [str(out / "entropy.nrrd")]
    assert document == {"exit_code": 0, **whose, "files": written, "refused": {}, "left_out": []}
    volume = sitk.ReadImage(str(out / "entropy.nrrd"))
    assert json.loads(volume.GetMetaData("RadioImmunoScore.lesions")) == ["2"]
    inside = np.count_nonzero(sitk.GetArrayFromImage(volume) >= 0)
    assert inside == pytest.approx(2 * np.count_nonzero(label_map() == 2), rel=0.05)


def test_a_lesion_that_cannot_be_mapped_is_reported_and_the_others_are(radioimmuno, files, tmp_path):
    lesions = write_volume(tmp_path / "l.seg.nrrd", label_map(), {"a": 1, "b": 2, "c": 3, "empty": 5})
    done = radioimmuno("maps", files.ct, lesions, "--out", tmp_path / "m", "--names", "mean", "--json")
    assert done.returncode == 8
    document = json.loads(done.stdout)
    assert document["refused"]["empty"]["code"] == "lesion.empty"
    assert (tmp_path / "m" / "mean.nrrd").exists()


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (("--lesion", "9"), "No lesion is called '9'; there are: lesion 1 (1), lesion 2 (2), lesion 3 (3)."),
        (("--names", "x"), "there is no map 'x'"),
    ],
)
def test_an_unknown_lesion_or_map_is_an_error_that_lists_what_there_is(
    radioimmuno, files, tmp_path, wrong, told
):
    done = radioimmuno("maps", files.ct, files.labels, "--out", tmp_path / "m", *wrong)
    assert done.returncode == 1
    assert told in done.stderr
    assert not (tmp_path / "m").exists()
