"""How long a result takes to be written as DICOM, and which stage takes what share.

A DICOM series of 512 x 512 x 300 voxels with twenty lesions of 1 to 58 cc, their rings and scores; CPU time,
so that what else the machine does counts little. The series is written to a temporary folder first (160 MB)::

    make benchmark-dicom
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np

REPOSITORY = Path(__file__).resolve().parents[2]
sys.path[:0] = [str(REPOSITORY / "RadioImmunoScore"), str(REPOSITORY / "Testing" / "Python")]

SHAPE, SPACING_MM = (300, 512, 512), (1.5, 0.75, 0.75)
LESIONS, SMALLEST_MM, LARGEST_MM = 20, 6.0, 24.0
RUNS = 7
STAGES = {
    "ring_segments": "rings onto the CT",
    "make_seg": "segmentations, with their frames",
    "lesion_report": "report of the lesions",
    "patient_report": "report of the patient",
    "check_export": "own checks",
}


def main() -> int:
    """Make the series, score, write the result several times, print medians."""
    from radioimmuno.io.ct import read_ct
    from radioimmuno.io.dicom import write
    from radioimmuno.scoring.score import score
    from radioimmuno.signature.signature import default_signature

    spent: dict[str, float] = defaultdict(float)
    for name in STAGES:
        setattr(write, name, _timed(getattr(write, name), name, spent))
    signature = default_signature()
    with tempfile.TemporaryDirectory() as place:
        print("Making the series ...", flush=True)
        ct = read_ct(_series(Path(place) / "ct"))
        lesions = _lesions(ct.image.lattice)
        patient = score(ct.image, lesions, signature, ct.acquisition)
        totals, stages = [], defaultdict(list)
        for _ in range(RUNS + 1):
            spent.clear()
            start = time.process_time()
            files = write.write_dicom(patient, signature, ct.image, lesions, ct.source, place)
            totals.append(time.process_time() - start)
            for name in STAGES:
                stages[name].append(spent[name])
        size = sum(file.stat().st_size for file in files) / 1e6
    # The first run also imports highdicom.
    whole = statistics.median(totals[1:])
    print(f"{len(lesions)} lesions, {len(patient.scored)} rings, {size:.0f} MB in {len(files)} files")
    first, *later = totals
    print(f"first run {first:.2f} s; then median {whole:.2f} s, {min(later):.2f} to {max(later):.2f} s")
    shares = {title: statistics.median(stages[name][1:]) for name, title in STAGES.items()}
    shares["the rest: header, writing"] = whole - sum(shares.values())
    for title, seconds in shares.items():
        print(f"  {title:34} {1000 * seconds:6.0f} ms {seconds / whole:6.0%}")
    return 0


def _series(folder: Path) -> Path:
    from dicom_lesions import PATIENT
    from dicom_series import ct_series, write

    values = np.random.default_rng(1).integers(20, 100, SHAPE).astype(np.int16)
    return write(folder, ct_series(values, spacing=SPACING_MM, **PATIENT))


def _lesions(lattice: Any) -> list[Any]:
    """Balls of growing size, apart from each other."""
    from radioimmuno.geometry.image import Image
    from radioimmuno.lesion import Lesion, Site

    sites, found = (Site.LUNG, Site.LIVER, Site.ADRENAL, None), []
    for number, radius in enumerate(np.linspace(SMALLEST_MM, LARGEST_MM, LESIONS)):
        half = np.ceil(radius / np.array(SPACING_MM)).astype(int) + 1
        offsets = np.moveaxis(np.indices(2 * half + 1), 0, -1) - half
        ball = np.linalg.norm(offsets * SPACING_MM, axis=-1) <= radius
        centre = np.array([30 + 12 * number, 90 + 80 * (number % 5), 90 + 100 * (number // 5)])
        start = tuple(int(c) for c in centre - half)
        found.append(
            Lesion(f"s{number}", f"Lesion {number + 1}", Image(ball, lattice, start), sites[number % 4])
        )
    return found


def _timed(function: Any, name: str, spent: dict[str, float]) -> Any:
    def call(*arguments: Any) -> Any:
        start = time.process_time()
        try:
            return function(*arguments)
        finally:
            spent[name] += time.process_time() - start

    return call


if __name__ == "__main__":
    raise SystemExit(main())
