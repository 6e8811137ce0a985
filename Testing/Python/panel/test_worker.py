"""Work on a thread: its outcome, its progress, and a Cancel that ends the thread and not only the waiting."""

from __future__ import annotations

import threading

import pytest
from patients import waitFor
from PySide6 import QtTest


@pytest.fixture
def runner(bench):
    from RadioImmunoScoreLib.panel.state.jobs import Runner

    runner = Runner()
    runner.heard = []
    runner.progressed.connect(lambda done, total: runner.heard.append(("progressed", done, total)))
    runner.finished.connect(lambda result: runner.heard.append(("finished", result)))
    runner.failed.connect(lambda error: runner.heard.append(("failed", error)))
    yield runner
    runner.release()


class Stepping:
    """Work that goes on until its progress callback stops it; `end` is the exception that did."""

    def __init__(self):
        self.steps, self.end, self.thread = 0, None, None

    def __call__(self, progress):
        self.thread = threading.current_thread()
        try:
            while True:
                self.steps += 1
                progress(self.steps, 1000)
                threading.Event().wait(0.002)
        except BaseException as end:
            self.end = end
            raise


def test_the_result_comes_on_the_main_thread(runner):
    threads = []
    runner.finished.connect(lambda result: threads.append(threading.current_thread()))
    runner.start(lambda progress: threading.current_thread())
    assert runner.isRunning
    waitFor(lambda: runner.heard)
    ((kind, worker),) = runner.heard
    assert kind == "finished"
    assert worker is not threading.main_thread()
    assert threads == [threading.main_thread()]
    assert not runner.isRunning


def test_an_exception_is_reported_as_one(runner):
    error = ValueError("it broke")

    def broken(progress):
        raise error

    runner.start(broken)
    waitFor(lambda: runner.heard)
    assert runner.heard == [("failed", error)]
    assert not runner.isRunning


def test_a_step_is_reported_once(runner):
    went = threading.Event()

    def work(progress):
        progress(1, 2)
        went.wait(10)
        return "done"

    runner.start(work)
    waitFor(lambda: runner.heard)
    QtTest.QTest.qWait(60)
    assert runner.heard == [("progressed", 1, 2)]
    went.set()
    waitFor(lambda: len(runner.heard) > 1)
    assert runner.heard[1:] == [("finished", "done")]


def test_cancel_stops_the_thread_at_its_next_step_and_nothing_comes_any_more(runner):
    from RadioImmunoScoreLib.panel.state.jobs import Cancelled

    work = Stepping()
    runner.start(work)
    waitFor(lambda: work.steps > 2)
    runner.cancel()
    assert not runner.isRunning
    runner.heard.clear()
    waitFor(lambda: not work.thread.is_alive())
    assert isinstance(work.end, Cancelled)
    QtTest.QTest.qWait(60)
    assert runner.heard == []


def test_a_step_that_was_not_reported_before_cancel_never_is(runner):
    stepped, held = threading.Event(), threading.Event()

    def work(progress):
        progress(1, 2)
        stepped.set()
        held.wait(20)

    runner.start(work)
    assert stepped.wait(20)
    runner.cancel()
    QtTest.QTest.qWait(60)
    held.set()
    assert runner.heard == []


def test_after_cancel_the_next_work_runs_whatever_the_last_one_does(runner):
    held = threading.Event()
    runner.start(lambda progress: held.wait(20))
    runner.cancel()
    runner.start(lambda progress: "second")
    waitFor(lambda: runner.heard)
    held.set()
    QtTest.QTest.qWait(60)
    assert runner.heard == [("finished", "second")]


def test_one_task_at_a_time(runner):
    held = threading.Event()
    runner.start(lambda progress: held.wait(20))
    with pytest.raises(RuntimeError, match="under way"):
        runner.start(lambda progress: None)
    held.set()
    waitFor(lambda: runner.heard)
    assert runner.heard == [("finished", True)]


@pytest.mark.parametrize("how", ["stop", "start", "release"])
def test_whatever_forgets_a_job_stops_its_thread(bench, how):
    from RadioImmunoScoreLib.panel.state.jobs import IDLE, SCORING, TESTING, Jobs

    jobs, work, results = Jobs(), Stepping(), []
    jobs.start(SCORING, work, results.append)
    waitFor(lambda: work.steps > 2)
    assert (jobs.state, jobs.isBusy) == (SCORING, True)
    if how == "start":
        jobs.start(TESTING, lambda progress: "second", results.append)
    else:
        getattr(jobs, how)()
    waitFor(lambda: not work.thread.is_alive())
    QtTest.QTest.qWait(60)
    assert results == (["second"] if how == "start" else [])
    if how != "release":
        assert jobs.state == IDLE
        jobs.release()
