"""The panel's tests: the module on the bench; whatever nobody would have heard fails a test."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from drawing_window import kept_windows  # noqa: F401

HERE = Path(__file__).parent
REPOSITORY = HERE.parents[2]
MODULE = REPOSITORY / "RadioImmunoScore" / "RadioImmunoScore.py"

# Where everything is required a missing library fails these tests instead of hiding them.
IS_REQUIRED = os.environ.get("RADIOIMMUNO_REQUIRE_DATA") == "1"

if not IS_REQUIRED and (
    importlib.util.find_spec("slicer") is None or importlib.util.find_spec("PySide6") is None
):
    collect_ignore_glob = ["test_*.py"]
else:
    sys.path.insert(0, str(REPOSITORY / "Testing" / "Bench"))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.scene)


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """Exceptions in slots and observers, errors of VTK and Qt; a test that ends with any fails."""
    from slicerbench.complaints import Complaints

    with Complaints() as complaints:
        yield complaints.heard
    assert complaints.heard == []


@pytest.fixture
def dialogs(complaints):
    """Dialogs return what is put in `dialogs.answers`; one without an answer fails the test."""
    from slicerbench.dialogs import Dialogs

    with Dialogs() as dialogs:
        yield dialogs
    assert dialogs.answers == []


@pytest.fixture
def bench(dialogs):
    """A fresh scene with the module loaded; its panel is made by `bench.open()`."""
    from slicerbench.session import Bench

    with Bench(MODULE) as bench:
        yield bench


@pytest.fixture
def panel(bench):
    """The module's Python widget, its panel shown and entered."""
    return bench.open()


@pytest.fixture
def window(bench):
    """The bench's window: the panel, and views that the mouse reaches."""
    from slicerbench.window import BenchWindow

    window = BenchWindow(bench, (1100, 700))
    yield window
    window.close()


@pytest.fixture
def ready(bench, window):
    """(panel, axial view, (CT node, segmentation node)) of a patient with a tumor that no segment covers."""
    from stroking import addTumorPatient

    nodes = addTumorPatient(bench)
    return bench.widget, window.views[0], nodes


@pytest.fixture
def scored(panel):
    """(panel, (CT node, segmentation node)) of a small patient, scored by a click."""
    from patients import addPatient, select, waitIdle

    from slicerbench.hands import click

    nodes = addPatient()
    select(panel, nodes)
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return panel, nodes


@pytest.fixture
def layouts(bench):
    """The scene's layout node, and the views that it asks for."""
    from slicerbench.layouts import Layouts

    layouts = Layouts(bench)
    yield layouts
    layouts.close()


@pytest.fixture
def two(layouts, panel):
    """(panel, nodes of the first study, nodes of the second) with the dates of both."""
    from follow_up_patients import twoStudies

    return twoStudies(panel)


@pytest.fixture(scope="session")
def registrations():
    """The registration of the one body to itself, which all courses have."""
    return []


@pytest.fixture
def matched(two, registrations, monkeypatch):
    """As `two`, matched by a click."""
    from patients import waitIdle

    from radioimmuno.followup import course
    from slicerbench.hands import click

    register = course.register

    def once(*args):
        if not registrations:
            registrations.append(register(*args))
        return registrations[0]

    monkeypatch.setattr(course, "register", once)
    click(two[0].panel.ui.matchButton)
    waitIdle(two[0])
    return two
