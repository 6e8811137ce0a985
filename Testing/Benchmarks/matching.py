"""Lesions found again in a follow-up: simulated courses, and real CT that a real breathing deformation warps.

Prints, for each group: the share of lesions (and of pairs) that are matched as the truth has it, how many of
the wrong ones are marked as ambiguous, how many of the right ones are, the error of the registration in the
body, its time; and whether CT of two patients are refused::

    python Testing/Benchmarks/matching.py --jobs 2
    python Testing/Benchmarks/matching.py --quick            three small cases and two patients
    python Testing/Benchmarks/matching.py --tuning           the patients that the constants were chosen on
"""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

import numpy as np
from matching_cases import TUNED_ON, Pair, inside, read, real_ct, simulated, warped

from radioimmuno.findings import InputError
from radioimmuno.followup.match import Match, MatchKind
from radioimmuno.followup.matching import match_lesions
from radioimmuno.followup.registration import Registration, register
from radioimmuno.simulation.course import TrueMatch

SEEDS = (0, 1, 2)


@dataclass(frozen=True)
class Judgement:
    """How one match of the truth was found.

    Parameters
    ----------
    kind : str
    is_right : bool
        Whether the same lesions are matched, as of this kind or marked as ambiguous.
    is_asked : bool
        Whether one of its lesions is in an ambiguous match.
    text : str
        What was found instead.
    """

    kind: str
    is_right: bool
    is_asked: bool
    text: str


@dataclass(frozen=True)
class Outcome:
    """What became of one case.

    Parameters
    ----------
    name, group : str
    refusal : str
        Why the CT were not registered; "" where they were.
    seconds : float
        Of the processor, for the registration.
    error_mm, error_95_mm : float
        Mean and 95th percentile in the body.
    judgements : tuple of Judgement
    """

    name: str
    group: str
    refusal: str
    seconds: float
    error_mm: float = np.nan
    error_95_mm: float = np.nan
    judgements: tuple[Judgement, ...] = ()


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--simulated", type=int, default=60, help="courses")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--quick", action="store_true", help="three small cases")
    parser.add_argument("--tuning", action="store_true", help="patients that constants were chosen on")
    options = parser.parse_args()
    names = [name for name in real_ct() if (name in TUNED_ON) == options.tuning]
    seeds, size = SEEDS, {}
    if options.quick:
        options.simulated, names, seeds, size = (
            1,
            ["STS_019", "STS_025"],
            SEEDS[:1],
            {"pixel_mm": 6.0, "slice_mm": 6.0},
        )
    works: list[Callable[[], Outcome]] = [
        partial(_simulated, number, size) for number in range(0 if options.tuning else options.simulated)
    ]
    works += [partial(_warped, name, seed) for name in names for seed in seeds]
    works += [partial(_unrelated, *pair) for pair in _pairs(names)]
    outcomes = []
    for outcome in _run(works, options.jobs):
        outcomes.append(outcome)
        print(line(outcome), flush=True)
    print(table(outcomes))
    return 0


def _run(works: Iterable[Callable[[], Outcome]], jobs: int) -> Iterator[Outcome]:
    if jobs == 1:
        yield from (work() for work in works)
        return
    with ProcessPoolExecutor(jobs) as pool:
        yield from pool.map(_call, works)


def _call(work: Callable[[], Outcome]) -> Outcome:
    return work()


def _pairs(names: list[str]) -> list[tuple[str, str]]:
    """Each patient with the two that follow; all pairs of chests."""
    chests = [name for name in ("LUNG1-001", "ibsi", "chest") if name in real_ct()]
    found = list(itertools.permutations(chests, 2)) if len(names) > 2 else []
    for step in (1, 2):
        found += [(name, names[(n + step) % len(names)]) for n, name in enumerate(names)]
    return list(dict.fromkeys(pair for pair in found if pair[0] != pair[1]))


def _simulated(number: int, size: dict[str, float]) -> Outcome:
    return measured(simulated(number, **size))


def _warped(name: str, seed: int) -> Outcome:
    return measured(warped(name, seed))


def _unrelated(one: str, other: str) -> Outcome:
    start = time.process_time()
    refusal = ""
    try:
        register(read(one), read(other))
    except InputError as error:
        refusal = str(error)
    return Outcome(f"{one} and {other}", "two patients", refusal, time.process_time() - start)


def measured(pair: Pair) -> Outcome:
    """Register and match one case."""
    start = time.process_time()
    registration: Registration | None = None
    refusal = ""
    try:
        registration = register(pair.baseline, pair.followup)
    except InputError as error:
        refusal = str(error)
    seconds = time.process_time() - start
    judgements = tuple(judge(pair, match_lesions(*pair.lesions, registration)))
    if registration is None:
        return Outcome(pair.name, pair.group, refusal, seconds, judgements=judgements)
    points = inside(pair)
    error = np.linalg.norm(registration.to_followup(points) - pair.moved(points), axis=1)
    percentile = float(np.percentile(error, 95))
    return Outcome(pair.name, pair.group, refusal, seconds, float(error.mean()), percentile, judgements)


def judge(pair: Pair, matches: Iterable[Match]) -> Iterator[Judgement]:
    """Each match of the truth beside what was found; lesions too small for a voxel do not count."""
    there = [{lesion.id for lesion in lesions} for lesions in pair.lesions]
    for truth in pair.truth:
        wanted = _visible(truth, there)
        if wanted is None:
            continue
        near = [m for m in matches if wanted[0] & set(m.baseline) or wanted[1] & set(m.followup)]
        kinds = (truth.kind, MatchKind.AMBIGUOUS.value)
        found = any((set(m.baseline), set(m.followup)) == wanted and m.kind.value in kinds for m in near)
        asked = any(m.kind is MatchKind.AMBIGUOUS for m in near)
        words = "; ".join(f"{'+'.join(m.baseline)} -> {'+'.join(m.followup)} {m.kind.value}" for m in near)
        yield Judgement(truth.kind, found, asked, f"{truth.before} {truth.after}: {words}")


def _visible(truth: TrueMatch, there: list[set[str]]) -> tuple[set[str], set[str]] | None:
    before, after = set(truth.before) & there[0], set(truth.after) & there[1]
    if (truth.before and not before) or (truth.after and not after):
        return None
    return before, after


def line(outcome: Outcome) -> str:
    """One case in a line, what was wrong below it."""
    wrong = [each for each in outcome.judgements if not each.is_right]
    head = f"{outcome.name}: {outcome.seconds:.1f} s, {outcome.error_mm:.2f} mm ({outcome.error_95_mm:.2f})"
    counts = f"{len(outcome.judgements) - len(wrong)} of {len(outcome.judgements)} right"
    lines = [f"{head}, {counts}" + (f", refused: {outcome.refusal}" if outcome.refusal else "")]
    return "\n".join(
        [*lines, *(f"    {each.kind} {'asked' if each.is_asked else 'WRONG'} {each.text}" for each in wrong)]
    )


def table(outcomes: list[Outcome]) -> str:
    """The figures of each group."""
    lines = []
    for group in dict.fromkeys(outcome.group for outcome in outcomes):
        some = [outcome for outcome in outcomes if outcome.group == group]
        refused = sum(bool(outcome.refusal) for outcome in some)
        judgements = [each for outcome in some for each in outcome.judgements]
        lines.append(f"\n{group}: {len(some)} cases, {refused} refused")
        if not judgements:
            continue
        wrong = [each for each in judgements if not each.is_right]
        share = 100 * (1 - len(wrong) / len(judgements))
        asked = sum(each.is_asked for each in wrong)
        needless = sum(each.is_asked for each in judgements if each.is_right)
        lines.append(
            f"  right {len(judgements) - len(wrong)} of {len(judgements)} ({share:.1f} %); "
            f"wrong {len(wrong)}, of these asked about {asked}; right but asked about {needless}"
        )
        for kind in sorted({each.kind for each in judgements}):
            of_kind = [each for each in judgements if each.kind == kind]
            lines.append(f"  {kind}: {sum(each.is_right for each in of_kind)} of {len(of_kind)}")
        errors = np.array([outcome.error_mm for outcome in some if not outcome.refusal])
        seconds = np.array([outcome.seconds for outcome in some])
        lines.append(
            f"  error of the registration: mean {errors.mean():.2f} mm, largest mean {errors.max():.2f} mm; "
            f"time: median {np.median(seconds):.1f} s, most {seconds.max():.1f} s"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    raise SystemExit(main())
