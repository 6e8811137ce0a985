"""The command, run in this process or as it is installed."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

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


def run_here(
    *arguments: object, cwd: Path | None = None, largest_file: int | None = None
) -> subprocess.CompletedProcess[str]:
    """Run the command in this process, which catches what it prints; files grow up to a size."""
    command = [*map(str, arguments)]
    before = Path.cwd()
    out, complaints = [], []
    with ExitStack() as around:
        around.enter_context(_caught(1, "stdout", out))
        around.enter_context(_caught(2, "stderr", complaints))
        around.enter_context(_plain_logging())
        around.callback(os.chdir, before)
        os.chdir(cwd or before)
        if largest_file is not None:
            import resource

            _, most = limits = resource.getrlimit(resource.RLIMIT_FSIZE)
            around.callback(resource.setrlimit, resource.RLIMIT_FSIZE, limits)
            resource.setrlimit(resource.RLIMIT_FSIZE, (largest_file, most))
        code = main(command)
    return subprocess.CompletedProcess(command, code, "".join(out), "".join(complaints))


@contextmanager
def _caught(descriptor: int, name: str, text: list[str]) -> Iterator[None]:
    """Collect what comes on a standard stream, from Python as well as from libraries that write past it."""
    before = getattr(sys, name)
    before.flush()
    kept = os.dup(descriptor)
    reading, writing = os.pipe()
    os.dup2(writing, descriptor)
    os.close(writing)
    with ThreadPoolExecutor(1) as reader, os.fdopen(reading, encoding="utf-8", newline="") as pipe:
        caught = reader.submit(pipe.read)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8", closefd=False) as stream:
                setattr(sys, name, stream)
                yield
        finally:
            setattr(sys, name, before)
            os.dup2(kept, descriptor)
            os.close(kept)
            text.append(caught.result())


@contextmanager
def _plain_logging() -> Iterator[None]:
    """Without the handlers of the tests, libraries log to stderr as they do in a process of their own."""
    root = logging.getLogger()
    kept, root.handlers = root.handlers, []
    try:
        yield
    finally:
        root.handlers = kept
