"""What is around a command: the standard streams, which may be closed or end, and signals that stop it."""

from __future__ import annotations

import io
import os
import shlex
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import TextIO

STANDARD = (("stdin", "r"), ("stdout", "w"), ("stderr", "w"))
SIGNALS = tuple(getattr(signal, name) for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name))

# A service is often stopped by several signals at once: the later ones must not stop the cleaning up.
REPEATED_S = 5.0

# What a shell adds to a signal's number for the exit code of what it ended.
SIGNAL_EXIT_CODE = 128


class Terminated(BaseException):
    """The process was told to end; as Ctrl-C, nothing but the command line itself catches it."""

    def __init__(self, number: int) -> None:
        super().__init__(signal.Signals(number).name)
        self.exit_code = SIGNAL_EXIT_CODE + number


def shell_line(arguments: Sequence[str | Path]) -> str:
    """A line that calls this command again in the shell that it was called from, with these arguments."""
    words = [*_program(), *map(str, arguments)]
    return " ".join(map(shlex.quote, words))


def _program() -> list[str]:
    """How the command was called: by its name where the shell finds it, else by the way to it from here."""
    program = Path(sys.argv[0])
    if program.suffix == ".py":  # python -m radioimmuno_cli
        return [_from_here(Path(sys.executable)), "-m", __package__]
    found = shutil.which(program.name)
    if found is not None and Path(found).exists() and program.exists() and program.samefile(found):
        return [program.name]
    return [_from_here(program)]


def _from_here(program: Path) -> str:
    """The way to a program that a shell understands: short where it lies below this folder."""
    path, here = Path.cwd() / program, Path.cwd()
    return str(path.relative_to(here)) if here in path.parents else str(path)


@contextmanager
def ending_in_order() -> Iterator[None]:
    """Let SIGTERM and SIGHUP raise `Terminated`, so that what is unfinished is removed.

    A signal that the process ignores (nohup) or handles otherwise stays as it is.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    last = -REPEATED_S

    def end(number: int, frame: FrameType | None) -> None:
        nonlocal last
        if time.monotonic() - last >= REPEATED_S:
            last = time.monotonic()
            raise Terminated(number)

    ours = [number for number in SIGNALS if signal.getsignal(number) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def open_streams() -> None:
    """Let closed standard streams lead nowhere: else the next file that is opened would stand for them."""
    for descriptor, (name, mode) in enumerate(STANDARD):
        try:
            os.fstat(descriptor)
        except OSError:
            nowhere = os.open(os.devnull, os.O_RDWR)
            if nowhere != descriptor:
                os.dup2(nowhere, descriptor)
                os.close(nowhere)
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(descriptor, mode, encoding="utf-8", closefd=False))
        stream = getattr(sys, name)
        if mode == "w" and isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # names in any script, terminals of any encoding


def write_if_open(stream: TextIO, text: str = "") -> bool:
    """Write a text and all that waits in the stream; False where nobody reads it or nothing can be written.

    The stream leads nowhere after that: Python would complain once more when it closes it.
    """
    try:
        stream.write(text)
        stream.flush()
    except (OSError, ValueError):
        with suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
        return False
    return True


@contextmanager
def library_output_discarded() -> Iterator[None]:
    """Turn the process's own stderr away: readers of image files print to it past Python."""
    with suppress(OSError):
        sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)
    try:
        yield
    finally:
        with suppress(OSError):  # nobody reads it any more
            sys.stderr.flush()
        os.dup2(kept, 2)
        os.close(kept)
