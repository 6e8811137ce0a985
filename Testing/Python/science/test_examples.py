"""The examples in the docstrings of the science and of the commands run, and come out as they stand there."""

from __future__ import annotations

import doctest
import importlib
from pathlib import Path

import pytest

SOURCE = Path(__file__).resolve().parents[3] / "RadioImmunoScore"
MODULES = [
    module
    for package in ("radioimmuno", "radioimmuno_cli")
    for module in sorted((SOURCE / package).rglob("*.py"))
    if ">>>" in module.read_text(encoding="utf-8")
]


def test_there_are_examples():
    assert len(MODULES) > 20


@pytest.mark.parametrize("module", MODULES, ids=lambda module: str(module.relative_to(SOURCE)))
def test_examples_run(module):
    name = ".".join(module.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")
    outcome = doctest.testmod(importlib.import_module(name), optionflags=doctest.ELLIPSIS)
    assert outcome.attempted > 0
    assert outcome.failed == 0
