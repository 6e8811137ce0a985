"""The values of IBSI 2 on filtered images of the CT phantom: A in slices, B in space at 1 mm."""

import csv

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.extraction.preprocessing import resegment, sample_intensities, sample_mask
from radioimmuno.features.moments import describe, value_counts
from radioimmuno.features.statistics import ROWS
from radioimmuno.filters.filter import grown
from radioimmuno.filters.presets import PRESETS
from radioimmuno.geometry.grid import grid_of
from radioimmuno.geometry.image import Box, Image, from_sitk
from radioimmuno.lesion import from_labels
from radioimmuno.settings import ExtractionSettings

SPACING_MM = {"A": None, "B": 1.0}
# Quartile coefficient of dispersion in 8.B: no consensus.
ROWS_OF = {"A": 162, "B": 161}


@pytest.fixture(scope="module")
def lesion(data):
    folder = data / "ibsi" / "ct_phantom"
    image = from_sitk(sitk.ReadImage(str(folder / "ct.nii.gz"))).canonical()
    labels = from_sitk(sitk.ReadImage(str(folder / "mask.nii.gz"))).canonical()
    (found,) = from_labels(Image(labels.values.astype("uint8"), labels.lattice))
    return image, found


def consensus(table, letter: str) -> dict[tuple[int, str], tuple[float, float]]:
    """Value and tolerance by test and tag, of the rows that have a consensus value."""
    with (table.parent / "ibsi2_reference.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file, delimiter=";") if row["consensus_value"]]
    return {
        (int(row["filter_id"][0]), row["feature_tag"]): (
            float(row["consensus_value"]),
            float(row["tolerance"]),
        )
        for row in rows
        if row["filter_id"].endswith(letter)
    }


def prepared(lesion, letter: str):
    """The image on the grid of a configuration, and the lesion's intensity mask."""
    image, drawn = lesion
    settings = ExtractionSettings(
        spacing_mm=SPACING_MM[letter], interpolation="cubic", range_hu=(-1000.0, 400.0)
    )
    grid = grid_of(image.lattice, settings.spacing_mm)
    box = Box.whole(grid.lattice.shape)
    values = sample_intensities(image, grid, box, settings).astype(float)
    return values, resegment(values, sample_mask(drawn, grid, box), settings), grid.lattice.spacing


@pytest.mark.parametrize("letter", ["A", pytest.param("B", marks=pytest.mark.slow)])
def test_every_consensus_value_is_met(letter, lesion, data, reference_table, capsys):
    expected = consensus(reference_table, letter)
    values, mask, spacing = prepared(lesion, letter)
    places = np.nonzero(mask)
    window = tuple(slice(int(at.min()), int(at.max()) + 1) for at in places)
    failed = []
    for test in range(1, 10):
        # Tests 1 measure the image itself.
        response = values[window]
        if test > 1:
            response = PRESETS[f"ibsi2-ct-{test}_{letter.lower()}"].response(values, spacing, window)
        found = describe(*value_counts(response[mask[window]]))
        for row in ROWS:
            value, tolerance = expected.get((test, row.tag), (0.0, np.inf))
            if not abs(found[row.name] - value) <= tolerance:
                failed.append(f"{test}.{letter} {row.tag}: {found[row.name]} is not {value} +- {tolerance}")
    with capsys.disabled():
        print(
            f"\nIBSI 2 CT phantom, {letter}: {len(expected) - len(failed)}/{len(expected)} within tolerance"
        )
    assert len(expected) == ROWS_OF[letter]
    assert not failed, "\n".join(failed)


@pytest.mark.parametrize("test", [3, 4, 7])
def test_a_crop_with_the_margin_gives_the_same_response_on_a_real_ct(test, lesion):
    values, mask, spacing = prepared(lesion, "A")
    window = tuple(slice(int(at.min()), int(at.max()) + 1) for at in np.nonzero(mask))
    one = PRESETS[f"ibsi2-ct-{test}_a"]
    around = grown(window, one.reach(one.voxel_mm(spacing)), values.shape, one.axes)
    inner = tuple(slice(w.start - a.start, w.stop - a.start) for w, a in zip(window, around, strict=True))
    whole = one.response(values, spacing)[window]
    cropped = one.response(values[around], spacing)[inner]
    assert np.abs(cropped - whole).max() <= 1e-10 * np.abs(whole).max()
