"""Do two checkouts give the same results, on real CT, on the simulated patient and in the console?

Runs the same commands in both, each with its own `RadioImmunoScore/` on PYTHONPATH, and compares all that
they write and print, byte by byte; what may differ is provenance (`RULES` in result_comparison.py)::

    make same-results BEFORE=../before AFTER=.
    python Testing/Regression/same_results.py --before ../before --after . --jobs 2
    python Testing/Regression/same_results.py --before-results build/same-results/before --after .
    python Testing/Regression/same_results.py ... --only 'DICOM,STS_0*'

The results of `--before` stay in `<out>/before`, for later comparisons by `--before-results`. Exit code 1
when a file differs.
"""

from __future__ import annotations

import argparse
import collections
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from fnmatch import fnmatch
from pathlib import Path

from result_commands import Case, Command, all_cases
from result_comparison import DIFFERS, IDENTICAL, PROVENANCE, Verdict, compare_folders

REPOSITORY = Path(__file__).resolve().parents[2]
DEFAULT_DATA = Path(os.environ.get("RADIOIMMUNO_DATA", REPOSITORY.parent / "shared" / "data"))
TIMEOUT_S = 600


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the results that are wanted, compare them, print the table."""
    options = _parse(arguments)
    cases = [
        case
        for case in all_cases(options.data, every=options.all)
        if any(fnmatch(case.name, pattern) for pattern in options.only.split(","))
    ]
    if not cases:
        raise SystemExit(f"no case is named like {options.only}")
    before = options.before_results or options.out / "before"
    after = options.out / "after"
    if options.before:
        make_results(options.before, before, cases, options)
    if not options.after:
        return 0
    make_results(options.after, after, cases, options)
    verdicts = [
        Verdict(f"{case.name}/{verdict.file}", verdict.status, verdict.detail)
        for case in cases
        for verdict in compare_folders(before / case.name, after / case.name)
    ]
    print_table(verdicts, show_all=options.verbose)
    return int(any(verdict.status == DIFFERS for verdict in verdicts))


def make_results(checkout: Path, out: Path, cases: Sequence[Case], options: argparse.Namespace) -> None:
    """Run the commands of all cases with a checkout's code; each case has a folder, made anew."""
    start = time.monotonic()
    environment = environment_of(checkout.resolve(), options.out.resolve())
    out.mkdir(parents=True, exist_ok=True)
    link = out / "data"
    link.unlink(missing_ok=True)
    link.symlink_to(options.data.resolve(), target_is_directory=True)
    with ThreadPoolExecutor(options.jobs) as pool:
        for name in pool.map(lambda case: run_case(case, checkout.resolve(), out, environment), cases):
            print(f"{checkout}: {name} ({time.monotonic() - start:.0f} s)", file=sys.stderr, flush=True)


def environment_of(checkout: Path, out: Path) -> dict[str, str]:
    """The environment in which a checkout's code is found before any that is installed; one thread a process.

    Raises
    ------
    SystemExit
        When another code than the checkout's would be run.
    """
    package = checkout / "RadioImmunoScore"
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = os.environ | threads | {
        "PYTHONPATH": str(package),
        "PYTHONPYCACHEPREFIX": str(out / "bytecode"),
        "PYTHONDONTWRITEBYTECODE": "",
        "PYTHONUTF8": "1",
        "RADIOIMMUNO_SALT": "salt of the comparison",
    }  # fmt: skip
    code = "import radioimmuno; print(radioimmuno.__file__)"
    command = [sys.executable, "-c", code]
    found = subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout
    if not Path(found.strip()).resolve().is_relative_to(package):
        raise SystemExit(f"the code of {checkout} is not what is run, but {found.strip()}")
    return environment


def run_case(case: Case, checkout: Path, out: Path, environment: dict[str, str]) -> str:
    """Run a case's commands one after another; streams and exit codes are written beside what they write."""
    folder = out / case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for name, text in case.files:
        (folder / name).write_text(text, encoding="utf-8")
    for command in case.commands:
        done = subprocess.run(
            _process(command, checkout), cwd=folder, env=environment, capture_output=True, timeout=TIMEOUT_S
        )
        (folder / f"{command.name}.stdout.txt").write_bytes(done.stdout)
        (folder / f"{command.name}.stderr.txt").write_bytes(done.stderr)
        run = {"exit code": done.returncode, "arguments": [Path(word).name for word in command.arguments]}
        (folder / f"{command.name}.run.json").write_text(json.dumps(run, indent=1), encoding="utf-8")
    return case.name


def _process(command: Command, checkout: Path) -> list[str]:
    if command.is_script:
        return [sys.executable, *command.arguments, str(checkout)]
    return [sys.executable, "-m", "radioimmuno_cli", *command.arguments]


def print_table(verdicts: Sequence[Verdict], *, show_all: bool) -> None:
    """Print a row for each file that is not identical, or for all files, and the numbers of each kind."""
    rows = [verdict for verdict in verdicts if show_all or verdict.status != IDENTICAL]
    width = max((len(row.file) for row in rows), default=4)
    print(f"{'file':{width}}  result")
    for row in rows:
        print(f"{row.file:{width}}  {row.status}{f' ({row.detail})' if row.detail else ''}")
    counts = collections.Counter(verdict.status for verdict in verdicts)
    print(
        f"\n{len(verdicts)} files: " + ", ".join(f"{counts[s]} {s}" for s in (IDENTICAL, PROVENANCE, DIFFERS))
    )


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--before", type=Path, metavar="CHECKOUT", help="makes its results anew")
    add("--before-results", type=Path, metavar="FOLDER", help="results that are there already (or go there)")
    add("--after", type=Path, metavar="CHECKOUT", help="makes its results and compares them")
    add("--out", type=Path, default=Path("build/same-results"), help="folder for results (%(default)s)")
    add("--data", type=Path, default=DEFAULT_DATA, help="folder of the real CT (RADIOIMMUNO_DATA)")
    add("--only", default="*", metavar="NAMES", help="cases, as 'DICOM,STS_*'")
    add("--all", action="store_true", help="all real CT, not the ten")
    add("--jobs", type=int, default=1, help="processes side by side")
    add("--verbose", action="store_true", help="a row for identical files too")
    options = parser.parse_args(arguments)
    if not options.before and not options.after:
        parser.error("--before, --after or both are needed")
    if not options.before and not options.before_results:
        parser.error("--after is compared with --before or --before-results")
    return options


if __name__ == "__main__":
    raise SystemExit(main())
