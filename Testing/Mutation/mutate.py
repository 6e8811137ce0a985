"""How many small faults the tests notice: `make mutation`, or `mutate.py --help`.

Each mutant (see `mutants.py`) is put into a copy of the sources, and the tests of its module run on it in a
process of their own until the first one fails, fastest file first. Which mutants are tried is drawn at
random, the same ones for the same seed. Those that no test can notice, because they compute the same, stand
in `equivalent.txt` with the reason and do not count.
"""

from __future__ import annotations

import argparse
import importlib
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mutants import Mutant, mutants

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
SOURCE, TESTS = REPOSITORY / "RadioImmunoScore", REPOSITORY / "Testing" / "Python"
EQUIVALENT = HERE / "equivalent.txt"
PACKAGE = "radioimmuno"

TEXTURES = ("test_textures", "test_ibsi")
SHAPES = ("test_shape_by_hand", "test_morphology", "test_ibsi")


@dataclass(frozen=True)
class Room:
    """Modules that are judged together.

    Parameters
    ----------
    modules : str
        Pattern of their files, below the package.
    tests : tuple of str
        Files of tests that judge each of them, wherever they lie, without ending.
    own : mapping of str to tuple of str
        Module -> the files that judge it instead.
    """

    modules: str
    tests: tuple[str, ...]
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


ROOMS: Mapping[str, Room] = {
    "features": Room(
        "features/*.py",
        ("test_registry", "test_shape_by_hand", *TEXTURES),
        {
            "emphasis": ("test_emphasis", *TEXTURES),
            "enclosing": SHAPES,
            "glcm": ("test_glcm", *TEXTURES),
            "gldzm": TEXTURES,
            "glrlm": TEXTURES,
            "glszm": TEXTURES,
            "histogram": ("test_histogram", "test_ibsi"),
            "ivh": ("test_ivh", "test_ibsi"),
            "local_intensity": ("test_local_intensity", "test_ibsi"),
            "mesh": SHAPES,
            "moments": ("test_moments", "test_ibsi"),
            "morphology": SHAPES,
            "neighbours": ("test_glcm", "test_ngtdm", *TEXTURES),
            "ngldm": TEXTURES,
            "ngtdm": ("test_ngtdm", *TEXTURES),
            "statistics": ("test_moments", "test_ibsi"),
        },
    ),
    "scoring": Room(
        "scoring/*.py",
        ("test_patient_metrics", "test_score", "test_patient_json"),
        {
            "domain": ("test_domain", "test_tube_voltage"),
            "extrapolation": ("test_extrapolation",),
            "patient_metrics": ("test_patient_metrics", "test_score"),
            "records": ("test_records",),
            "score": ("test_score", "test_tube_voltage", "test_extrapolation", "test_study"),
            "score_stability": ("test_score_stability",),
        },
    ),
    "validation": Room(
        "validation/*.py",
        ("test_signature_validation",),
        {
            "calibration": ("test_calibration",),
            "cutoffs": ("test_cutoffs",),
            "delong": ("test_delong",),
            "discrimination": ("test_discrimination",),
            "reliability": ("test_reliability",),
            "survival": ("test_survival",),
            "visible_edge": ("test_visible_edge",),
        },
    ),
    "response": Room(
        "followup/response/*.py",
        ("test_recist", "test_irecist", "test_course_response"),
        {
            "abscopal": ("test_abscopal",),
            "best_response": ("test_best_response",),
            "dissociated": ("test_dissociated",),
            "fields": ("test_fields", "test_recist", "test_abscopal"),
            "hyperprogression": ("test_hyperprogression",),
            "irecist": ("test_irecist",),
            "measured": ("test_measured", "test_recist"),
            "pseudoprogression": ("test_pseudoprogression",),
            "recist": ("test_recist",),
            "selection": ("test_target_selection",),
            "table": ("test_table",),
        },
    ),
    "dicom stacks": Room(
        "io/dicom/stack.py", ("test_stack", "test_planes", "test_series_gaps", "test_series_geometry")
    ),
}

SHARE, SEED, GOAL = 0.05, 1, 0.9
# Of a small room so many are tried, whatever the share.
LEAST = 10
# A mutant may run this much longer than the unchanged module before it is stopped, and so is noticed.
SLOWER, MARGIN_S = 4.0, 20.0


@dataclass(frozen=True)
class Result:
    """What became of a mutant: `caught`, `stopped` (it took too long) or `survived`."""

    room: str
    mutant: Mutant
    outcome: str

    @property
    def is_caught(self) -> bool:
        return self.outcome != "survived"


def main(arguments: Sequence[str] | None = None) -> int:
    options = _parser().parse_args(arguments)
    everything = {room: mutants_of(room) for room in ROOMS if not options.room or room in options.room}
    equivalent = read_equivalent(EQUIVALENT)
    unknown = set(equivalent) - {one.key for room in ROOMS for one in mutants_of(room)}
    if unknown:
        print("equivalent.txt names what is no mutant any more:", *sorted(unknown), sep="\n  ")
        return 2
    chosen = _chosen(everything, equivalent, options)
    if options.list:
        for room, found in chosen.items():
            print(*(f"{room}: {_where(one)}: {one.key}" for one in found), sep="\n")
        return 0
    results = list(_tried(chosen))
    print(_table(everything, equivalent, results))
    return 0 if all(_share(results, room) >= GOAL for room in chosen) else 1


def read_equivalent(path: Path) -> dict[str, str]:
    """Key of a mutant that computes the same -> why: two lines each, the second one indented."""
    found, key = {}, ""
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.startswith(" ") and key:
            found[key] = line.strip()
            key = ""
        elif line.strip() and not line.startswith("#"):
            if key:
                raise ValueError(f"{path.name}: no reason is given for {key}")
            key = line.strip()
    return found


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument(
        "--share", type=float, default=SHARE, help=f"of each room's mutants (default {SHARE})"
    )
    parser.add_argument("--seed", type=int, default=SEED, help=f"which are drawn (default {SEED})")
    parser.add_argument("--room", action="append", choices=ROOMS, help="only this one; may be repeated")
    parser.add_argument("--module", help="only of modules whose path ends like this: glcm, dicom/planes")
    parser.add_argument("--only", help="only mutants whose key contains this text")
    parser.add_argument("--list", action="store_true", help="name the mutants, try none")
    return parser


def mutants_of(room: str) -> list[Mutant]:
    """All mutants of a room, in the order of its modules."""
    return [one for module in modules_of(room) for one in mutants(module)]


def modules_of(room: str) -> list[Path]:
    """The files of a room's modules."""
    return sorted((SOURCE / PACKAGE).glob(ROOMS[room].modules))


def _chosen(
    everything: Mapping[str, Sequence[Mutant]], equivalent: Mapping[str, str], options: argparse.Namespace
) -> dict[str, list[Mutant]]:
    """A share of each room's mutants, in the order of the modules."""
    chosen = {}
    for room, found in everything.items():
        count = min(len(found), max(LEAST, round(options.share * len(found))))
        drawn = set(random.Random(f"{options.seed} {room}").sample(range(len(found)), count))
        chosen[room] = [
            one
            for number, one in enumerate(found)
            if number in drawn
            and one.key not in equivalent
            and (not options.module or str(one.path.with_suffix("")).endswith(options.module))
            and (not options.only or options.only in one.key)
        ]
    return {room: found for room, found in chosen.items() if found}


def _tried(chosen: Mapping[str, Sequence[Mutant]]) -> Iterator[Result]:
    """The outcome of each mutant; one that survives is told of at once."""
    _load_what_tests_need()
    with _copy_of_sources() as copy:
        known: dict[tuple[str, ...], tuple[list[Path], float]] = {}
        for room, found in chosen.items():
            for one in found:
                names = _tests_of(room, one.path)
                if names not in known:
                    known[names] = _fastest_first(names, copy)
                files, seconds = known[names]
                outcome = _outcome(one, copy, files, SLOWER * seconds + MARGIN_S)
                if outcome == "survived":
                    print(f"survived: {_where(one)}: {one.key}", flush=True)
                yield Result(room, one, outcome)


def _tests_of(room: str, module: Path) -> tuple[str, ...]:
    return ROOMS[room].own.get(module.stem, ROOMS[room].tests)


def _fastest_first(names: Sequence[str], copy: Path) -> tuple[list[Path], float]:
    """The files of tests by the time they take on the unchanged sources, and the time of all, s.

    Raises
    ------
    SystemExit
        When one is not there, or fails.
    """
    times = {}
    for name in names:
        (file,) = TESTS.rglob(f"{name}.py")
        begin = time.monotonic()
        if _run([file], copy, 3600.0) != 0:
            raise SystemExit(f"{file.relative_to(REPOSITORY)} fails on the unchanged sources")
        times[file] = time.monotonic() - begin
    return sorted(times, key=lambda file: times[file]), sum(times.values())


def _outcome(mutant: Mutant, copy: Path, files: Sequence[Path], limit_s: float) -> str:
    target = copy / mutant.path.relative_to(SOURCE)
    target.write_bytes(mutant.applied())
    try:
        code = _run(files, copy, limit_s)
    finally:
        target.write_bytes(mutant.path.read_bytes())
    return {0: "survived", None: "stopped"}.get(code, "caught")


def _load_what_tests_need() -> None:
    """Other people's libraries, once: the tests' processes are copies of this one."""
    for name in ("pytest", "scipy.ndimage", "scipy.spatial", "scipy.special", "scipy.stats", "SimpleITK"):
        importlib.import_module(name)


@contextmanager
def _copy_of_sources() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="mutation-") as folder:
        copy = Path(folder) / SOURCE.name
        shutil.copytree(SOURCE, copy, ignore=shutil.ignore_patterns("__pycache__"))
        yield copy


def _run(files: Sequence[Path], copy: Path, limit_s: float) -> int | None:
    """Exit code of these tests on the copy of the sources, in a process of their own; None when stopped."""
    child = os.fork()
    if child == 0:
        _run_here(files, copy)
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    os.killpg(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return None


def _run_here(files: Sequence[Path], copy: Path) -> None:
    """Become the process that runs the tests; never returns."""
    code = 70
    try:
        import pytest

        os.setpgid(0, 0)
        silent = os.open(os.devnull, os.O_WRONLY)
        for stream in (1, 2):
            os.dup2(silent, stream)
        os.chdir(REPOSITORY)
        sys.dont_write_bytecode = True
        os.environ |= {"PYTHONPATH": str(copy), "PYTHONDONTWRITEBYTECODE": "1"}
        sys.path.insert(0, str(copy))
        code = int(pytest.main(["-q", "-x", "-p", "no:cacheprovider", *map(str, files)]))
    finally:
        os._exit(code)


def _share(results: Sequence[Result], room: str) -> float:
    mine = [result.is_caught for result in results if result.room == room]
    return sum(mine) / len(mine)


def _where(mutant: Mutant) -> str:
    return f"{mutant.path.relative_to(REPOSITORY)}:{mutant.line}"


def _table(
    everything: Mapping[str, Sequence[Mutant]], equivalent: Mapping[str, str], results: Sequence[Result]
) -> str:
    lines = [f"{'room':<16}{'mutants':>9}{'the same':>10}{'tried':>7}{'caught':>8}{'stopped':>9}{'share':>8}"]
    for room, found in everything.items():
        mine = [result.outcome for result in results if result.room == room]
        if not mine:
            continue
        same = sum(one.key in equivalent for one in found)
        counts = [mine.count(outcome) for outcome in ("caught", "stopped")]
        share = f"{100 * _share(results, room):.0f} %"
        lines.append(
            f"{room:<16}{len(found):>9}{same:>10}{len(mine):>7}{counts[0]:>8}{counts[1]:>9}{share:>8}"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
