"""Time this software on the benchmark's files, in a process of its own so that its peak memory is its own."""

from __future__ import annotations

import argparse
import json
import resource
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import SimpleITK as sitk

from radioimmuno.acquisition import Acquisition
from radioimmuno.extraction.extract import extract
from radioimmuno.extraction.ring import make_ring
from radioimmuno.features import catalog
from radioimmuno.geometry.grid import grid_of
from radioimmuno.geometry.image import from_sitk
from radioimmuno.lesion import from_labels
from radioimmuno.scoring.score import score
from radioimmuno.settings import Settings
from radioimmuno.signature.signature import default_signature

RUNS = 7


def main() -> int:
    """Read, warm up on the smallest lesion, time, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("ct", "lesions", "rings", "json"):
        parser.add_argument(f"--{name}", type=Path, required=True)
    options = parser.parse_args()

    image = from_sitk(sitk.ReadImage(str(options.ct)))
    lesions = from_labels(from_sitk(sitk.ReadImage(str(options.lesions))))
    wanted = catalog.identifiers(catalog.STANDARD)
    settings, signature = Settings(), default_signature()
    largest = max(range(len(lesions)), key=lambda n: lesions[n].voxels)
    smallest = min(range(len(lesions)), key=lambda n: lesions[n].voxels)
    known = Acquisition(kvp=120.0)
    extract(image, [lesions[smallest]], settings, wanted)
    score(image, [lesions[smallest]], signature, known)

    before = _memory_mb()
    seconds = _median(lambda: extract(image, lesions, settings, wanted))
    extra = max(0.0, _peak_mb() - before)
    alone, grid = (
        lesions[largest].canonical(),
        grid_of(image.canonical().lattice, settings.extraction.spacing_mm),
    )
    figures = {
        "seconds": seconds,
        "seconds_scoring": _median(lambda: score(image, lesions, signature, known)),
        "seconds_largest": _median(lambda: extract(image, [lesions[largest]], settings, wanted)),
        "ring_ms": 1000 * _median(lambda: make_ring(alone, grid, settings.ring)),
        "extra_mb": extra,
        "ct_mb": image.values.nbytes / 2**20,
        "volumes_cc": sorted((lesion.volume_cc for lesion in lesions), reverse=True),
        "largest": int(lesions[largest].id),
    }
    options.json.write_text(json.dumps(figures))
    return 0


def _median(work: Callable[[], object]) -> float:
    times = []
    for _ in range(RUNS):
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def _memory_mb() -> float:
    """Memory in use now; the peak so far where the system does not tell."""
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
    except OSError:
        return _peak_mb()
    Path("/proc/self/clear_refs").write_text("5")  # start the peak anew
    return pages * resource.getpagesize() / 2**20


def _peak_mb() -> float:
    try:
        status = Path("/proc/self/status").read_text()
    except OSError:
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return int(next(line for line in status.splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


if __name__ == "__main__":
    raise SystemExit(main())
