"""Time and memory of measuring lesions after filters, side by side with PyRadiomics on crops.

The lesions of `benchmark.py` with their rings; of each the standard set of features on the image, and what
of it a response has after Laplacians of Gaussian at three scales and the eight bands of a coiflet::

    python Testing/Benchmarks/filtered.py            ours, PyRadiomics, ours again
    python Testing/Benchmarks/filtered.py --short    this software alone on a small CT: does it run?

Absolute times depend on the machine and on what else it does: the ratios within one run are the result.
PyRadiomics measures the default features of its classes, as in `benchmark.py`.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import benchmark
import own
import SimpleITK as sitk

from radioimmuno.extraction.extract import extract
from radioimmuno.features import catalog
from radioimmuno.filters.response_settings import responses_of
from radioimmuno.geometry.image import from_sitk
from radioimmuno.lesion import from_labels
from radioimmuno.modality import with_filters
from radioimmuno.settings import Settings

FILTERS = ("log_sigma_2mm", "log_sigma_3mm", "log_sigma_5mm", "wavelet_coif1")
RUNS = 3


def main() -> int:
    """Make the CT, run the routes, print the table; or, with files, time this software on them."""
    options = _parse()
    if options.ct:
        options.json.write_text(json.dumps(_figures(options)))
        return 0
    with tempfile.TemporaryDirectory() as folder:
        files = benchmark._write_patient(benchmark._patient(options.short), Path(folder))
        ours = _own(files, Path(folder))
        rows = [("this software", ours["seconds"], ours["extra_mb"])]
        if not options.short:
            rows += _peer(files, Path(folder))
            again = _own(files, Path(folder))
            rows.append(("this software again, after the other", again["seconds"], again["extra_mb"]))
        _print(rows, ours)
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="a small CT, without the other software")
    for name in ("ct", "lesions", "rings", "json"):
        parser.add_argument(f"--{name}", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _own(files: dict[str, Path], folder: Path) -> dict[str, Any]:
    return benchmark._run([sys.executable, str(Path(__file__).resolve())], files, folder / "own.json")


def _peer(files: dict[str, Path], folder: Path) -> list[tuple[str, float, float]]:
    if not benchmark.PEERS_PYTHON.exists():
        print("The other software is not installed; `make benchmark` does that.")
        return []
    print("PyRadiomics on the crop ...", flush=True)
    command = [str(benchmark.PEERS_PYTHON), str(benchmark.HERE / "peers.py"), "pyradiomics-filtered"]
    result = benchmark._run(command, files, folder / "peer.json")
    extra = result["peak_rss_mb"] - result["rss_after_reading_mb"]
    return [("PyRadiomics on the crop", result["seconds"], extra)]


def _figures(options: argparse.Namespace) -> dict[str, Any]:
    image = from_sitk(sitk.ReadImage(str(options.ct)))
    lesions = from_labels(from_sitk(sitk.ReadImage(str(options.lesions))))
    settings = with_filters(Settings(), {"ct": responses_of(FILTERS)})
    plain = catalog.identifiers(catalog.STANDARD)
    wanted = (*plain, *catalog.response_identifiers(catalog.STANDARD, tuple(settings.filters)))
    smallest = min(lesions, key=lambda lesion: lesion.voxels)
    extract(image, [smallest], settings, wanted)
    before, times, processor = own._memory_mb(), [], []
    for _ in range(RUNS):
        start, used = time.perf_counter(), time.process_time()
        measured = extract(image, lesions, settings, wanted)
        times.append(time.perf_counter() - start)
        processor.append(time.process_time() - used)
    return {
        "seconds": min(times),
        "processor": min(processor),
        "plain": own._median(lambda: extract(image, lesions, Settings(), plain)),
        "extra_mb": max(0.0, own._peak_mb() - before),
        "ct_mb": image.values.nbytes / 2**20,
        "values": sum(len(one.values) for one in measured),
        "images": 1 + len(settings.filters),
    }


def _print(rows: list[tuple[str, float, float]], ours: dict[str, Any]) -> None:
    print(f"\n{ours['values']} values of {ours['images']} images; CT {ours['ct_mb']:.0f} MB\n")
    print(f"{'route':40} {'seconds':>9} {'ratio':>8} {'extra memory':>14}")
    for title, seconds, extra in rows:
        print(f"{title:40} {seconds:9.3f} {seconds / ours['seconds']:8.1f} {extra:11.0f} MB")
    share = 100 * ours["extra_mb"] / ours["ct_mb"]
    print(
        f"\nProcessor time of this software {ours['processor']:.3f} s; without filters {ours['plain']:.3f} s."
    )
    print(f"Extra memory of this software: {share:.1f} % of the CT's.")


if __name__ == "__main__":
    raise SystemExit(main())
