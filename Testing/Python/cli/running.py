"""The command, run in this process or as it is installed."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import BinaryIO

from radioimmuno_cli.main import main

COMMAND = Path(sys.executable).with_name("radioimmuno")
TIMEOUT_S = 300

Run = Callable[..., subprocess.CompletedProcess[str]]


def run_installed(*arguments: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the installed command with these arguments as a process of its own."""
    command = [str(COMMAND), *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=TIMEOUT_S, stdin=subprocess.DEVNULL, **options
    )


def run_here(*arguments: object, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """Run the command with these arguments in this process, which catches what it prints."""
    command = [*map(str, arguments)]
    before = Path.cwd()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as complaints:
        with ExitStack() as around:
            around.enter_context(_caught(1, "stdout", out))
            around.enter_context(_caught(2, "stderr", complaints))
            around.enter_context(_plain_logging())
            around.callback(os.chdir, before)
            os.chdir(cwd or before)
            code = main(command)
        return subprocess.CompletedProcess(command, code, _text(out), _text(complaints))


@contextmanager
def _caught(descriptor: int, name: str, file: BinaryIO) -> Iterator[None]:
    """Lead a standard stream into a file, Python's own as well as what libraries print past Python."""
    before = getattr(sys, name)
    before.flush()
    kept = os.dup(descriptor)
    os.dup2(file.fileno(), descriptor)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", closefd=False) as stream:
            setattr(sys, name, stream)
            yield
    finally:
        setattr(sys, name, before)
        os.dup2(kept, descriptor)
        os.close(kept)


@contextmanager
def _plain_logging() -> Iterator[None]:
    """Without the handlers of the tests, libraries log to stderr as they do in a process of their own."""
    root = logging.getLogger()
    kept, root.handlers = root.handlers, []
    try:
        yield
    finally:
        root.handlers = kept


def _text(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode("utf-8")
