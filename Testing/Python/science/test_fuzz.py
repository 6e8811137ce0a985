"""Spoiled files of every kind: there is a result, or a refusal with a code, soon and in little memory."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from signature_cases import DOCUMENT

from radioimmuno.findings import TABLE, InputError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.lesion_table import apply_lesion_table
from radioimmuno.lesion import Lesion
from radioimmuno.signature.signature import read_signature

WORKER = Path(__file__).with_name("fuzz_worker.py")
SLOWEST_S, MOST_MB = 10, 300
SEED = 11

# kind of file: how many inputs; together more than 2,000
COUNTS = {
    "ct:nrrd": 200,
    "ct:gz.nrrd": 100,
    "ct:nhdr": 100,
    "ct:nii": 200,
    "ct:nii.gz": 100,
    "ct:mha": 150,
    "ct:mhd": 100,
    "mask:nrrd": 100,
    "mask:seg.nrrd": 150,
    "mask:nii.gz": 50,
    "mask:mha": 100,
    "dicom:native": 250,
    "dicom:multiframe": 200,
    "dicom:rle": 150,
    "dicom:1.2.840.10008.1.2.4.70": 6,  # each starts a process to decompress in
    "dicom:1.2.840.10008.1.2.4.80": 6,
    "signature": 300,
    "table": 300,
}

MASK = Image(np.ones((1, 1, 1), bool), Lattice((4, 4, 4), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))
MANY = settings(max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=10), inner, max_size=4),
    max_leaves=8,
)


@pytest.fixture(scope="module")
def worker(tmp_path_factory):
    """The worker, and the file of what it complains of."""
    log = tmp_path_factory.mktemp("worker") / "stderr"
    pipe = subprocess.PIPE
    with (
        log.open("w") as complaints,
        subprocess.Popen(
            [sys.executable, str(WORKER)], stdin=pipe, stdout=pipe, stderr=complaints, text=True
        ) as running,
    ):
        yield running, log
        running.stdin.close()


@pytest.mark.parametrize("kind", COUNTS)
def test_a_spoiled_file_is_read_or_refused(worker, kind):
    if kind.startswith("dicom:"):
        pytest.importorskip("pydicom")
    if kind.startswith("dicom:1.2."):
        pytest.importorskip("gdcm")
    running, log = worker
    print(json.dumps([kind, COUNTS[kind], SEED]), file=running.stdin, flush=True)
    printed = running.stdout.readline()
    found = json.loads(printed)
    assert isinstance(found, dict), f"exit code {printed}{log.read_text()[-2000:]}"
    assert json.loads(running.stdout.readline()) == 0
    assert found["failures"] == []
    assert set(found["outcomes"]) <= {"result", *TABLE}
    assert sum(found["outcomes"].values()) == COUNTS[kind]
    assert COUNTS[kind] < 50 or found["outcomes"].get("result", 0) < COUNTS[kind], "nothing was spoiled"
    assert found["slowest_s"] < SLOWEST_S
    assert found["grown_mb"] < MOST_MB


def fields_of(document, where=()):
    """The places of all fields and list items of a JSON document."""
    inner = document.items() if isinstance(document, dict) else enumerate(document)
    for key, value in inner:
        yield (*where, key)
        if isinstance(value, dict | list):
            yield from fields_of(value, (*where, key))


@MANY
@given(place=st.sampled_from(sorted(fields_of(DOCUMENT), key=str)), value=ANYTHING)
def test_a_signature_with_any_value_in_any_field_is_read_or_refused(tmp_path, place, value):
    document = json.loads(json.dumps(DOCUMENT))
    holder = document
    for key in place[:-1]:
        holder = holder[key]
    holder[place[-1]] = value
    path = tmp_path / "signature.json"
    path.write_text(json.dumps(document))
    outcome(lambda: read_signature(path), "signature", "settings", "combat")


CELLS = st.sampled_from(["1", "2", "first", "liver", "lymph node", "yes", "no", "", "lesion_id", "site"])
HEADERS = ["lesion_id,site", "name,site,irradiated", "lesion_id;name;site;irradiated"]
LINE = st.lists(CELLS | st.text(max_size=8), max_size=5).map(",".join)


@MANY
@given(
    header=st.sampled_from(["lesion_id,site", "name,site,irradiated", "lesion_id;name;site;irradiated"])
    | LINE,
    lines=st.lists(LINE, max_size=5),
    encoding=st.sampled_from(["utf-8", "utf-16", "utf-8-sig"]),
)
def test_any_table_is_read_or_refused(tmp_path, header, lines, encoding):
    lesions = [Lesion("1", "first", MASK), Lesion("2", "second", MASK)]
    path = tmp_path / "table.csv"
    path.write_bytes("\n".join([header, *lines]).encode(encoding, "surrogatepass"))
    outcome(lambda: apply_lesion_table(path, lesions), "table")


def outcome(read, *families):
    """A result, or a refusal by a code of one of the families."""
    try:
        code = f"{families[0]}.read" if read() is not None else "nothing"
    except InputError as error:
        code = error.code
    assert code.split(".")[0] in families
