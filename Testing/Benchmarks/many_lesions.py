"""Time and size of `radioimmuno score` with 30, 100 and 300 lesions in one CT of 512 x 512 x 300 voxels.

The same made-up CT (correlated noise and bright balls, some of them beside each other) for all three, so
that what grows with the number of lesions shows beside what the CT itself costs::

    python Testing/Benchmarks/many_lesions.py
    python Testing/Benchmarks/many_lesions.py --lesions 300 --keep FOLDER

Wall time depends on what else the machine does; compare within a run, and by the processor's seconds.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import SimpleITK as sitk
from scipy.ndimage import gaussian_filter

from radioimmuno.geometry.image import Image, Lattice, to_sitk
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Lesion, Site

SHAPE, SPACING = (300, 512, 512), (1.25, 0.75, 0.75)
LATTICE = Lattice(SHAPE, SPACING, (-192.0, -192.0, -187.5))
TISSUE_HU, LESION_HU, NOISE_HU = 30.0, 70.0, 18.0
SMALLEST_MM, LARGEST_MM = 4.0, 16.0  # radii: 0.3 to 17 cc
NEIGHBOURS = 3  # of so many lesions, one may lie beside the one before
SITES = (Site.LUNG, Site.LIVER, Site.LYMPH_NODE, Site.BONE)


def main() -> int:
    """Make the CT, score it with each number of lesions, print a line for each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--lesions", type=int, nargs="+", default=[30, 100, 300], metavar="N")
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="keep inputs and results there")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = options.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        ct, lesions = make_patient(max(options.lesions))
        sitk.WriteImage(to_sitk(ct), str(folder / "ct.nrrd"), useCompression=True, compressionLevel=1)
        print("lesions   volume cc   wall s   processor s   report MB")
        for count in options.lesions:
            wall, processor, report = measured(folder, lesions[:count])
            volume = sum(lesion.volume_cc for lesion in lesions[:count])
            print(f"{count:7d} {volume:11.0f} {wall:8.1f} {processor:13.1f} {report / 1e6:11.2f}", flush=True)
    return 0


def make_patient(count: int) -> tuple[Image, list[Lesion]]:
    """A CT of noise with this many bright balls; none overlaps another, some lie beside one."""
    rng = np.random.default_rng(300)
    block = gaussian_filter(rng.standard_normal((60, 512, 512)).astype(np.float32), 1.0)
    block *= NOISE_HU / block.std()
    values = np.tile((block + TISSUE_HU).astype(np.int16), (5, 1, 1))
    taken = np.zeros(SHAPE, bool)
    lesions: list[Lesion] = []
    while len(lesions) < count:
        radius = float(np.exp(rng.uniform(np.log(SMALLEST_MM), np.log(LARGEST_MM))))
        beside = len(lesions) % NEIGHBOURS == 1 and bool(rng.integers(2))
        lesion = _ball(rng, radius, len(lesions) + 1, lesions[-1] if beside else None)
        if lesion is None:
            continue
        where = lesion.mask.box.slices
        if (taken[where] & lesion.mask.values).any():
            continue
        taken[where] |= lesion.mask.values
        values[where][lesion.mask.values] += round(LESION_HU - TISSUE_HU)
        lesions.append(lesion)
    return Image(values, LATTICE), lesions


def _ball(rng: np.random.Generator, radius: float, number: int, beside: Lesion | None) -> Lesion | None:
    """A ball somewhere in the CT, or beside a lesion; None where it would leave the CT."""
    half = radius / np.array(SPACING)
    if beside is not None:
        before = beside.mask.box
        centre = (np.array(before.start) + before.stop) / 2
        centre[2] += (before.stop[2] - before.start[2]) / 2 + half[2] + rng.uniform(1, 6)
    else:
        centre = rng.uniform(half + 2, np.array(SHAPE) - half - 3)
    low, high = np.floor(centre - half).astype(int), np.ceil(centre + half).astype(int) + 1
    if (low < 0).any() or (high > SHAPE).any():
        return None
    axes = np.ogrid[tuple(slice(a, b) for a, b in zip(low, high, strict=True))]
    distance = sum(((a - c) * s) ** 2 for a, c, s in zip(axes, centre, SPACING, strict=True))
    offset = (int(low[0]), int(low[1]), int(low[2]))
    mask = Image(np.asarray(distance <= radius**2), LATTICE, offset)
    return Lesion(str(number), f"Lesion {number}", mask, SITES[number % len(SITES)])


def measured(folder: Path, lesions: list[Lesion]) -> tuple[float, float, int]:
    """Seconds on the clock, of the processor, and the report's bytes, of the command as a user runs it."""
    segmentation = folder / f"lesions-{len(lesions)}.seg.nrrd"
    write_segmentation(segmentation, lesions, LATTICE)
    out = folder / f"result-{len(lesions)}"
    shutil.rmtree(out, ignore_errors=True)
    command = [sys.executable, "-m", "radioimmuno_cli", "score", str(folder / "ct.nrrd"), str(segmentation)]
    before, begun = os.times(), time.perf_counter()
    subprocess.run(
        [*command, "--kvp", "120", "--out", str(out), "--quiet"], stdout=subprocess.DEVNULL, check=True
    )
    wall, after = time.perf_counter() - begun, os.times()
    processor = sum(
        getattr(after, kind) - getattr(before, kind) for kind in ("children_user", "children_system")
    )
    return wall, processor, (out / "report.html").stat().st_size


if __name__ == "__main__":
    sys.exit(main())
