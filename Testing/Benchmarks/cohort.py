"""Time and memory of `radioimmuno cohort`: simulated patients, with one worker and with two.

Every patient is a CT of correlated noise with balls for lesions, made from its number. The first run reads
its CT from the disk and the second perhaps from memory, so each number of workers runs twice and the faster
run counts::

    python Testing/Benchmarks/cohort.py                                    # 200 patients, 1 and 2 workers
    python Testing/Benchmarks/cohort.py --patients 10 200 1000 --small     # is the cost of a patient flat?
    python Testing/Benchmarks/cohort.py --patients 4 --large               # memory: 512 x 512 x 400 voxels

Peak memory is that of the process that measures a patient, as the system counts it (cohort.json).
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import gaussian_filter

SIZES = {
    "small": ((24, 64, 64), (2.0, 1.5, 1.5), 1),
    "usual": ((120, 256, 256), (2.5, 1.4, 1.4), 3),
    "large": ((400, 512, 512), (1.0, 0.75, 0.75), 3),
}
TISSUE_HU, LESION_HU, NOISE_HU = 30.0, 70.0, 18.0
RADII_MM = (6.0, 14.0)
BATCHES = "ABC"


def main() -> int:
    """Make the patients, measure them with each number of workers, print a line for each run."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--patients", type=int, nargs="+", default=[200], metavar="N")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2], metavar="N")
    parser.add_argument("--repeats", type=int, default=2, metavar="N")
    parser.add_argument("--small", dest="size", action="store_const", const="small", default="usual")
    parser.add_argument("--large", dest="size", action="store_const", const="large")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        make_patients(folder, max(options.patients), options.size)
        print("patients  workers   wall s   s a patient   speed-up   peak MB a worker")
        for patients in options.patients:
            manifest = write_manifest(folder, patients)
            tables = []
            first: float | None = None
            for workers in options.workers:
                runs = [measured(folder, manifest, workers) for _ in range(options.repeats)]
                wall, peak = min(run[0] for run in runs), max(run[1] for run in runs)
                first = first or wall
                line = f"{patients:8d} {workers:8d} {wall:8.1f} {wall / patients:13.3f} {first / wall:10.2f}"
                print(f"{line} {peak:18.0f}", flush=True)
                tables.append((folder / "out" / "lesions.csv").read_bytes())
            if len(set(tables)) != 1:
                print("THE TABLES DIFFER")
                return 1
    return 0


def make_patients(folder: Path, count: int, size: str) -> None:
    """Write the CT and the lesions of each patient."""
    shape, spacing, lesions = SIZES[size]
    rng = np.random.default_rng(13)
    block = gaussian_filter(rng.standard_normal((24, *shape[1:])).astype(np.float32), 1.0)
    block *= NOISE_HU / block.std()
    margin = shape[1] // 10
    axes = np.ogrid[tuple(slice(0, n) for n in shape)]
    for number in range(count):
        rng = np.random.default_rng(number)
        noise = np.roll(block, int(rng.integers(0, shape[2])), axis=2)
        values = np.resize(noise + TISSUE_HU, shape).astype(np.int16)
        values[:, :margin] = values[:, -margin:] = -1000
        labels = np.zeros(shape, np.uint8)
        for label in range(1, lesions + 1):
            radius = min(rng.uniform(*RADII_MM), shape[0] * spacing[0] / 4)
            middle = [n * s / 2 for n, s in zip(shape, spacing, strict=True)]
            middle[2] += (label - (lesions + 1) / 2) * shape[2] * spacing[2] / (lesions + 2)
            parts = [((a * s) - m) ** 2 for a, s, m in zip(axes, spacing, middle, strict=True)]
            inside = sum(parts) <= radius**2
            labels[inside] = label
            values[inside] += round(LESION_HU - TISSUE_HU)
        place = folder / f"p{number}"
        place.mkdir()
        for name, array in (("ct.nrrd", values), ("mask.nrrd", labels)):
            image = sitk.GetImageFromArray(array)
            image.SetSpacing(spacing[::-1])
            sitk.WriteImage(image, str(place / name), useCompression=True, compressionLevel=1)


def write_manifest(folder: Path, count: int) -> Path:
    """The manifest of the first patients."""
    rows = [f"p{n},p{n}/ct.nrrd,p{n}/mask.nrrd,120,{BATCHES[n % len(BATCHES)]}" for n in range(count)]
    path = folder / "manifest.csv"
    path.write_text("\n".join(["patient,ct,lesions,kvp,batch", *rows]) + "\n")
    return path


def measured(folder: Path, manifest: Path, workers: int) -> tuple[float, float]:
    """Seconds on the clock of the command as a user runs it, and the most memory that a worker took, MB."""
    out = folder / "out"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "radioimmuno_cli", "cohort", str(manifest), "--out", str(out)]
    begun = time.perf_counter()
    subprocess.run([*command, "--workers", str(workers), "--quiet"], stdout=subprocess.DEVNULL, check=True)
    wall = time.perf_counter() - begun
    return wall, json.loads((out / "cohort.json").read_text())["run"]["peak_memory_mb"]


if __name__ == "__main__":
    sys.exit(main())
