"""`radioimmuno demo-follow-up`: what is found of a simulated patient is what is true, or asked for."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow


def test_what_is_found_is_true_or_asked_for(tmp_path):
    command = [sys.executable, "-m", "radioimmuno_cli", "demo-follow-up", "--out", "out", "--json"]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    document = json.loads(done.stdout)
    with (tmp_path / "out" / "simulated" / "truth.csv").open(newline="") as file:
        truth = list(csv.DictReader(file))
    matches = document["matches"]
    assert [{name: row[name] for name in truth[0]} for row in matches] == truth
    assert {row["kind"] for row in truth} == {"same", "gone", "new", "split", "merged"}
    assert document["right"] >= 0.85 * len(truth)
    assert not [row for row in matches if "another lesion" in row["found"]]
    assert "Spider plot" in Path(tmp_path, document["pages"][0]).read_text()
