"""What a person at a terminal sees: the progress bar and the table."""

from __future__ import annotations

import io
import os
import sys
import time
from dataclasses import dataclass

import pytest

from radioimmuno_cli import progress
from radioimmuno_cli.progress import Progress
from radioimmuno_cli.terminal_table import table


class Terminal(io.TextIOWrapper):
    """A stream that passes for a terminal: one end of a pipe."""

    def isatty(self):
        return True


@dataclass
class Screen:
    """A terminal to draw on, and what was drawn on it since one looked last."""

    stream: Terminal
    reading_end: int

    def look(self):
        try:
            return os.read(self.reading_end, 100_000).decode()
        except BlockingIOError:
            return ""


@pytest.fixture
def screen(monkeypatch):
    monkeypatch.setattr(progress, "PATIENCE_S", 0.05)
    monkeypatch.setattr(progress, "REDRAW_S", 0.02)
    reading_end, writing_end = os.pipe()
    os.set_blocking(reading_end, False)
    with Terminal(os.fdopen(writing_end, "wb")) as stream:
        yield Screen(stream, reading_end)
    os.close(reading_end)


def fail_after(seconds, bar):
    with bar:
        time.sleep(seconds)
        raise ValueError("failed")


def test_the_bar_grows_with_stages_and_steps_and_is_wiped_in_the_end(screen):
    with Progress(("reading", "scoring"), quiet=False, stream=screen.stream) as bar:
        bar.stage("reading")
        time.sleep(0.3)
        assert "[------------------------] reading" in screen.look()
        bar.stage("scoring")
        bar.step(1, 2)
        time.sleep(0.3)
        assert "[##################------] scoring" in screen.look()
    assert screen.look().endswith("\r\x1b[K")


def test_nothing_is_drawn_for_what_is_done_soon(screen):
    with Progress(("reading",), quiet=False, stream=screen.stream) as bar:
        bar.stage("reading")
    assert screen.look() == ""


def test_quiet_is_quiet(screen):
    with Progress(("reading",), quiet=True, stream=screen.stream) as bar:
        bar.stage("reading")
        time.sleep(0.3)
    assert screen.look() == ""


def test_the_bar_is_wiped_when_the_work_fails(screen):
    with pytest.raises(ValueError, match="failed"):
        fail_after(0.3, Progress(("reading",), quiet=False, stream=screen.stream))
    assert screen.look().endswith("\r\x1b[K")


def test_columns_are_aligned_and_numbers_stand_to_the_right():
    text = table(("lesion", "score", "reason"), [("a", "0.5", "fine"), ("longer", "-10.25", "")], ("score",))
    assert text.splitlines() == [
        "lesion   score  reason",
        "------  ------  ------",
        "a          0.5  fine",
        "longer  -10.25",
    ]


def test_a_long_reason_is_wrapped_and_a_color_shown_on_a_terminal(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "60")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    words = "The lesion is smaller than features can be measured on, and more than that."
    lines = table(("lesion", "reason"), [("a", words)], colors=["#ff8000"]).splitlines()
    assert lines[2].startswith("\x1b[48;2;255;128;0m  \x1b[0m a")
    assert len(lines) > 3
    assert max(map(len, lines[3:])) <= 60
    assert " ".join(" ".join(lines[2:]).partition("a       ")[2].split()) == words


def test_there_is_no_color_where_it_is_not_wanted(monkeypatch):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: True, raising=False)
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b" not in table(("lesion", "reason"), [("a", "")], colors=["#ff8000"])


def test_a_name_neither_commands_the_terminal_nor_turns_the_row_around():
    shown = table(("lesion", "reason"), [("a\x1b[2Jb\u202ec\nd", "x\u2066y")])
    assert shown.splitlines()[-1] == "a\ufffd[2Jb<U+202E>c d  x<U+2066>y"
