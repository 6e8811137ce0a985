"""A progress bar on the terminal for what takes more than a second."""

from __future__ import annotations

import os
import shutil
import sys
import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from types import TracebackType
from typing import TextIO

PATIENCE_S = 1.0
REDRAW_S = 0.2
BAR_WIDTH = 24


class Progress:
    """Draws `[######------] reading the CT  2 s` from the second second on, until it is left.

    A thread of its own draws, so that the bar also lives while a library works. Nothing is drawn when it is
    no terminal, nor when `quiet`.

    Parameters
    ----------
    stages : sequence of str
        What will be done, in order; each takes an equal part of the bar.
    quiet : bool
        Whether to keep still.
    stream : stream, optional
        Where to draw; stderr by default.
    """

    def __init__(self, stages: Sequence[str], quiet: bool, stream: TextIO | None = None) -> None:
        self._stages = tuple(stages)
        self._number = 0
        self._share = 0.0
        self._detail = ""
        self._done = threading.Event()
        self._drawing: threading.Thread | None = None
        self._stream = sys.stderr if stream is None else stream
        self._wanted = not quiet and self._stream.isatty()

    def __enter__(self) -> Progress:
        if self._wanted:
            # A descriptor of its own: stderr may be turned away while libraries chatter.
            terminal = os.fdopen(os.dup(self._stream.fileno()), "w", errors="replace")
            self._drawing = threading.Thread(target=self._draw, args=(terminal,), daemon=True)
            self._drawing.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._done.set()
        if self._drawing is not None:
            self._drawing.join()

    def stage(self, name: str) -> None:
        """Begin a stage; those before it are over."""
        self._share, self._detail = 0.0, ""
        self._number = self._stages.index(name)

    def step(self, done: int, total: int, detail: str = "") -> None:
        """So much of the present stage is done; `detail` stands behind its name."""
        self._share, self._detail = done / total if total else 1.0, detail

    def line(self, seconds: float) -> str:
        """The bar's text."""
        filled = round(BAR_WIDTH * (self._number + self._share) / len(self._stages))
        bar = "#" * filled + "-" * (BAR_WIDTH - filled)
        words = ", ".join(filter(None, [self._stages[self._number], self._detail]))
        return f"[{bar}] {words}  {seconds:.0f} s"

    def _draw(self, terminal: TextIO) -> None:
        begun = time.monotonic()
        pause = PATIENCE_S
        with terminal, suppress(OSError):
            while not self._done.wait(pause):
                pause = REDRAW_S
                width = shutil.get_terminal_size().columns - 1
                terminal.write("\r\x1b[K" + self.line(time.monotonic() - begun)[:width])
                terminal.flush()
            if pause == REDRAW_S:
                terminal.write("\r\x1b[K")
