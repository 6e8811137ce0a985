"""SUV of the IBSI's digital reference objects: what SimpleITK's series reader gives, and what is read here.

    python Testing/Benchmarks/pet_suv.py [FOLDER]

FOLDER holds the objects and `expected.csv`. Lowest, median and highest value of the body: as SimpleITK reads
them; times weight over dose, decayed from the injection to the series' time, by the textbook; and here.
"""

from __future__ import annotations

import csv
import sys
from datetime import datetime
from pathlib import Path

import numpy as np
import pydicom
import SimpleITK as sitk

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY / "RadioImmunoScore")]

TOLERANCE = 0.005


def main() -> int:
    """Print the table."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY.parent / "shared" / "data" / "suv"
    with (folder / "expected.csv").open(encoding="utf-8") as stream:
        objects = list(csv.DictReader(stream))
    print(f"{'object':9}{'SimpleITK':>30}{'with the textbook':>30}{'here':>30}   what it tests")
    right = [0, 0, 0]
    for one in objects:
        truth = [float(one[f"suv_{name}"]) for name in ("min", "median", "max")]
        ways = values(folder / one["id"])
        hits = [bool(np.abs(np.subtract(way, truth)).max() <= TOLERANCE) for way in ways]
        right = [before + hit for before, hit in zip(right, hits, strict=True)]
        cells = ["".join(f"{value:.3g}".rjust(10) for value in way) for way in ways]
        print(f"{one['id']:9}{''.join(cells)}   {one['description']}")
    print(f"within {TOLERANCE}: {right[0]}, {right[1]} and {right[2]} of {len(objects)}")
    return 0


def values(folder: Path) -> list[tuple[float, float, float]]:
    """Lowest, median and highest value of an object's body, by each way."""
    from radioimmuno.io.image import read_image
    from radioimmuno.modality import PET

    series = folder / "PT"
    mask = sitk.GetArrayFromImage(sitk.ReadImage(str(folder / "mask" / "DRO_mask.nii.gz"))) > 0
    reader = sitk.ImageSeriesReader()
    reader.SetFileNames(reader.GetGDCMSeriesFileNames(str(series)))
    plain = sitk.GetArrayFromImage(reader.Execute())[mask].astype(float)
    factor = textbook(pydicom.dcmread(next(series.iterdir()), stop_before_pixels=True))
    here = read_image(series, modality=PET).image.values[mask]
    return [(float(v.min()), float(np.median(v)), float(v.max())) for v in (plain, plain * factor, here)]


def textbook(header: pydicom.Dataset) -> float:
    """Weight over the dose that is left at the series' time; NaN where the header has not all of it."""
    tracer = header.RadiopharmaceuticalInformationSequence[0]
    try:
        given, begun = (
            datetime.strptime(text[:6], "%H%M%S")
            for text in (tracer.RadiopharmaceuticalStartTime, header.SeriesTime)
        )
    except AttributeError:
        return float("nan")
    halves = (begun - given).total_seconds() / float(tracer.RadionuclideHalfLife)
    return 1000 * float(header.PatientWeight) / (float(tracer.RadionuclideTotalDose) * 0.5**halves)


if __name__ == "__main__":
    sys.exit(main())
