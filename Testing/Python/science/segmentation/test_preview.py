"""The rough surface that is shown while a stroke is drawn."""

from __future__ import annotations

import numpy as np
import pytest
from stroked import ellipsoid_ct

from radioimmuno.findings import InputError
from radioimmuno.segmentation.preview import preview_stroke
from radioimmuno.simulation.strokes import longest_stroke

SEMI = (14.0, 12.0, 16.0)


@pytest.fixture(scope="module")
def case():
    return ellipsoid_ct(SEMI, lesion_hu=40, around_hu=-100)


def test_the_preview_encloses_about_the_lesions_volume(case):
    image, truth = case
    mesh = preview_stroke(image, *map(tuple, longest_stroke(truth)))
    corners = mesh.points[mesh.triangles]
    # By the divergence theorem; positive when the triangles are seen from outside against the clock.
    volume = np.linalg.det(corners).sum() / 6
    assert volume == pytest.approx(4 / 3 * np.pi * np.prod(SEMI), rel=0.25)


def test_every_edge_of_the_preview_has_two_triangles_of_opposite_sense(case):
    image, truth = case
    triangles = preview_stroke(image, *map(tuple, longest_stroke(truth))).triangles
    edges = np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]])
    assert len(np.unique(edges, axis=0)) == len(edges)
    assert {tuple(edge) for edge in edges} == {tuple(edge) for edge in edges[:, ::-1]}


def test_a_preview_outside_of_the_ct_is_refused(case):
    image, _ = case
    with pytest.raises(InputError, match="reaches out"):
        preview_stroke(image, (0, 0, 0), (0, 0, 1e4))
