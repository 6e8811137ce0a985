"""Where a CT was cut and how it is stored changes nothing."""

from dataclasses import replace

import numpy as np
import pytest
from phantoms import noisy_patient, signed_permutations

from radioimmuno.extraction.extract import extract
from radioimmuno.features import catalog
from radioimmuno.geometry.image import Box, Image
from radioimmuno.lesion import Lesion
from radioimmuno.settings import ExtractionSettings, Settings

# The enclosing shapes take most of the time and see the same vertices as the convex hull.
WANTED = catalog.identifiers([key for key in catalog.ALL if not key.endswith(("_ombb", "_mvee"))])
TOLERANCE = 1e-9


def values(image: Image, lesion: Lesion, settings: Settings | None = None) -> dict[str, float]:
    (measured,) = extract(image, [lesion], settings or Settings(), WANTED)
    assert len(measured.values) == len(WANTED)
    return dict(measured.values)


@pytest.mark.slow
def test_all_48_axis_orders_give_the_same_features():
    image, lesion = noisy_patient()
    expected = values(image, lesion)
    masks = signed_permutations(lesion.mask)
    stored = signed_permutations(image)
    assert len(stored) == 48
    for other, mask in zip(stored, masks, strict=True):
        assert values(other, replace(lesion, mask=mask)) == pytest.approx(expected, rel=TOLERANCE)


@pytest.mark.parametrize("interpolation", ["linear", "cubic"])
@pytest.mark.parametrize("less", [(0, 1, 3), (3, 0, 1), (1, 5, 2)])
def test_an_odd_crop_gives_the_same_features(less, interpolation):
    image, lesion = noisy_patient(seed=3, shape=(60, 90, 84))
    settings = Settings(ExtractionSettings(interpolation=interpolation))
    box = lesion.box
    # The crop must hold what the ring, the intensity peaks and a cubic spline look at.
    margin = 28 if interpolation == "cubic" else 11
    cut = box.grow(margin).intersect(Box.whole(image.lattice.shape))
    cut = Box(tuple(a + m for a, m in zip(cut.start, less, strict=True)), cut.stop)
    crop = image.crop(cut)
    assert crop.values.shape != image.values.shape
    contiguous = Image(np.ascontiguousarray(crop.values), crop.lattice, crop.offset)
    assert values(contiguous, lesion, settings) == pytest.approx(
        values(image, lesion, settings), rel=TOLERANCE
    )
