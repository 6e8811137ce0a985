"""Measuring the patients of a manifest side by side, on Dask distributed."""

from __future__ import annotations

import logging
import queue
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import CancelledError
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from .. import __version__
from ..findings import InputError, OutputError
from .fingerprint import files_of, quick_fingerprint
from .manifest import Manifest, ManifestPatient
from .plan import Plan, order_of, studies_record
from .process import close_processes, measure_apart, open_processes
from .store import PatientStore, measured_key

# How often it is looked whether the scheduler still answers, and how long it may be silent.
LOOK_S, SILENT_S, CONNECT_S = 0.5, 30.0, 20.0

# What a worker needs for a CT of 512 x 512 x 400 voxels.
PATIENT_BYTES = 1.5e9
# And where CT of that size are registered: two are in memory beside what the registration needs.
COURSE_BYTES = 3.0e9

# Any free port for what Dask serves of its state, seen from this machine alone.
LOOPBACK = "127.0.0.1:0"

# Dask samples the stacks of its threads and its own delays many times a second, which nobody looks at here:
# that takes the processor from the patients.
UNWATCHED = {"distributed.worker.profile.enabled": False, "distributed.admin.tick.interval": "1s"}

# A disk that takes so many patients' files in a row no more will take none.
FULL_AFTER = 3


@dataclass(frozen=True)
class RunOptions:
    """How a cohort is measured; nothing of it changes a value.

    Parameters
    ----------
    workers : int
        Processes on this machine, one patient each; of no account with a scheduler.
    scheduler : str
        Address of a Dask scheduler, or the path of its scheduler file; "" for this machine.
    limit_s : float
        Seconds that a patient may take.
    resume : bool
        Whether patients that were measured on the same files in the same way are kept.
    """

    workers: int = 1
    scheduler: str = ""
    limit_s: float = 3600.0
    resume: bool = False


@dataclass(eq=False)
class Progressed:
    """How far a run is.

    Parameters
    ----------
    total : int
        Patients to measure in this run.
    done, failed : int
    begun : float
        When it began, as of the monotonic clock.
    """

    total: int
    done: int = 0
    failed: int = 0
    begun: float = field(default_factory=time.monotonic)

    def words(self, now: float | None = None) -> str:
        """How far it is, and how long it may still take."""
        elapsed = (time.monotonic() if now is None else now) - self.begun
        failed = f", {self.failed} failed" if self.failed else ""
        text = f"{self.done} of {self.total} patients{failed}"
        if not 0 < self.done < self.total:
            return text
        return f"{text}, about {duration_words(elapsed / self.done * (self.total - self.done))} left"


@dataclass(frozen=True)
class Outcome:
    """What became of a manifest's patients.

    Parameters
    ----------
    measured : frozenset of str
        Those whose file is there and whole.
    failures : mapping of str to tuple of (str, str)
        Code and text of each of the others.
    kept : int
        How many of the measured ones were measured before.
    peak_mb : float or None
        The most memory that a process took, where that is known.
    """

    measured: frozenset[str]
    failures: Mapping[str, tuple[str, str]]
    kept: int = 0
    peak_mb: float | None = None


def duration_words(seconds: float) -> str:
    """A duration in the unit that fits.

    >>> duration_words(40), duration_words(600), duration_words(7300)
    ('40 s', '10 min', '2.0 h')
    """
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"


def run_cohort(
    manifest: Manifest,
    plan: Plan,
    store: PatientStore,
    options: RunOptions,
    progress: Callable[[Progressed], None] | None = None,
) -> Outcome:
    """Measure the patients of a manifest; each one's file is written as soon as it is measured.

    Parameters
    ----------
    manifest : Manifest
    plan : Plan
    store : PatientStore
    options : RunOptions
    progress : callable, optional
        Called with a `Progressed` after each patient.

    Returns
    -------
    Outcome

    Raises
    ------
    InputError
        `cohort.no_library` without Dask, `cohort.scheduler` when the scheduler does not answer.
    OutputError
        `output.incomplete` when the disk is full; what was measured before stays.
    """
    failures = {one.patient: ("cohort.row", one.problem) for one in manifest.patients if one.problem}
    usable = [one for one in manifest.patients if not one.problem]
    plan_key = plan.key
    orders: dict[str, dict[str, Any]] = {}
    kept = set()
    for patient in usable:
        known = _known_before(patient, plan, store) if options.resume else None
        if known is not None and known["unchanged"]:
            kept.add(patient.patient)
            continue
        orders[patient.patient] = {**order_of(patient, plan), "known": known and known["content"]}
    run = _Run(store, plan_key, orders, failures, Progressed(len(orders)), progress)
    if orders:
        with _answers(orders, options) as answers:
            for patient_name, answer in answers:
                run.take(patient_name, answer)
    measured = frozenset({*kept, *run.measured})
    ordered = {one.patient: failures[one.patient] for one in manifest.patients if one.patient in failures}
    return Outcome(measured, ordered, len(kept) + run.unchanged, run.peak_mb)


def _known_before(patient: ManifestPatient, plan: Plan, store: PatientStore) -> dict[str, Any] | None:
    """What is known of an earlier measurement that was made in the same way; None without one."""
    record = store.read(patient.patient)
    studies = studies_record(patient, plan)
    if record is None or record.get("key") != measured_key(plan.key, studies):
        return None
    with suppress(OSError):
        files = files_of(studies)
        # Where none of the files is seen from here, only a worker can know.
        unchanged = bool(files) and quick_fingerprint(files) == record["quick"]
        return {"unchanged": unchanged, "content": record["content"]}
    return {"unchanged": False, "content": record["content"]}


@dataclass(eq=False)
class _Run:
    """What comes of the answers, in whatever order they come."""

    store: PatientStore
    plan_key: str
    orders: Mapping[str, Mapping[str, Any]]
    failures: dict[str, tuple[str, str]]
    progressed: Progressed
    progress: Callable[[Progressed], None] | None
    measured: set[str] = field(default_factory=set)
    unchanged: int = 0
    peak_mb: float | None = None
    not_written: int = 0

    def take(self, patient: str, answer: Mapping[str, Any]) -> None:
        """Keep what was measured, or why it was not."""
        problem = self._problem(patient, answer)
        if problem is None:
            self.measured.add(patient)
        else:
            self.failures[patient] = problem
            self.progressed.failed += 1
        self.progressed.done += 1
        if self.progress:
            self.progress(self.progressed)

    def _problem(self, patient: str, answer: Mapping[str, Any]) -> tuple[str, str] | None:
        if failed := answer.get("failed"):
            return str(failed["code"]), str(failed["text"])
        if answer.get("version") != __version__:
            return "cohort.other_version", f"The worker runs {answer.get('version')}, this is {__version__}."
        record = answer.get("record")
        if record is None:
            record = self.store.read(patient)
            self.unchanged += 1
            if record is None:
                return "cohort.unexpected", "Its file of the earlier run has disappeared."
        if answer.get("peak_mb") is not None:
            self.peak_mb = max(self.peak_mb or 0.0, answer["peak_mb"])
        key = measured_key(self.plan_key, self.orders[patient]["studies"])
        try:
            self.store.write(record, key, answer["quick"], answer["content"])
        except OutputError as error:
            self.not_written += 1
            if self.not_written >= FULL_AFTER:
                raise
            return error.code, str(error)
        self.not_written = 0
        return None


@contextmanager
def _answers(
    orders: Mapping[str, Mapping[str, Any]], options: RunOptions
) -> Iterator[Iterator[tuple[str, dict[str, Any]]]]:
    """The patients' answers, as they come."""
    with ExitStack() as around:
        client = around.enter_context(_client(options))
        done: queue.Queue[Any] = queue.Queue()
        futures = {}
        for number, (patient, order) in enumerate(orders.items()):
            future = client.submit(
                measure_apart, order, options.limit_s, pure=False, key=f"patient-{number}", priority=-number
            )
            futures[future] = patient
            future.add_done_callback(done.put)
        yield _as_they_come(client, futures, done)


def _as_they_come(
    client: Any, futures: dict[Any, str], done: queue.Queue[Any]
) -> Iterator[tuple[str, dict[str, Any]]]:
    silent_since: float | None = None
    while futures:
        try:
            future = done.get(timeout=LOOK_S)
        except queue.Empty:
            if client.status == "running":
                silent_since = None
                continue
            silent_since = silent_since or time.monotonic()
            if client.status == "closed" or time.monotonic() - silent_since > SILENT_S:
                raise _lost() from None
            continue
        if future.status not in ("finished", "error"):
            raise _lost()
        try:
            answer = _answer(future)
        except (OSError, CancelledError):  # the scheduler went while the answer was on its way
            raise _lost() from None
        yield futures.pop(future), answer
        future.release()


def _answer(future: Any) -> dict[str, Any]:
    """What a worker answered; what went wrong with the worker itself is an answer too."""
    from distributed import KilledWorker

    error = future.exception()
    if error is None:
        return dict(future.result())
    code = "cohort.worker_died" if isinstance(error, KilledWorker) else "cohort.unexpected"
    return {"failed": {"code": code, "text": f"{type(error).__name__}: {error}"}}


def _lost() -> InputError:
    return InputError(
        "cohort.scheduler", "The scheduler does not answer any more. What was measured is kept: --resume."
    )


@contextmanager
def _client(options: RunOptions) -> Iterator[Any]:
    """A client of the scheduler that is named, or of one in this process with its own workers."""
    with ExitStack() as around:
        if not options.scheduler:
            # They load their libraries while this process loads Dask.
            around.callback(close_processes)
            open_processes(options.workers)
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError:
            text = 'Dask distributed is not installed: python -m pip install "radioimmuno[cohort]".'
            raise InputError("cohort.no_library", text) from None
        around.callback(logging.disable, logging.root.manager.disable)
        logging.disable(logging.CRITICAL)  # what Dask logs when a worker ends is said in our own words
        scratch = around.enter_context(tempfile.TemporaryDirectory(prefix="radioimmuno-cohort-"))
        around.enter_context(dask.config.set({"temporary-directory": scratch, **UNWATCHED}))
        if options.scheduler:
            yield around.enter_context(_connected(Client, options.scheduler))
            return
        # Workers are threads that wait for the processes they keep: these hold a patient's memory.
        cluster = around.enter_context(
            LocalCluster(
                n_workers=options.workers,
                threads_per_worker=1,
                processes=False,
                dashboard_address=LOOPBACK,
                worker_dashboard_address=LOOPBACK,
                scheduler_kwargs={"dashboard": False},
                memory_limit=0,
                local_directory=scratch,
            )
        )
        client = around.enter_context(Client(cluster, set_as_default=False))
        around.callback(close_processes)  # first of all: the cluster's threads wait for them
        yield client


@contextmanager
def _connected(kind: Any, scheduler: str) -> Iterator[Any]:
    file = Path(scheduler)
    where = {"scheduler_file": scheduler} if file.suffix == ".json" else {"address": scheduler}
    try:
        client = kind(**where, timeout=CONNECT_S, set_as_default=False)
    except (OSError, ValueError) as error:
        text = f"No scheduler answers at {scheduler} ({' '.join(str(error).split()) or 'no answer'})."
        raise InputError("cohort.scheduler", text) from None
    try:
        yield client
    finally:
        with suppress(Exception):  # a scheduler that is gone cannot be taken leave of
            client.close(timeout=5)
