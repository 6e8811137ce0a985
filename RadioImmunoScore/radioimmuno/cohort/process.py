"""A process that measures one patient after the other, and the one who keeps it.

A library that crashes, a patient that takes all memory or hangs costs this process and nothing else: its
keeper starts another. What goes in and out is JSON, a line each.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import IO, Any

from .. import __version__
from ..findings import InputError

# Who waits this long for the next patient ends, and gives the memory back.
IDLE_S = 120.0
ONE_THREAD = (
    *("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"),
    *("ITK_GLOBAL_DEFAULT_NUMBER_OF_THREADS", "NUMEXPR_NUM_THREADS"),
)

# A process may be killed for what another one took: the first death is not held against the patient.
TRIES = 2


class Died(Exception):
    """The process ended without an answer."""


class PatientProcess:
    """A process that measures patients; it ends with the process that keeps it."""

    def __init__(self) -> None:
        package = str(Path(__file__).resolve().parents[2])
        paths = [package, *filter(None, [os.environ.get("PYTHONPATH")])]
        environment = {**os.environ, **dict.fromkeys(ONE_THREAD, "1"), "PYTHONPATH": os.pathsep.join(paths)}
        # Not of the terminal's group: Ctrl-C is for the keeper, who ends it.
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=None if os.environ.get("RADIOIMMUNO_TRACEBACK") == "1" else subprocess.DEVNULL,
            env=environment,
            start_new_session=True,
        )
        self._answers: queue.Queue[bytes] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def alive(self) -> bool:
        """Whether it can take a patient."""
        return self._process.poll() is None

    def ask(self, order: Mapping[str, Any], limit_s: float) -> dict[str, Any]:
        """Its answer to an order.

        Raises
        ------
        TimeoutError
            When it takes longer than the limit; it is then stopped.
        Died
            When it ends before.
        """
        try:
            stdin = self._pipe(self._process.stdin)
            stdin.write(json.dumps(order).encode() + b"\n")
            stdin.flush()
            answer = self._answers.get(timeout=limit_s)
        except queue.Empty:
            self.stop()
            raise TimeoutError from None
        except OSError:
            self.stop()
            raise Died from None
        if not answer.endswith(b"\n"):
            self.stop()
            raise Died
        return json.loads(answer)

    def stop(self) -> None:
        """End it at once."""
        with suppress(OSError):
            self._process.kill()
        with suppress(OSError):
            self._pipe(self._process.stdin).close()
        with suppress(subprocess.TimeoutExpired):  # one that hangs in the file system cannot be killed
            self._process.wait(5.0)

    def _listen(self) -> None:
        """Collect answers; the last one, when it ends, is no whole line."""
        stdout = self._pipe(self._process.stdout)
        while line := stdout.readline():
            self._answers.put(line)
        self._answers.put(b"")
        stdout.close()

    @staticmethod
    def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
        assert pipe is not None
        return pipe


def measure_apart(order: Mapping[str, Any], limit_s: float) -> dict[str, Any]:
    """Measure a patient in a process of its own.

    Parameters
    ----------
    order : mapping of str to Any
        As of `plan.order_of`; `known` the fingerprint of the content that was measured before.
    limit_s : float
        Seconds that it may take.

    Returns
    -------
    dict of str to Any
        `record` (as of `patient.measure_patient`), or `unchanged`, or `failed` (`code`, `text`); with the
        first two `quick` and `content`, the files' fingerprints; `peak_mb`, the most memory that its process
        took until then; `seconds`.
    """
    begun = time.monotonic()
    for _ in range(TRIES):
        try:
            return _pool.ask(order, max(0.0, limit_s - (time.monotonic() - begun)))
        except TimeoutError:
            text = f"Measuring took longer than {_minutes(limit_s)} and was stopped."
            return failed("cohort.time_limit", text)
        except Died:
            continue
    text = f"The process that measured it ended {TRIES} times: killed (memory?) or crashed."
    return failed("cohort.worker_died", text)


def failed(code: str, text: str) -> dict[str, Any]:
    """The answer for a patient that could not be measured."""
    return {"version": __version__, "failed": {"code": code, "text": text}}


class ProcessPool:
    """The processes of this one: as many as are asked at the same time."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._idle: list[PatientProcess] = []
        self._busy: set[PatientProcess] = set()
        self._open = True

    def ask(self, order: Mapping[str, Any], limit_s: float) -> dict[str, Any]:
        """As of `PatientProcess.ask`."""
        process = self._take()
        try:
            return process.ask(order, limit_s)
        finally:
            with self._lock:
                self._busy.discard(process)
                kept = self._open and process.alive
                if kept:
                    self._idle.append(process)
            if not kept:
                process.stop()

    def open(self, count: int = 0) -> None:
        """Take orders (again), with this many processes that begin to load their libraries."""
        with self._lock:
            self._open = True
            self._idle += [PatientProcess() for _ in range(count - len(self._idle))]

    def close(self) -> None:
        """End all processes, those that measure too, and take no order."""
        with self._lock:
            self._open = False
            ours = [*self._idle, *self._busy]
            self._idle.clear()
        for process in ours:
            process.stop()

    def _take(self) -> PatientProcess:
        with self._lock:
            if not self._open:
                raise Died
            gone = [process for process in self._idle if not process.alive]
            self._idle = [process for process in self._idle if process not in gone]
            process = self._idle.pop() if self._idle else PatientProcess()
            self._busy.add(process)
        for one in gone:
            one.stop()
        return process


_pool = ProcessPool()
open_processes, close_processes = _pool.open, _pool.close


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.3g} min"


def answer_to(order: Mapping[str, Any]) -> dict[str, Any]:
    """What the process answers to an order; errors are answers."""
    from .fingerprint import content_fingerprint, files_of, quick_fingerprint
    from .patient import measure_patient

    begun = time.monotonic()
    try:
        files = files_of(order["studies"])
        prints = {"quick": quick_fingerprint(files), "content": content_fingerprint(files)}
        if prints["content"] == order.get("known"):
            return {"version": __version__, "unchanged": True, **prints}
        answer = {"version": __version__, "record": measure_patient(order), **prints}
    except InputError as error:
        return failed(error.code, str(error))
    except MemoryError:
        return failed("settings.too_large", "There is not enough memory for this CT and these settings.")
    except OSError as error:
        problem = f"{error.filename}: {error.strerror}" if error.filename else str(error)
        return failed("cohort.unexpected", problem)
    except Exception as error:
        return failed("cohort.unexpected", f"{type(error).__name__}: {error}")
    return {**answer, "peak_mb": _peak_mb(), "seconds": time.monotonic() - begun}


def _peak_mb() -> float | None:
    try:
        import resource
    except ImportError:  # Windows
        return None
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)


def _serve() -> None:
    """Answer orders from stdin until nobody sends any; end at once when the keeper is gone."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what libraries print is no answer
    orders: queue.Queue[bytes] = queue.Queue()

    def listen() -> None:
        for line in sys.stdin.buffer:
            orders.put(line)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    with suppress(queue.Empty):
        while True:
            order = json.loads(orders.get(timeout=IDLE_S))
            answers.write(json.dumps(answer_to(order), allow_nan=False).encode() + b"\n")
            answers.flush()
    os._exit(0)


if __name__ == "__main__":
    _serve()
