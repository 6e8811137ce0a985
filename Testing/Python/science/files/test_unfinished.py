"""What a killed writer leaves is removed by the next one; what somebody alive writes, or foreign, is not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from radioimmuno.files import unfinished
from radioimmuno.files.atomic import replacing, write_bytes
from radioimmuno.files.atomic_folder import replacing_folder
from radioimmuno.files.unfinished import LOCK_NAME, OLD_NAME, PREFIX, unfinished_folder

pytestmark = pytest.mark.skipif(os.name != "posix", reason="needs locks of POSIX systems")

WRITER = """
import sys, time
from radioimmuno.files.atomic import replacing
from radioimmuno.files.atomic_folder import replacing_folder
from pathlib import Path
out = Path(sys.argv[1])
with replacing(out / "file.csv") as file, replacing_folder(out / "result", "patient.json") as folder:
    file.write_text("half")
    (folder / "patient.json").write_text("half")
    print("writing", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def writer(tmp_path):
    """A process that is writing a file and a folder."""
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout.readline() == "writing\n"
        yield process
        process.kill()


def hidden(folder: Path) -> list[Path]:
    return [entry for entry in folder.iterdir() if entry.name.startswith(".")]


def test_leftovers_of_a_kill_are_removed_by_the_next_run_into_the_same_place(writer, tmp_path):
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    assert len(hidden(tmp_path)) == 2
    write_bytes(tmp_path / "another.csv", b"new")
    assert hidden(tmp_path) == []
    assert [entry.name for entry in tmp_path.iterdir()] == ["another.csv"]


def test_what_a_living_process_is_writing_stays(writer, tmp_path):
    before = sorted(tmp_path.rglob("*"))
    write_bytes(tmp_path / "another.csv", b"new")
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "another.csv"])


def test_what_only_looks_like_a_leftover_stays(tmp_path):
    for number, text in enumerate(
        ("", "{}", "[]", '{"kind": "other"}', '{"kind": "radioimmuno-unfinished"}')
    ):
        (tmp_path / f"{PREFIX}{number}").mkdir()
        (tmp_path / f"{PREFIX}{number}" / LOCK_NAME).write_text(text)
    (tmp_path / f"{PREFIX}5").mkdir()
    (tmp_path / f"{PREFIX}6").write_text("a file")
    (tmp_path / f"{PREFIX}7").mkdir()
    os.mkfifo(tmp_path / f"{PREFIX}7" / LOCK_NAME)
    (tmp_path / ".1234abcd.scores.csv").write_text("mine")
    before = sorted(tmp_path.rglob("*"))
    write_bytes(tmp_path / "another.csv", b"new")
    assert sorted(tmp_path.rglob("*")) == sorted([*before, tmp_path / "another.csv"])


def left_by(folder: Path, host: str, locked: bool = True) -> Path:
    left = folder / f"{PREFIX}1"
    left.mkdir()
    mark = {"kind": unfinished.KIND, "host": host, "target": "result", "lock": locked}
    (left / LOCK_NAME).write_text(json.dumps(mark))
    return left


def test_of_another_machine_only_what_is_a_day_old_is_taken_for_left(tmp_path):
    left = left_by(tmp_path, "another-machine")
    write_bytes(tmp_path / "a.csv", b"")
    assert left.exists()
    yesterday = time.time() - unfinished.OTHER_HOST_S - 60
    os.utime(left / LOCK_NAME, (yesterday, yesterday))
    write_bytes(tmp_path / "a.csv", b"")
    assert not left.exists()


def test_where_nothing_could_be_locked_nothing_is_taken_for_left(tmp_path, monkeypatch):
    left = left_by(tmp_path, unfinished.socket.gethostname(), locked=False)
    write_bytes(tmp_path / "a.csv", b"")
    assert left.exists()
    monkeypatch.setattr(unfinished, "fcntl", None)
    with unfinished_folder(tmp_path / "b.csv") as folder:
        assert json.loads((folder / LOCK_NAME).read_text())["lock"] is None
        write_bytes(tmp_path / "a.csv", b"")
        assert folder.exists()


def test_a_folder_whose_writer_died_between_the_two_renames_comes_back(tmp_path):
    left = left_by(tmp_path, unfinished.socket.gethostname())
    (left / OLD_NAME).mkdir()
    (left / OLD_NAME / "notes.txt").write_text("mine")
    with replacing_folder(tmp_path / "result", "patient.json") as folder:
        (folder / "patient.json").write_text("new")
    assert (tmp_path / "result" / "notes.txt").read_text() == "mine"
    assert hidden(tmp_path) == []


def test_leftovers_inside_of_a_folder_that_was_written_into_are_removed(tmp_path):
    result = tmp_path / "result"
    result.mkdir()
    left_by(result, unfinished.socket.gethostname())
    with replacing_folder(result, "patient.json") as folder:
        (folder / "patient.json").write_text("new")
    assert sorted(entry.name for entry in result.iterdir()) == [".radioimmuno-files", "patient.json"]


def test_a_name_that_libraries_cannot_spell_is_written_under_one_with_its_ending(tmp_path):
    target = tmp_path / os.fsdecode(b"l\xe4sion.seg.nrrd")
    with replacing(target) as file:
        assert file.name == "unfinished.seg.nrrd"
        file.write_text("new")
    assert target.read_text() == "new"
