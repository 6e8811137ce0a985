"""The counting of files that a walk leads through, on a small package whose walk is known."""

from __future__ import annotations

import importlib
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "Regression"))

from same_speed import confidence_limits
from walks import Recorder, reached

FILES = {
    # The action starts a thread, whose result is shown afterwards.
    "start": """
import threading
from walked import job, show

def act():
    worker = job.Job()
    thread = threading.Thread(target=worker.run)
    thread.start()
    thread.join()
    show.show(worker.score, [])
""",
    "job": """
from walked import read, score

class Job:
    def run(self):
        self.score = score.score(read.read())
""",
    "read": """
from walked import deep

def read():
    return [deep.deep()]
""",
    "deep": """
def deep():
    return {"a": 1}
""",
    "score": """
from walked import aside, kind

def score(values):
    aside.look(values)
    return kind.Score(values)
""",
    "kind": """
from dataclasses import dataclass

@dataclass(frozen=True)
class Score:
    values: list
""",
    "aside": """
def look(values):
    return len(values)
""",
    "show": """
from walked import after

def show(score, shown):
    shown.append(score)
    after.after()
""",
    "after": """
def after():
    return None
""",
}
CHAIN = {"show.py", "start.py", "score.py", "job.py"}


@pytest.fixture
def walk(tmp_path, monkeypatch):
    """The files of the walk from `start.act` to the first call of `list.append`, by rule."""
    package = tmp_path / "walked"
    package.mkdir()
    for name, text in FILES.items():
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(str(tmp_path))
    start = importlib.import_module("walked.start")
    recorder = Recorder(str(package), ("Score",), ("list", "append"))
    with recorder.recording():
        recorder.begin()
        start.act()
    for name in [name for name in sys.modules if name.split(".")[0] == "walked"]:
        del sys.modules[name]
    score = next(iter(recorder.values))
    return {rule: set(files) for rule, files in reached(recorder, score).items()}


def test_each_rule_has_its_files(walk):
    assert walk["chain"] == CHAIN
    assert walk["values"] == CHAIN | {"read.py"}
    assert walk["origins"] == CHAIN | {"read.py", "kind.py"}
    assert walk["ran"] == CHAIN | {"read.py", "kind.py", "deep.py", "aside.py"}


@pytest.mark.parametrize(
    ("count", "limits"), [(4, None), (5, (1, 5)), (8, (2, 7)), (11, (3, 9)), (20, (6, 15)), (30, (11, 20))]
)
def test_limits_of_a_median_are_those_of_the_sign_test(count, limits):
    """Ranks as tables of the sign test have them for 90 %."""
    assert confidence_limits(range(1, count + 1)) == limits
