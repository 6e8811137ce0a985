"""Programs of others that read and check DICOM files; absent ones skip a test, or fail it in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Java 17 limits XPath expressions to fewer than the validator's tables have.
LIMITS = [f"-Djdk.xml.xpath{limit}Limit=0" for limit in ("ExprGrp", "ExprOp", "TotalOp")]
# What is over in seconds never earns back the work of the optimizing compiler and of a parallel collector.
SHORT_RUN = ["-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"]
JAVA = " ".join([*LIMITS, *SHORT_RUN])
TIMEOUT_S = 300


def run(program: str, *arguments: object) -> str:
    """What a program prints, on both streams."""
    beside = Path(sys.executable).with_name(program)
    found = str(beside) if beside.exists() else shutil.which(program)
    if found is None:
        message = f"needs the program {program} (make validators)"
        if os.environ.get("RADIOIMMUNO_REQUIRE_DATA") == "1":
            pytest.fail(message)
        pytest.skip(message)
    done = subprocess.run(
        [found, *map(str, arguments)],
        capture_output=True,
        timeout=TIMEOUT_S,
        env=os.environ | {"JAVA_TOOL_OPTIONS": JAVA},
        check=False,
    )
    return (done.stdout + done.stderr).decode("utf-8", "replace")
