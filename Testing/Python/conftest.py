"""Fixtures for all tests: where the real CT lie, and what happens when they are not there."""

from __future__ import annotations

import importlib.util
import os
from collections import Counter
from contextlib import suppress
from pathlib import Path

import pytest

# The same pseudonyms everywhere, and the settings of whoever runs the tests stay as they are.
os.environ["RADIOIMMUNO_SALT"] = "salt of the tests"

# Side by side each process has a core of its own: OpenBLAS's threads would wait by spinning on the other's.
if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# How long an example takes says nothing on a machine that does other things, too. (PyRadiomics' own
# environment, where one file of tests runs, is without hypothesis.)
with suppress(ImportError):
    from hypothesis import settings

    settings.register_profile("untimed", deadline=None)
    settings.load_profile("untimed")

REPOSITORY = Path(__file__).resolve().parents[2]

# What tests skip without. PyRadiomics' own environment has none of it.
LIBRARIES = ("pydicom", "highdicom", "gdcm", "sklearn", "lifelines", "skops", "distributed", "pyarrow")
IS_REQUIRED = os.environ.get("RADIOIMMUNO_REQUIRE_DATA") == "1"

# Of a slow test whose mark says nothing else.
SLOW_SECONDS = 5


def pytest_configure() -> None:
    """Where all tests are required to run, a library that is missing is an error and no reason to skip."""
    if IS_REQUIRED and os.environ.get("RADIOIMMUNO_REQUIRE_PYRADIOMICS") != "1":
        missing = [name for name in LIBRARIES if importlib.util.find_spec(name) is None]
        if missing:
            raise pytest.UsageError(f"missing: {', '.join(missing)}. `make env` installs them.")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Files whose slow tests take longest come first: at the end one would leave the other process idle."""
    seconds: Counter[Path] = Counter()
    for item in items:
        if mark := item.get_closest_marker("slow"):
            seconds[item.path] += mark.kwargs.get("seconds", SLOW_SECONDS)
    items.sort(key=lambda item: -seconds[item.path])


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real CT: `RADIOIMMUNO_DATA`, by default `../shared/data` from the repository's root."""
    return _existing("RADIOIMMUNO_DATA", REPOSITORY.parent / "shared" / "data")


@pytest.fixture(scope="session")
def reference_table() -> Path:
    """IBSI's consensus values: `RADIOIMMUNO_REFERENCE`, by default beside the data."""
    folder = Path(os.environ.get("RADIOIMMUNO_DATA", REPOSITORY.parent / "shared" / "data"))
    return _existing("RADIOIMMUNO_REFERENCE", folder.parent / "reference" / "ibsi_reference.csv")


def _existing(variable: str, default: Path) -> Path:
    path = Path(os.environ.get(variable, default)).resolve()
    if path.exists():
        return path
    message = f"needs {path}, which is not there ({variable} names another place)"
    if IS_REQUIRED:
        pytest.fail(message)
    pytest.skip(message)
