"""`radioimmuno ring`: a label map of rings on the resampled grid."""

from __future__ import annotations

import json

import numpy as np
import pytest
import SimpleITK as sitk
from small_patient import BALLS, SPACING, label_map


def shell_cc(label, inner, outer):
    """Volume of the shell of a ball with as much volume as this one's voxels."""
    radius = (np.count_nonzero(label_map() == label) * np.prod(SPACING) * 3 / (4 * np.pi)) ** (1 / 3)
    return 4 / 3 * np.pi * ((radius + outer) ** 3 - (radius - inner) ** 3) / 1000


@pytest.mark.parametrize(
    ("options", "inner", "outer"), [((), 2, 2), (("--inner-mm", 0, "--outer-mm", 3), 0, 3)]
)
def test_rings_of_balls_have_the_volume_of_their_shells(radioimmuno, files, tmp_path, options, inner, outer):
    done = radioimmuno("ring", files.ct, files.labels, *options, "--out", tmp_path / "rings.nrrd")
    assert done.returncode == 0, done.stderr
    rings = sitk.ReadImage(str(tmp_path / "rings.nrrd"))
    labels = sitk.GetArrayFromImage(rings)
    assert (rings.GetSpacing(), labels.shape) == ((1.0, 1.0, 1.0), (60, 60, 60))
    measured = {label: np.count_nonzero(labels == label) / 1000 for label in BALLS}
    assert measured == pytest.approx({label: shell_cc(label, inner, outer) for label in BALLS}, rel=0.1)


def test_the_printed_volumes_are_those_of_the_file(installed, files, tmp_path):
    out = tmp_path / "rings.nrrd"
    done = installed("ring", files.ct, files.labels, "--json", "--out", out)
    labels = sitk.GetArrayFromImage(sitk.ReadImage(str(out)))
    document = json.loads(done.stdout)
    assert document["files"] == [str(out)]
    assert {ring["lesion_id"]: ring["ring_cc"] for ring in document["rings"]} == pytest.approx(
        {str(label): np.count_nonzero(labels == label) / 1000 for label in BALLS}
    )


def test_a_ring_of_no_width_is_refused(radioimmuno, files, tmp_path):
    done = radioimmuno(
        "ring", files.ct, files.labels, "--inner-mm", 0, "--outer-mm", 0, "--out", tmp_path / "r.nrrd"
    )
    assert done.returncode == 1
    assert "[settings.invalid]" in done.stderr
