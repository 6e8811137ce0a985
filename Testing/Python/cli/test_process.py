"""Closed streams, pipes that end, signals, names of any bytes, empty arguments: no traceback, no hang."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from radioimmuno_cli import main, ring

COMMAND = [sys.executable, "-W", "error", "-m", "radioimmuno_cli"]
CASE = ("ct.nrrd", "labels.nrrd")
SCORE = ("score", *CASE, "--signature", "signature.json", "--kvp", "120")
COMMANDS = {
    "check": ("check", *CASE, "--out", "checks.csv"),
    "features": ("features", *CASE, "--region", "lesion", "--out", "features.csv"),
    "ring": ("ring", *CASE, "--out", "rings.nrrd"),
    "maps": ("maps", *CASE, "--names", "mean", "--out", "maps"),
    "score": (*SCORE, "--out", "result"),
    "segment": ("segment", "ct.nrrd", "--click=20,20,16", "--out", "new.seg.nrrd"),
    "signature": ("signature", "check", "signature.json"),
    "--help": ("--help",),
    "failing": ("ring", "missing.nrrd", "labels.nrrd", "--out", "rings.nrrd"),
    "usage": ("ring", *CASE),
}


@pytest.fixture
def place(files, tmp_path, monkeypatch):
    """The patient's files in a folder to work in."""
    monkeypatch.chdir(tmp_path)
    for file in (files.ct, files.labels, files.signature):
        shutil.copy(file, file.name)
    return tmp_path


@pytest.fixture
def never_hanging():
    """End a test that hangs."""

    def end(number, frame):
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, end)
    signal.alarm(60)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


def run(command, place, **options):
    return subprocess.run([*COMMAND, *command], cwd=place, timeout=120, **options)


def shell(text, place):
    """A line in a shell, with `radioimmuno` for the command; exit code, stdout and stderr come back."""
    words = text.replace("radioimmuno", " ".join(COMMAND), 1)
    return subprocess.run(words, shell=True, cwd=place, capture_output=True, text=True, timeout=120)


@pytest.mark.parametrize(
    ("name", "closed"),
    [
        ("ring", "<&- >&- 2>&-"),
        ("ring", "2>&-"),
        ("--help", ">&-"),
        ("failing", ">&-"),
        ("failing", "2>&-"),
        ("usage", ">&- 2>&-"),
    ],
)
def test_closed_streams_change_nothing_but_what_is_read(place, name, closed):
    expected = {"failing": 1, "usage": 2}.get(name, 0)
    done = shell(f"radioimmuno {' '.join(COMMANDS[name])} {closed}", place)
    assert done.returncode == expected, done.stderr
    assert "Traceback" not in done.stderr
    if name == "ring":
        assert (place / "rings.nrrd").read_bytes().startswith(b"NRRD")
    if expected and "2>&-" not in closed:
        assert done.stderr.splitlines()[-1].startswith("radioimmuno")


@pytest.mark.parametrize(
    ("name", "stream"),
    [("signature", "stdout"), ("--help", "stdout"), ("failing", "stderr"), ("usage", "stderr")],
)
def test_a_reader_that_stops_reading_gets_no_complaint(place, name, stream):
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as broken:
        streams = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, stream: broken}
        done = run(
            (*COMMANDS[name], *(("--json",) if name == "features" else ())), place, text=True, **streams
        )
    assert "Traceback" not in (done.stderr or "")
    assert "Exception ignored" not in (done.stderr or "")
    assert done.returncode == {"usage": 2, "failing": 1}.get(name, int(stream == "stdout"))


@pytest.mark.parametrize(
    ("arguments", "exit_code", "code"),
    [
        (("ring", "missing.nrrd", "labels.nrrd", "--out", "r.nrrd"), 1, "ct.unreadable"),
        (("ring", *CASE, "--out", "ct.nrrd"), 1, "output.is_input"),
        (("ring", *CASE, "--out", "."), 1, "failed"),
        (("ring", *CASE), 2, "usage"),
        (("ring", *CASE, "--out", ""), 2, "usage"),
        (("unknown",), 2, "usage"),
        ((), 2, "usage"),
        (("score", *CASE, "--signature", "ct.nrrd", "--out", "result"), 1, "signature.unreadable"),
        (("score", *CASE, "--kvp", "high", "--out", "result"), 2, "usage"),
        (("maps", *CASE, "--names", "beauty", "--out", "maps"), 1, "failed"),
        (("check", *CASE, "--settings", "none", "--out", "c.csv"), 1, "settings.invalid"),
        (("signature", "check", "labels.nrrd"), 1, "signature.unreadable"),
        (("segment", "ct.nrrd", "--out", "s.nrrd"), 2, "usage"),
        (("series", "missing"), 1, None),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
def test_json_gives_an_object_for_every_failure(place, capsys, arguments, exit_code, code):
    assert main.main([*arguments, "--json"]) == exit_code
    printed = capsys.readouterr()
    document = json.loads(printed.out)
    assert document["exit_code"] == exit_code
    assert code in (None, document["error"]["code"])
    assert " ".join(document["error"]["text"].split()) in " ".join(printed.err.split())


def test_json_gives_an_object_for_what_nobody_expected(place, monkeypatch, capsys):
    def fails(*arguments, **options):
        raise ZeroDivisionError("by zero")

    monkeypatch.setattr(ring, "read_study", fails)
    assert main.main(["ring", *CASE, "--out", "r.nrrd", "--json"]) == 1
    printed = capsys.readouterr()
    expected = {"code": "unexpected", "text": "unexpected failure: ZeroDivisionError: by zero"}
    assert json.loads(printed.out) == {"exit_code": 1, "error": expected}
    assert printed.err == "radioimmuno: unexpected failure: ZeroDivisionError: by zero\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ("ring", *CASE, "--out", ""),
        ("ring", *CASE, "--out="),
        ("ring", "", "labels.nrrd", "--out", "r.nrrd"),
        ("maps", *CASE, "--lesion", "", "--out", "maps"),
        ("score", *CASE, "--lesion-table", "", "--out", "result"),
        ("features", *CASE, "--roi=", "--out", "f.csv"),
    ],
)
def test_an_empty_argument_is_wrong_usage(place, capsys, arguments):
    before = sorted(place.iterdir())
    assert main.main(arguments) == 2
    complaint = capsys.readouterr().err
    assert complaint.startswith("usage: ")
    assert "an argument is empty" in complaint
    assert sorted(place.iterdir()) == before


@pytest.mark.parametrize("name", ["check", "features", "ring", "maps", "score", "segment", "signature"])
def test_names_of_any_bytes_are_read_and_written(place, name, monkeypatch, capsys):
    """A folder and files whose names are no UTF-8, as old archives and other systems leave them."""
    folder = place / os.fsdecode(b"M\xfcller \xff")
    folder.mkdir()
    odd = {
        file: os.fsdecode(b"\xe4" + os.fsencode(file))
        for file in ("ct.nrrd", "labels.nrrd", "signature.json")
    }
    for file, other in odd.items():
        (place / file).rename(folder / other)
    command = [odd.get(word, word) for word in COMMANDS[name]]
    if "--out" in command:
        command[command.index("--out") + 1] = os.fsdecode(b"\xfc" + os.fsencode(command[-1]))
    monkeypatch.chdir(folder)
    code = main.main([*command, "--json"])
    printed = capsys.readouterr()
    assert code == 0, printed.err
    for file in json.loads(printed.out).get("files", []):
        assert (folder / file).stat().st_size > 0
    assert not [entry for entry in folder.iterdir() if entry.name.startswith(".")]


def pipe(path):
    os.mkfifo(path)


def device(path):
    path.symlink_to("/dev/zero")


def listening(path):
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(path))


@pytest.mark.parametrize("kind", [pipe, device, listening])
@pytest.mark.parametrize(
    ("name", "command"),
    [
        ("odd.nrrd", ("ring", "odd.nrrd", "labels.nrrd", "--out", "r.nrrd")),
        ("odd", ("ring", "odd", "labels.nrrd", "--out", "r.nrrd")),
        ("odd.nrrd", ("ring", "ct.nrrd", "odd.nrrd", "--out", "r.nrrd")),
        ("odd.csv", (*SCORE, "--lesion-table", "odd.csv", "--out", "result")),
        ("odd.json", ("score", *CASE, "--signature", "odd.json", "--out", "result")),
        ("odd.json", ("ring", *CASE, "--settings", "odd.json", "--out", "r.nrrd")),
        ("odd.nrrd", ("segment", "odd.nrrd", "--click=0,0,0", "--out", "s.nrrd")),
        ("odd", ("series", "odd")),
        ("odd.raw", ("ring", "odd.mhd", "labels.nrrd", "--out", "r.nrrd")),
        ("result/patient.json", ("export-dicom", "result", "--ct", "ct", "--out", "dicom")),
        ("odd.nrrd", ("ring", *CASE, "--out", "odd.nrrd")),
        ("odd", (*SCORE, "--out", "odd")),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else None,
)
@pytest.mark.usefixtures("never_hanging", "place")
def test_pipes_devices_and_sockets_are_refused_in_words(capsys, kind, name, command):
    Path("result").mkdir()
    Path("ct").mkdir()
    header = ["ObjectType = Image", "NDims = 3", "DimSize = 60 60 30", "ElementType = MET_SHORT"]
    Path("odd.mhd").write_text("\n".join([*header, "ElementDataFile = odd.raw", ""]))
    kind(Path(name))
    assert main.main(command) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert re.fullmatch(r"radioimmuno: [^\n]+\n", printed.err), printed.err
    assert not re.search("unexpected|Errno", printed.err), printed.err


@pytest.mark.parametrize(
    ("name", "number", "code"), [("score", signal.SIGTERM, 143), ("ring", signal.SIGHUP, 129)]
)
def test_a_signal_ends_the_command_in_order(place, number, code, name):
    for attempt in range(5):
        # Another time where it had ended before the signal came, as on a machine that does other things, too.
        folder = shutil.copytree(place, place.with_name(f"{place.name}_{attempt}"))
        before = sorted(folder.iterdir())
        done, took = _signalled(COMMANDS[name], folder, number)
        if done.returncode != 0:
            break
    assert (done.returncode, done.stdout, done.stderr) == (code, "", "radioimmuno: stopped\n")
    assert took < 20
    assert sorted(folder.iterdir()) == before


def _signalled(command, folder, number):
    """The command, that gets a signal as soon as its libraries are loaded, and the seconds from then."""
    with subprocess.Popen(
        [*COMMAND, *command], cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as running:
        while running.poll() is None and not _is_reading(running.pid):
            time.sleep(0.002)
        running.send_signal(number)
        begun = time.monotonic()
        out, complaint = running.communicate(timeout=60)
    done = subprocess.CompletedProcess(command, running.returncode, out, complaint)
    return done, time.monotonic() - begun


def _is_reading(pid):
    """Whether a process has loaded its libraries."""
    try:
        return "_SimpleITK" in Path(f"/proc/{pid}/maps").read_text()
    except OSError:
        return False


def test_a_signal_that_is_ignored_stays_ignored(place):
    done = shell("trap '' HUP; radioimmuno --version; kill -HUP $$; echo alive", place)
    assert done.stdout.splitlines()[-1] == "alive"
    code = (
        "import signal, sys; signal.signal(signal.SIGHUP, signal.SIG_IGN);"
        "from radioimmuno_cli.process import ending_in_order\n"
        "with ending_in_order(): sys.exit(signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN)"
    )
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0


def test_several_signals_at_once_do_not_stop_the_cleaning_up():
    code = (
        "import os, signal\n"
        "from radioimmuno_cli.process import Terminated, ending_in_order\n"
        "try:\n"
        "    with ending_in_order():\n"
        "        try: os.kill(os.getpid(), signal.SIGTERM)\n"
        "        finally: os.kill(os.getpid(), signal.SIGHUP); print('cleaned', flush=True)\n"
        "except Terminated as end: raise SystemExit(end.exit_code)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (143, "cleaned\n", "")
