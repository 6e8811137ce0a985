"""Time and memory of measuring lesions, side by side with other radiomics software.

One simulated CT of 512 x 512 x 400 voxels with ten lesions of 1-100 cc; of each lesion and its ring the
standard set of features. Every route runs in a process of its own, one after the other, on the same files::

    make benchmark                              all routes (some minutes)
    python Testing/Benchmarks/benchmark.py --short   this software alone on a small CT: does it run?

Absolute times depend on the machine and on what else it does: the ratios within one run are the result.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import SimpleITK as sitk

from radioimmuno.extraction.extract import measure
from radioimmuno.geometry.image import Box, Image, to_sitk
from radioimmuno.settings import Settings
from radioimmuno.simulation.patient import SimulatedPatient, simulate_benchmark_ct, simulate_patient

HERE = Path(__file__).resolve().parent
PEERS_PYTHON = HERE.parents[1] / ".venv-oracles" / "bin" / "python"
PEER_ROUTES = {
    "pyradiomics-crop": "PyRadiomics on the crop",
    "mirp-crop": "MIRP on the crop",
    "mirp-crop-without-morphology": "MIRP on the crop, no morphology",
    "pyradiomics-full": "PyRadiomics on the full volume",
}


def main() -> int:
    """Make the CT, run the routes, print the table."""
    options = _parse()
    with tempfile.TemporaryDirectory() as folder:
        files = _write_patient(_patient(options.short), Path(folder))
        own = _own(files, Path(folder))
        rows = [
            ("this software, ten lesions and rings", own["seconds"], own["extra_mb"]),
            ("this software, scoring", own["seconds_scoring"], own["extra_mb"]),
        ]
        if not options.short:
            rows += _peers(files, Path(folder), own["largest"], len(own["volumes_cc"]))
            again = _own(files, Path(folder))
            rows.append(("this software again, after the others", again["seconds"], again["extra_mb"]))
        _print(rows, own)
        if options.json:
            options.json.write_text(json.dumps({"own": own, "rows": rows}, indent=1))
    return 0


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="a small CT, without the other software")
    parser.add_argument("--json", type=Path, help="write the figures to this file too")
    return parser.parse_args()


def _patient(short: bool) -> SimulatedPatient:
    print("Simulating the CT ...", flush=True)
    return simulate_patient(1) if short else simulate_benchmark_ct(1)


def _write_patient(patient: SimulatedPatient, folder: Path) -> dict[str, Path]:
    """CT, lesions and rings as files, lesions labelled 1, 2, ..."""
    files = {name: folder / f"{name}.nrrd" for name in ("ct", "lesions", "rings")}
    sitk.WriteImage(to_sitk(patient.image), str(files["ct"]))
    labels = np.zeros(patient.image.values.shape, np.uint8)
    for label, lesion in enumerate(patient.lesions, start=1):
        labels[lesion.mask.box.slices][lesion.mask.values] = label
    sitk.WriteImage(to_sitk(Image(labels, patient.image.lattice)), str(files["lesions"]), True)

    measured = measure(patient.image, patient.lesions, Settings(), {"ring": ()})
    lattice = next(row.ring.lattice for row in measured if row.ring is not None)
    rings = np.zeros(lattice.shape, np.uint8)
    for label, row in enumerate(measured, start=1):
        if row.ring is not None:
            rings[row.ring.box.intersect(Box.whole(lattice.shape)).slices][row.ring.values] = label
    sitk.WriteImage(to_sitk(Image(rings, lattice)), str(files["rings"]), True)
    return files


def _own(files: dict[str, Path], folder: Path) -> dict[str, Any]:
    return _run([sys.executable, str(HERE / "own.py")], files, folder / "own.json")


def _run(command: list[str], files: dict[str, Path], out: Path) -> dict[str, Any]:
    named = [part for name, path in files.items() for part in (f"--{name}", str(path))]
    subprocess.run([*command, *named, "--json", str(out)], check=True)
    return json.loads(out.read_text())


def _peers(
    files: dict[str, Path], folder: Path, largest: int, lesions: int
) -> list[tuple[str, float, float]]:
    if not PEERS_PYTHON.exists():
        print("The other software is not installed; `make benchmark` does that.")
        return []
    rows = []
    for route, title in PEER_ROUTES.items():
        print(f"{title} ...", flush=True)
        command = [str(PEERS_PYTHON), str(HERE / "peers.py"), route]
        times = 1
        if route == "pyradiomics-full":
            # What takes long is the volume, not the lesion: one is timed and counted for each.
            command += ["--only", str(largest)]
            times, title = lesions, f"{title} (one lesion x {lesions})"
        result = _run(command, files, folder / f"{route}.json")
        extra = result["peak_rss_mb"] - result["rss_after_reading_mb"]
        rows.append((title, result["seconds"] * times, extra))
    return rows


def _print(rows: list[tuple[str, float, float]], own: dict[str, Any]) -> None:
    base = own["seconds"]
    sizes = ", ".join(f"{volume:.3g}" for volume in own["volumes_cc"])
    print(f"\nLesions of {sizes} cc; CT {own['ct_mb']:.0f} MB\n")
    print(f"{'route':52} {'seconds':>9} {'ratio':>8} {'extra memory':>14}")
    for title, seconds, extra in rows:
        print(f"{title:52} {seconds:9.3f} {seconds / base:8.1f} {extra:11.0f} MB")
    share = 100 * own["extra_mb"] / own["ct_mb"]
    alone, ring = own["seconds_largest"], own["ring_ms"]
    print(f"\nThe largest lesion with its ring alone: {alone:.3f} s; its ring {ring:.0f} ms.")
    print(f"Extra memory of this software: {share:.1f} % of the CT's.")


if __name__ == "__main__":
    raise SystemExit(main())
