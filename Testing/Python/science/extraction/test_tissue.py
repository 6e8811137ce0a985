"""Air, lung and metal under a lesion: scoring warns as `check` does, and refuses what is mostly that."""

from __future__ import annotations

import numpy as np
import pytest
from signatures import signature, term

from radioimmuno.findings import Severity
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.lesion import Lesion
from radioimmuno.quality.check import check_lesions
from radioimmuno.scoring.score import score
from radioimmuno.scoring.score_stability import Perturbation, stability
from radioimmuno.settings import Settings
from radioimmuno.study import Study

LATTICE = Lattice((40, 80, 80), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
LUNG, GROUND_GLASS, SOFT, AIR = -850.0, -620.0, 40.0, -1000.0
FREE = signature(term("lesion.statistics.mean"), distribution=None)


def distance(center=(20, 40, 40)):
    return np.sqrt(sum((a - c) ** 2 for a, c in zip(np.indices(LATTICE.shape), center, strict=True)))


def noisy(values):
    return Image(values + np.random.default_rng(0).normal(0, 25, LATTICE.shape), LATTICE)


def chest(lesion_hu=SOFT, radius=10.0, inside_hu=None, hollow=0.0):
    """A lesion in lung, in a body, in air; with `inside_hu` in its middle up to `hollow`."""
    r = distance()
    values = np.select([r <= radius, r <= 30], [lesion_hu, LUNG], SOFT)
    if inside_hu is not None:
        values[r <= hollow] = inside_hu
    values[:, :4], values[:, -4:] = AIR, AIR
    return noisy(values)


def found(image, mask):
    """(the row's score, code -> severity of what was found under the lesion)."""
    lesion = Lesion("1", "lesion", Image(mask, LATTICE))
    row = score(image, [lesion], FREE).lesions[0]
    checked = [one.finding for one in check_lesions(image, [lesion], Settings())]
    of_tissue = {f.code: f.severity for f in row.findings if f.code.startswith("lesion.")}
    assert {f.code: f.severity for f in checked if f.code in of_tissue} == of_tissue
    return row.score, of_tissue


def test_a_solid_lesion_in_lung_is_scored_without_a_word():
    result, codes = found(chest(), distance() <= 10)
    assert result is not None
    assert codes == {}


@pytest.mark.parametrize(
    ("image", "radius"),
    [
        (chest(GROUND_GLASS), 10),
        (chest(SOFT, 10, AIR, 8.0), 10),
        (chest(SOFT, 10), 12),
    ],
    ids=["ground glass", "a cavity with a thin wall", "drawn somewhat too large"],
)
def test_lesions_that_hold_air_are_scored_with_a_warning(image, radius):
    result, codes = found(image, distance() <= radius)
    assert result is not None
    assert codes == {"lesion.air": Severity.WARN}


@pytest.mark.parametrize(
    ("image", "radius"), [(chest(LUNG), 10), (chest(SOFT, 5), 12)], ids=["lung", "a nodule's lung"]
)
def test_a_piece_of_lung_is_no_lesion(image, radius):
    result, codes = found(image, distance() <= radius)
    assert result is None
    assert codes == {"lesion.air": Severity.REFUSE}


def test_a_box_of_air_beside_the_body_is_no_lesion():
    values = np.full(LATTICE.shape, SOFT)
    values[:, :, 40:] = AIR
    mask = np.zeros(LATTICE.shape, bool)
    mask[10:30, 20:60, 50:76] = True
    for image in (Image(values.astype(np.int16), LATTICE), noisy(values)):
        result, codes = found(image, mask)
        assert result is None
        assert codes["lesion.outside_body"] is Severity.REFUSE


@pytest.mark.parametrize(("share", "severity"), [(0.01, Severity.WARN), (0.08, Severity.REFUSE)])
def test_metal_is_warned_of_and_too_much_of_it_refused(share, severity):
    image = chest()
    chosen = np.random.default_rng(1).random(LATTICE.shape) < share
    values = np.where(chosen & (distance() <= 10), 3071.0, image.values)
    result, codes = found(Image(values, LATTICE), distance() <= 10)
    assert codes == {"lesion.metal": severity}
    assert (result is None) == (severity is Severity.REFUSE)


def test_the_contours_of_what_is_refused_are_not_redrawn():
    lesion = Lesion("1", "lung", Image(distance() <= 10, LATTICE))
    assert not stability(
        Study({"ct": chest(LUNG)}, (lesion,)), FREE, perturbation=Perturbation(draws=2)
    ).lesions
