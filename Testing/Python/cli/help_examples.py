"""The examples of the commands' help, and a shell that runs them as they stand."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

from running import COMMAND, run_here


def examples_of(*command: str) -> list[str]:
    """The command lines below "examples:" of a help, with those that go on in the next line joined."""
    text = run_here(*command, "--help").stdout
    lines = text.partition("\nexamples:\n")[2].partition("\n\n")[0].splitlines()
    return [line.strip() for line in "\n".join(lines).replace("\\\n", " ").splitlines()]


def in_shell(line: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a line in a shell that finds the command."""
    return subprocess.run(
        ["bash", "-c", line],
        cwd=folder,
        env={**os.environ, "PATH": f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=300,
        stdin=subprocess.DEVNULL,
    )
