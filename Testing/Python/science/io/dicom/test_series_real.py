"""A real CT as a DICOM series: the same voxels, and the same scores."""

from __future__ import annotations

import numpy as np
import pytest

from dicom_series import ct_series, write
from radioimmuno.acquisition import Acquisition
from radioimmuno.io.ct import read_ct as read_any_ct
from radioimmuno.io.dicom import read_ct
from radioimmuno.io.lesions import read_lesions
from radioimmuno.scoring.score import score
from radioimmuno.signature.signature import default_signature


@pytest.mark.slow
def test_a_real_ct_as_dicom_has_the_voxels_and_scores_of_its_nrrd(data, tmp_path):
    image = read_any_ct(data / "lung1_001" / "ct.nrrd").image
    lattice = image.lattice
    slices = ct_series(
        image.values,
        spacing=lattice.spacing,
        origin=lattice.origin,
        orientation=(*lattice.axes[2], *lattice.axes[1]),
    )
    ct = read_ct(write(tmp_path, slices))
    np.testing.assert_array_equal(ct.image.values, image.values)
    assert ct.image.values.dtype == np.int16
    assert ct.image.lattice.coincides(lattice)

    acquisition, signature = Acquisition(kvp=120.0), default_signature()
    labels = data / "lung1_001" / "label.nrrd"
    rows = [
        score(each, read_lesions(labels, each).lesions, signature, acquisition).lesions
        for each in (image, ct.image)
    ]
    assert [row.score for row in rows[0]] == pytest.approx([row.score for row in rows[1]], rel=1e-9)
    assert any(row.score is not None for row in rows[0])
