"""One stroke against reference masks of real CT, side by side with Slicer's GrowCut filter.

The stroke is the reference mask's longest diameter in an axial slice; both coordinates in it of each end
point are moved by Gaussian errors of 2 mm SD, ten times a case (seeded). GrowCut gets seeds from the same
strokes: inside a cylinder along the middle 80 % of the stroke, 0.15 of its length in radius (the best of the
radii that were tried), outside all that is farther than 0.63 of its length from its middle::

    python Testing/Benchmarks/segmenting.py                  some minutes
    python Testing/Benchmarks/segmenting.py --jitters 2      quicker

Times are CPU seconds; numbers of lesions with a known border and of clicks follow.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(REPOSITORY / "Testing" / "Python" / "science" / "segmentation"))

from stroked import ellipsoid_ct, real_cases  # noqa: E402

from radioimmuno.geometry.image import Box, Image  # noqa: E402
from radioimmuno.segmentation.click import segment_click  # noqa: E402
from radioimmuno.segmentation.stroke import segment_stroke  # noqa: E402
from radioimmuno.simulation.strokes import dice, jittered, longest_stroke  # noqa: E402

CORE_RADIUS, CORE_END, OUTSIDE, CROP = 0.15, 0.1, 0.63, 0.75

Method = Callable[[Image, np.ndarray], Image]


@dataclass(frozen=True)
class Row:
    """One case by one method."""

    dices: np.ndarray
    volumes: np.ndarray
    repeatability: float
    seconds: float


def main() -> int:
    """Run both methods on all cases and print the tables."""
    options = _parse()
    cases = real_cases(options.data)
    tables = {"one stroke": _all(cases, _stroke, options.jitters)}
    tables["GrowCut"] = _all(cases, _growcut, options.jitters)
    _print(tables)
    _print_known()
    clicked = _all(cases, _click, 1)
    print("\none click on the stroke's middle instead, Dice:")
    print("  " + "  ".join(f"{name} {np.median(row.dices):.2f}" for name, row in clicked.items()))
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    default = os.environ.get("RADIOIMMUNO_DATA", REPOSITORY.parent / "shared" / "data")
    parser.add_argument("--data", type=Path, default=Path(default), help="folder of the real CT")
    parser.add_argument("--jitters", type=int, default=10, help="strokes for each case")
    return parser.parse_args()


def _stroke(image: Image, ends: np.ndarray) -> Image:
    return segment_stroke(image, tuple(ends[0]), tuple(ends[1])).mask


def _click(image: Image, ends: np.ndarray) -> Image:
    return segment_click(image, tuple(ends.mean(axis=0))).mask


def _growcut(image: Image, ends: np.ndarray) -> Image:
    import slicer
    from vtkmodules.util.numpy_support import numpy_to_vtk, vtk_to_numpy

    lattice, middle = image.lattice, ends.mean(axis=0)
    length = float(np.linalg.norm(ends[1] - ends[0]))
    centre, half = lattice.to_index(middle), CROP * length / np.array(lattice.spacing)
    low, high = np.floor(centre - half).astype(int), np.ceil(centre + half).astype(int) + 1
    part = image.crop(Box(tuple(map(int, low)), tuple(map(int, high))))
    places = part.window.to_lps(np.moveaxis(np.indices(part.values.shape), 0, -1))
    along = (places - ends[0]) @ (ends[1] - ends[0]) / length**2
    beside = np.linalg.norm(places - ends[0] - along[..., None] * (ends[1] - ends[0]), axis=-1)
    seeds = np.zeros(part.values.shape, np.uint8)
    seeds[np.linalg.norm(places - middle, axis=-1) > OUTSIDE * length] = 2
    seeds[(np.abs(along - 0.5) < 0.5 - CORE_END) & (beside <= CORE_RADIUS * length)] = 1

    def oriented(values: np.ndarray):
        data = slicer.vtkOrientedImageData()
        data.SetDimensions(*values.shape[::-1])
        data.SetSpacing(*lattice.spacing[::-1])
        data.GetPointData().SetScalars(numpy_to_vtk(np.ascontiguousarray(values).ravel(), deep=True))
        return data

    cut = slicer.vtkImageGrowCutSegment()
    cut.SetIntensityVolume(oriented(part.values.astype(np.int16)))
    cut.SetSeedLabelVolume(oriented(seeds))
    cut.Update()
    labels = vtk_to_numpy(cut.GetOutput().GetPointData().GetScalars()).reshape(part.values.shape)
    return Image(labels == 1, lattice, part.offset)


def _all(cases, method: Method, jitters: int) -> dict[str, Row]:
    rows = {}
    for name, (image, reference) in cases.items():
        found, seconds = [], []
        for ends in jittered(longest_stroke(reference), jitters):
            start = time.process_time()
            found.append(method(image, ends))
            seconds.append(time.process_time() - start)
        rows[name] = Row(
            np.array([dice(mask, reference) for mask in found]),
            np.array([mask.values.sum() / reference.values.sum() for mask in found]),
            float(np.median([dice(a, b) for a, b in itertools.combinations(found, 2)] or [1.0])),
            float(np.median(seconds)),
        )
    return rows


def _print(tables: dict[str, dict[str, Row]]) -> None:
    for title, rows in tables.items():
        print(f"\n{title}")
        print(f"{'case':16} {'median':>7} {'10 %':>6} {'volume':>7} {'most':>6} {'repeat':>7} {'seconds':>8}")
        for name, row in rows.items():
            low, volume = np.percentile(row.dices, 10), np.median(row.volumes)
            print(
                f"{name:16} {np.median(row.dices):7.3f} {low:6.3f} {volume:7.2f} {row.volumes.max():6.2f} "
                f"{row.repeatability:7.3f} {row.seconds:8.2f}"
            )
        dices = np.concatenate([row.dices for row in rows.values()])
        volumes = np.concatenate([row.volumes for row in rows.values()])
        repeat = np.array([row.repeatability for row in rows.values()])
        print(
            f"{'all':16} {np.median(dices):7.3f} {np.percentile(dices, 10):6.3f} {np.median(volumes):7.2f} "
            f"{volumes.max():6.2f} {np.median(repeat):7.3f}   failures (Dice < 0.5): {(dices < 0.5).sum()}"
        )
    ours, theirs = tables.values()
    better = sum(np.median(ours[name].dices) > np.median(theirs[name].dices) for name in ours)
    print(f"\nbetter than GrowCut on {better} of {len(ours)} cases")


def _print_known() -> None:
    known = {
        "10 cc in lung": ellipsoid_ct((13.4, 13.4, 13.4), lesion_hu=40, around_hu=-800),
        "10 cc in liver": ellipsoid_ct((13.4, 13.4, 13.4), lesion_hu=60, around_hu=110),
        "16 cc in fat": ellipsoid_ct((20, 12, 16), lesion_hu=40, around_hu=-100),
        "11 cc on pleura": ellipsoid_ct((14, 12, 16), lesion_hu=40, around_hu=-800, wall=(55, 0.6)),
        "11 cc on bone": ellipsoid_ct((14, 12, 16), lesion_hu=40, around_hu=-800, wall=(400, 0.6)),
        "95 cc in liver": ellipsoid_ct((27, 27, 31), lesion_hu=70, around_hu=110, spacing=(1.0, 0.8, 0.8)),
        "1 cc in lung": ellipsoid_ct((6.2, 6.2, 6.2), lesion_hu=40, around_hu=-800, spacing=(1.5, 0.7, 0.7)),
    }
    print("\nknown border: volume of the truth's, Dice, CPU seconds (strokes 1 mm off)")
    for name, (image, truth) in known.items():
        rows = []
        for ends in jittered(longest_stroke(truth), 3, sd_mm=1.0):
            start = time.process_time()
            mask = _stroke(image, ends)
            rows.append(
                (mask.values.sum() / truth.values.sum(), dice(mask, truth), time.process_time() - start)
            )
        volume, overlap, seconds = np.median(rows, axis=0)
        print(f"  {name:16} {volume:.3f}  {overlap:.3f}  {seconds:.2f}")


if __name__ == "__main__":
    raise SystemExit(main())
