"""A scheduler and workers in processes of their own: a worker that dies, a scheduler that dies.

Tests of: run.
"""

from __future__ import annotations

import os
import queue
import subprocess
import sys
import threading
import time
from concurrent.futures import CancelledError
from pathlib import Path

import pytest
from cohort_cases import PATIENTS

pytest.importorskip("distributed")

from radioimmuno.cohort import run
from radioimmuno.cohort.results import check_place
from radioimmuno.cohort.run import RunOptions, run_cohort
from radioimmuno.cohort.tables import tables_of
from radioimmuno.findings import InputError

pytestmark = pytest.mark.filterwarnings("default::ResourceWarning", "ignore::DeprecationWarning")
SOURCE = Path(run.__file__).resolve().parents[2]


class Cluster:
    """A scheduler and two workers on this machine, which a test may kill."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "scheduler.json"
        paths = [os.environ["PYTHONPATH"], str(SOURCE)]
        self._environment = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
        self._folder = folder
        self.scheduler = self._start(
            *(
                "scheduler",
                "--host",
                "127.0.0.1",
                "--port",
                "0",
                "--no-dashboard",
                "--scheduler-file",
                self.file,
            )
        )
        end = time.monotonic() + 60
        while not self.file.exists() and time.monotonic() < end:
            time.sleep(0.05)
        worker = ("worker", "--scheduler-file", self.file, "--nthreads", "1", "--memory-limit", "0")
        self.workers = [self._start(*worker, "--no-nanny", "--no-dashboard") for _ in range(2)]

    def _start(self, *words: object) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "dask", *map(str, words)]
        nowhere = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        return subprocess.Popen(command, env=self._environment, cwd=self._folder, **nowhere)

    def stop(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait(10)


@pytest.fixture
def cluster(faults, tmp_path):
    faults(*(f"{patient}=slow0.5" for patient in PATIENTS))
    made = Cluster(tmp_path)
    yield made
    made.stop()


def measured(manifest, plan, folder, then=None, **options):
    """The table of lesions and the outcome; `then` is called after the first patient."""
    store = check_place(manifest, folder)
    outcome = run_cohort(manifest, plan, store, RunOptions(**options), then)
    tables = tables_of(manifest, plan, store, outcome)
    return outcome, tables.lesions


def once(action):
    done = threading.Event()

    def act(_):
        if not done.is_set():
            done.set()
            action()

    return act


def test_a_worker_that_is_killed_costs_no_patient(folder, manifest, plan, cluster):
    _, whole = measured(manifest, plan, folder / "whole")
    kill = once(cluster.workers[0].kill)
    outcome, lesions = measured(manifest, plan, folder / "out", kill, scheduler=str(cluster.file))
    assert (outcome.failures, lesions) == ({}, whole)


def test_a_scheduler_that_is_killed_is_named_and_the_run_resumed(
    folder, manifest, plan, cluster, monkeypatch
):
    monkeypatch.setattr(run, "SILENT_S", 2.0)
    kill = once(cluster.scheduler.kill)
    with pytest.raises(InputError) as lost:
        measured(manifest, plan, folder / "out", kill, scheduler=str(cluster.file))
    assert lost.value.code == "cohort.scheduler"
    outcome, lesions = measured(manifest, plan, folder / "out", resume=True)
    assert 1 <= outcome.kept < len(PATIENTS)
    assert lesions == measured(manifest, plan, folder / "whole")[1]


@pytest.mark.parametrize("is_closed", [True, False], ids=["closed", "canceled"])
def test_an_answer_that_is_lost_on_its_way_is_a_lost_scheduler(is_closed):
    from distributed.comm import CommClosedError

    problem = CommClosedError("closed") if is_closed else CancelledError()

    class Future:
        status = "finished"

        def exception(self):
            return None

        def result(self):
            raise problem

    future, done = Future(), queue.Queue()
    done.put(future)
    with pytest.raises(InputError) as lost:
        next(run._as_they_come(None, {future: "ann"}, done))
    assert lost.value.code == "cohort.scheduler"


def test_nothing_listens_to_other_machines(manifest, plan, folder):
    place = Path("/proc/net/tcp")
    if not place.exists():
        pytest.skip("no /proc here")
    heard: list[str] = []

    def listen(_):
        ours = {file.readlink().name for file in Path("/proc/self/fd").iterdir() if file.is_symlink()}
        lines = [line.split() for line in place.read_text().splitlines()[1:]]
        heard.extend(line[1] for line in lines if line[3] == "0A" and f"socket:[{line[9]}]" in ours)

    measured(manifest, plan, folder / "out", once(lambda: listen(None)), workers=2)
    assert heard
    assert {address.partition(":")[0] for address in heard} == {"0100007F"}
