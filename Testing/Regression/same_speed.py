"""Is a checkout as fast as another? Scoring, editing and start-up, measured in turn in one run.

Every measurement is a process of its own. The two checkouts take turns, and who begins changes from pair to
pair, so that a machine that slows down slows both; the ratio is taken pair by pair::

    make same-speed BEFORE=../before
    python Testing/Regression/same_speed.py --before ../before --after . --pairs 15 --only 'import*,help'

Counted are CPU seconds (user and system, all threads), which other work on the machine disturbs less than the
time that passes; of editing the milliseconds that the benchmark of that name prints, which wants a quiet
machine; and each time the most memory that the process held (Linux). `low` and `high` hold the true median of
the ratio with at least 90 % confidence (order statistics of the pairs; with fewer than five there are none).
"""

from __future__ import annotations

import argparse
import math
import os
import re
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from same_results import DEFAULT_DATA, environment_of

CONFIDENCE = 0.9
TIMEOUT_S = 900

# The module's file, as Slicer loads it: the shortest of many imports. Then its panel.
BENCH = """
import importlib.util, os, sys, time
from pathlib import Path
package = Path(sys.argv[1]) / "RadioImmunoScore"
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(package.parent / "Testing" / "Bench"))
from slicerbench.session import Bench
"""
MODULE = f"""{BENCH}
def load():
    for name in [name for name in sys.modules if name.startswith(("radioimmuno", "RadioImmunoScore"))]:
        del sys.modules[name]
    start = time.process_time()
    spec = importlib.util.spec_from_file_location("RadioImmunoScore", package / "RadioImmunoScore.py")
    sys.modules[spec.name] = module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return time.process_time() - start

with Bench():
    print("took", min(load() for _ in range(30)), flush=True)
    os._exit(0)
"""
PANEL = f"""{BENCH}
with Bench(package / "RadioImmunoScore.py") as bench:
    start = time.process_time()
    bench.open()
    print("took", time.process_time() - start)
"""


@dataclass(frozen=True)
class Measurement:
    """What is run, and what is read: a number that it prints (`pattern`), or its CPU seconds."""

    name: str
    arguments: tuple[str, ...]
    pattern: str = ""
    unit: str = "s"
    pairs: int | None = None


def measurements(checkout: Path, data: Path, demonstration: Path) -> list[Measurement]:
    """What is measured of one checkout."""
    command = ("-m", "radioimmuno_cli")
    took = r"took ([0-9.e-]+)"
    return [
        Measurement("import radioimmuno", ("-c", "import radioimmuno")),
        Measurement("import RadioImmunoScore", ("-c", MODULE, str(checkout)), took),
        Measurement("panel opened", ("-c", PANEL, str(checkout)), took),
        Measurement("help", (*command, "--help")),
        Measurement(
            "score demonstration",
            (
                *(*command, "score", str(demonstration / "ct.nrrd"), str(demonstration / "lesions.seg.nrrd")),
                *("--kvp", "120", "--out", "scored", "--force"),
            ),
        ),
        Measurement(
            "score LUNG1-001",
            (
                *(*command, "score", str(data / "lung1_001/ct.nrrd"), str(data / "lung1_001/label.nrrd")),
                *("--kvp", "120", "--out", "scored_lung", "--force"),
            ),
        ),
        Measurement(
            "editing",
            (str(checkout / "Testing" / "Benchmarks" / "editing.py"),),
            r"median ([0-9.]+) ms",
            "ms",
            pairs=3,
        ),
    ]


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure in pairs and print a row for each thing that is measured."""
    options = _parse(arguments)
    options.out.mkdir(parents=True, exist_ok=True)
    checkouts = [path.resolve() for path in (options.before, options.after)]
    environments = [environment_of(path, options.out.resolve()) for path in checkouts]
    demonstration = options.out.resolve() / "demonstration"
    if not (demonstration / "lesions.seg.nrrd").exists():
        make = ["-m", "radioimmuno_cli", "demo", "--out", str(demonstration)]
        _run(make, environments[0], options.out)
    both = [measurements(path, options.data.resolve(), demonstration) for path in checkouts]
    print(f"{'':24} {'before':>9} {'after':>9}    {'ratio':>7} {'low':>6} {'high':>6}  pairs")
    worse = []
    for pair in zip(*both, strict=True):
        if not any(fnmatch(pair[0].name, pattern) for pattern in options.only.split(",")):
            continue
        found = measure(pair, environments, options.out, pair[0].pairs or options.pairs)
        for name, unit, place in ((pair[0].name, pair[0].unit, 0), ("  memory", "MB", 1)):
            ratio = print_row(name, unit, [[one[place] for one in some] for some in found])
            worse += [f"{pair[0].name}, {unit}"] if ratio > options.limit else []
    print(f"more by over {options.limit - 1:.0%}: {'; '.join(worse) or 'none'}")
    return int(bool(worse))


def measure(
    pair: Sequence[Measurement], environments: Sequence[dict[str, str]], out: Path, count: int
) -> list[list[tuple[float, float]]]:
    """The values and the peak memory (MB) of both checkouts, `count` of each; a run before does not count."""
    values: list[list[tuple[float, float]]] = [[], []]
    for number in range(count + 1):
        for which in (0, 1) if number % 2 else (1, 0):
            value = _value(pair[which], environments[which], out)
            if number:
                values[which].append(value)
    return values


def print_row(name: str, unit: str, values: Sequence[Sequence[float]]) -> float:
    """Print medians and the ratio of the pairs; returns the ratio."""
    ratios = sorted(after / before for before, after in zip(*values, strict=True))
    medians = [statistics.median(some) for some in values]
    ratio = statistics.median(ratios)
    ends = confidence_limits(ratios)
    shown = " ".join(f"{end:6.3f}" for end in ends) if ends else f"{'-':>6} {'-':>6}"
    print(
        f"{name:24} {medians[0]:9.4g} {medians[1]:9.4g} {unit:2} {ratio:7.3f} {shown}  {len(ratios)}",
        flush=True,
    )
    return ratio


def confidence_limits(ordered: Sequence[float]) -> tuple[float, float] | None:
    """The closest order statistics that hold the median with the confidence wanted, by the sign test."""
    n = len(ordered)
    limits = None
    for k in range(1, n // 2 + 1):
        outside = 2 * sum(math.comb(n, i) for i in range(k)) / 2**n
        if 1 - outside >= CONFIDENCE:
            limits = ordered[k - 1], ordered[n - k]
    return limits


def _value(measurement: Measurement, environment: dict[str, str], out: Path) -> tuple[float, float]:
    printed, seconds, peak = _run(measurement.arguments, environment, out)
    if not measurement.pattern:
        return seconds, peak
    found = re.search(measurement.pattern, printed)
    if not found:
        raise SystemExit(f"{measurement.name}: no {measurement.pattern} in {printed!r}")
    return float(found[1]), peak


def _run(arguments: Sequence[str], environment: dict[str, str], out: Path) -> tuple[str, float, float]:
    """What a Python process prints, its CPU seconds and the peak memory in MB of its largest process."""
    with tempfile.TemporaryFile("w+") as printed, tempfile.TemporaryFile("w+") as errors:
        command = [sys.executable, *arguments]
        process = subprocess.Popen(command, cwd=out, env=environment, stdout=printed, stderr=errors)
        clock = threading.Timer(TIMEOUT_S, process.kill)
        clock.start()
        _, status, used = os.wait4(process.pid, 0)
        clock.cancel()
        process.returncode = os.waitstatus_to_exitcode(status)
        for stream in (printed, errors):
            stream.seek(0)
        if process.returncode not in (0, 8):
            raise SystemExit(f"{' '.join(arguments[:4])} failed: {errors.read()}")
        return printed.read(), used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--before", type=Path, required=True, metavar="CHECKOUT")
    add("--after", type=Path, required=True, metavar="CHECKOUT")
    add("--pairs", type=int, default=11, help="measurements of each (%(default)s; editing 3)")
    add("--only", default="*", metavar="NAMES", help="what to measure, as 'import*,help'")
    add("--limit", type=float, default=1.03, help="exit code 1 for a higher ratio (%(default)s)")
    add("--out", type=Path, default=Path("build/same-speed"), help="folder to work in (%(default)s)")
    add("--data", type=Path, default=DEFAULT_DATA, help="folder of the real CT (RADIOIMMUNO_DATA)")
    return parser.parse_args(arguments)


if __name__ == "__main__":
    raise SystemExit(main())
