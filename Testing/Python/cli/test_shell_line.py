"""The command line that the demonstration prints calls what was called, whatever the paths are."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from radioimmuno_cli.process import shell_line


@pytest.fixture
def place(tmp_path, monkeypatch):
    """A folder to stand in, with the command in `.venv/bin` and nothing on PATH."""
    program = tmp_path / ".venv" / "bin" / "radioimmuno"
    program.parent.mkdir(parents=True)
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("PATH", "/usr/bin:/bin")
    return tmp_path


@pytest.mark.parametrize("called", [".venv/bin/radioimmuno", "{place}/.venv/bin/radioimmuno"])
def test_a_command_that_is_not_on_the_path_is_called_by_the_way_to_it(place, monkeypatch, called):
    monkeypatch.setattr(sys, "argv", [called.format(place=place)])
    assert shell_line(["score", Path("a b/ct.nrrd")]) == ".venv/bin/radioimmuno score 'a b/ct.nrrd'"


def test_from_elsewhere_it_is_called_by_its_whole_way(place, monkeypatch):
    monkeypatch.chdir("/")
    monkeypatch.setattr(sys, "argv", [str(place / ".venv/bin/radioimmuno")])
    here = str(place / ".venv/bin/radioimmuno")
    assert shlex.split(shell_line([]))[0] in (here, here.lstrip("/"))
    assert (Path("/") / shlex.split(shell_line([]))[0]).exists()


def test_a_command_that_is_on_the_path_is_called_by_its_name(place, monkeypatch):
    monkeypatch.setenv("PATH", f"{place}/.venv/bin:/usr/bin")
    monkeypatch.setattr(sys, "argv", [str(place / ".venv/bin/radioimmuno")])
    assert shell_line(["demo"]) == "radioimmuno demo"


def test_another_command_of_that_name_on_the_path_is_not_taken(place, monkeypatch):
    other = place / "other" / "radioimmuno"
    other.parent.mkdir()
    other.write_text("#!/bin/sh\n")
    other.chmod(0o755)
    monkeypatch.setenv("PATH", f"{other.parent}:/usr/bin")
    monkeypatch.setattr(sys, "argv", [".venv/bin/radioimmuno"])
    assert shell_line(["demo"]) == ".venv/bin/radioimmuno demo"


def test_a_module_is_called_as_a_module(place, monkeypatch):
    monkeypatch.setattr(sys, "argv", ["/somewhere/radioimmuno_cli/__main__.py"])
    assert shlex.split(shell_line(["demo"])) == [sys.executable, "-m", "radioimmuno_cli", "demo"]
