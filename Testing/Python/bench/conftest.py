"""Fixtures of the bench's own tests: a bench with a small module."""

from __future__ import annotations

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from drawing_window import kept_windows  # noqa: F401

HERE = Path(__file__).parent
BENCH = HERE.parents[1] / "Bench"

# Where everything is required a missing library fails these tests instead of hiding them.
IS_REQUIRED = os.environ.get("RADIOIMMUNO_REQUIRE_DATA") == "1"

if not IS_REQUIRED and (
    importlib.util.find_spec("slicer") is None or importlib.util.find_spec("PySide6") is None
):
    collect_ignore_glob = ["test_*.py"]
else:
    sys.path.insert(0, str(BENCH))
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")


def pytest_collection_modifyitems(items):
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.scene)


@pytest.fixture
def complaints():
    """What nobody would have heard; a test that ends with any of it fails."""
    from slicerbench.complaints import Complaints

    with Complaints() as complaints:
        yield complaints.heard
    assert complaints.heard == []


@pytest.fixture
def dialogs(complaints):
    from slicerbench.dialogs import Dialogs

    with Dialogs() as dialogs:
        yield dialogs


@pytest.fixture
def bench(dialogs):
    """A fresh scene with the module of `Sample.py`."""
    from slicerbench.session import Bench

    with Bench(HERE / "Sample.py") as bench:
        yield bench


@pytest.fixture
def qt():
    """The `qt` module, with a QApplication."""
    from slicerbench.session import qtApplication

    qtApplication()
    import qt

    return qt
