"""Time of the maps inside one lesion beside PyRadiomics' voxel-based extraction, and of a score's stability.

The lesion nearest to 10 cc of a simulated patient. Both make the four maps of the same intensities on one
1 mm grid, one after the other::

    python Testing/Benchmarks/lesion_maps.py            both (some minutes)
    python Testing/Benchmarks/lesion_maps.py --short    this software alone: does it run?

Times are of the processor. They depend on the machine: the ratio within one run is the result.
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from radioimmuno.acquisition import Acquisition
from radioimmuno.extraction.preprocessing import sample_intensities, sample_mask
from radioimmuno.extraction.voxel_maps import interior_maps
from radioimmuno.geometry.grid import grid_of
from radioimmuno.geometry.image import Box, Image, to_sitk
from radioimmuno.lesion import Lesion
from radioimmuno.scoring.score_stability import stability
from radioimmuno.settings import ExtractionSettings, Settings
from radioimmuno.signature.signature import default_signature
from radioimmuno.simulation.patient import simulate_patient

HERE = Path(__file__).resolve().parent
PEERS_PYTHON = HERE.parents[1] / ".venv-oracles" / "bin" / "python"
WANTED_CC = 10.0
MARGIN_VOXELS = 3
RUNS = 7
NATIVE = Settings(ExtractionSettings(spacing_mm=None, round_intensities=False))


def main() -> int:
    """Make the lesion, time both, print the ratio and the largest difference."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="without the other software")
    options = parser.parse_args()
    patient = simulate_patient(1)
    drawn = min(patient.lesions, key=lambda lesion: abs(lesion.volume_cc - WANTED_CC))
    image, lesion = _on_grid(patient.image, drawn)
    made = interior_maps(image, lesion, NATIVE)
    seconds = _median(lambda: interior_maps(image, lesion, NATIVE))
    print(f"One lesion of {lesion.volume_cc:.1f} cc, {lesion.voxels:,} voxels, four maps")
    print(f"this software              {seconds:9.3f} s")
    if not options.short and PEERS_PYTHON.exists():
        with tempfile.TemporaryDirectory() as folder:
            peer, difference = _peer(image, lesion, made, Path(folder))
        print(f"PyRadiomics, voxel-based   {peer:9.3f} s   {peer / seconds:,.0f} times as long")
        print(f"largest difference relative to a map's largest value: {difference:.1e}")
    known = Acquisition(kvp=120.0)
    signature = default_signature()
    redrawn = _median(
        lambda: stability(patient.image, patient.lesions, signature, known, only={drawn.id}), runs=3
    )
    print(f"30 redrawn contours scored {redrawn:9.3f} s")
    return 0


def _on_grid(image: Image, lesion: Lesion) -> tuple[Image, Lesion]:
    """The lesion and what is around it, sampled on the 1 mm grid: its own CT from here on."""
    settings = Settings().extraction
    source, lesion = image.canonical(), lesion.canonical()
    grid = grid_of(source.lattice, settings.spacing_mm)
    box = grid.cover(lesion.box or Box.whole((0, 0, 0)), float(MARGIN_VOXELS))
    values = sample_intensities(source, grid, box, settings).astype(np.int16)
    window = grid.lattice.window(box)
    mask = Image(sample_mask(lesion, grid, box), window)
    return Image(values, window), Lesion(lesion.id, lesion.name, mask)


def _peer(image: Image, lesion: Lesion, made: dict[str, Image], folder: Path) -> tuple[float, float]:
    """Seconds that the other software takes, and how far its values are from ours."""
    sitk.WriteImage(to_sitk(image), str(folder / "ct.nrrd"))
    sitk.WriteImage(to_sitk(lesion.mask), str(folder / "mask.nrrd"))
    subprocess.run([str(PEERS_PYTHON), str(HERE / "peer_maps.py"), str(folder)], check=True)
    result = json.loads((folder / "result.json").read_text())
    differences = []
    for name, values in result["values"].items():
        ours = made[name].values[np.isfinite(made["mean"].values)]
        differences.append(np.abs(ours - np.array(values)).max() / np.abs(ours).max())
    return result["seconds"], float(max(differences))


def _median(work: Callable[[], object], runs: int = RUNS) -> float:
    """Seconds of the processor: other work on the machine does not count."""
    times = []
    for _ in range(runs):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return statistics.median(times)


if __name__ == "__main__":
    raise SystemExit(main())
