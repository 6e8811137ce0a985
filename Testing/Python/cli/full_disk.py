"""A command where files cannot grow, and what it has to say then."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIMITED = """
import resource, sys
from radioimmuno_cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[1]), resource.RLIM_INFINITY))
sys.exit(main(sys.argv[2:]))
"""


def run_with_files_up_to(size: int, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command where no file becomes larger than this: the system refuses, as on a full disk."""
    command = [sys.executable, "-W", "error", "-c", LIMITED, str(size), *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def failed(done: subprocess.CompletedProcess[str]) -> None:
    assert done.returncode == 1, (done.stdout, done.stderr)
    assert done.stdout == ""
    assert done.stderr.count("\n") == 1, done.stderr
    assert "could not be written whole" in done.stderr
    assert done.stderr.endswith("[output.incomplete]\n")
