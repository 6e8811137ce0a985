"""`radioimmuno demo`: everything comes out, and its files score the same again."""

from __future__ import annotations

import csv
import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time

import pytest
import SimpleITK as sitk
from help_examples import examples_of
from running import COMMAND

pytestmark = [pytest.mark.scene, pytest.mark.slow]

WRITTEN = {
    "ct.nrrd", "lesions.seg.nrrd", "scores.csv", "patient.json", "report.html", "rings.nrrd", "scene.mrb",
    "axial.png", "3d.png", "scored_lesions.seg.nrrd", ".radioimmuno-files",
}  # fmt: skip


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Where the user stands: a folder with a way to the command in it."""
    made = tmp_path_factory.mktemp("a folder's name ")
    (made / "bin").symlink_to(COMMAND.parent)
    return made


@pytest.fixture(scope="module")
def demo(place):
    """What the first example of the help printed where the shell finds the command, and its folder."""
    return in_shell(place, examples_of("demo")[0], on_path=True), place / "demo"


@pytest.fixture(scope="module")
def another(place):
    """What the second example printed where the shell does not find the command, and its folder."""
    example = examples_of("demo")[1].replace("another", shlex.quote("the result's"))
    return in_shell(place, f"bin/{example}", on_path=False), place / "the result's"


def in_shell(place, line, on_path):
    path = f"{place / 'bin'}:/usr/bin:/bin" if on_path else "/usr/bin:/bin"
    environment = os.environ | {"PATH": path}
    return subprocess.run(line, shell=True, cwd=place, env=environment, capture_output=True, text=True)


def scores_of(folder):
    with (folder / "scores.csv").open(newline="") as stream:
        return {row["lesion_id"]: row["score"] for row in csv.DictReader(stream)}


def test_every_file_is_written(demo):
    done, out = demo
    assert done.returncode in (0, 8), done.stderr
    assert {file.name for file in out.iterdir()} == WRITTEN
    assert all(file.stat().st_size > 0 for file in out.iterdir())


def test_it_ends_in_a_table_of_the_lesions_and_the_notice(demo):
    done, out = demo
    lesions = json.loads((out / "patient.json").read_text())["lesions"]
    assert len(lesions) >= 3
    for lesion in lesions:
        (line,) = [line for line in done.stdout.splitlines() if line.startswith(f"{lesion['name']} ")]
        assert f"{lesion['score']:.3f}" in line
    assert "DEMONSTRATION SIGNATURE" in done.stdout


def test_the_report_holds_the_scenes_pictures_and_stays_one_file(demo):
    _, out = demo
    page = (out / "report.html").read_text(encoding="utf-8")
    assert len(re.findall(r'<img src="data:image/jpeg;base64,', page)) == 2
    assert "axial.png" not in page


def test_its_files_score_the_same_again(demo, radioimmuno, tmp_path):
    _, out = demo
    kvp = json.loads((out / "patient.json").read_text())["provenance"]["acquisition"]["kvp"]
    done = radioimmuno("score", out / "ct.nrrd", out / "lesions.seg.nrrd", "--kvp", kvp, "--out", tmp_path)
    assert done.returncode in (0, 8), done.stderr
    assert scores_of(tmp_path) == scores_of(out)


@pytest.mark.parametrize("on_path", [True, False])
def test_the_line_that_it_ends_with_works_where_the_user_stands(demo, another, place, on_path):
    """The printed line is run in a shell as it stands, in the folder where the demonstration was called."""
    command, out = ("radioimmuno", "demo") if on_path else ("bin/radioimmuno", "the result's")
    done = demo[0] if on_path else another[0]
    assert done.returncode in (0, 8), done.stderr
    line = done.stdout.splitlines()[-1].partition("To score the files yourself: ")[2]
    assert line.startswith(f"{command} score ")
    again = in_shell(place, line, on_path)
    assert again.returncode in (0, 8), again.stderr
    assert scores_of(place / f"{out}-again") == scores_of(place / out)


def test_a_pet_lies_beside_the_ct_with_references_on_the_cts_voxels(another):
    done, out = another
    assert "pet.nrrd, references.seg.nrrd" in done.stdout
    assert {file.name for file in out.iterdir()} == WRITTEN | {
        "pet.nrrd",
        "references.seg.nrrd",
        "uptake.csv",
    }
    names = ("ct.nrrd", "references.seg.nrrd", "pet.nrrd")
    ct, references, pet = (sitk.ReadImage(str(out / name)) for name in names)
    assert (pet.GetSpacing(), pet.GetSize()) != (ct.GetSpacing(), ct.GetSize())
    assert references.GetSpacing() == ct.GetSpacing()
    segments = {references.GetMetaData(f"Segment{n}_Name"): n for n in range(3)}
    assert set(segments) == {"Liver reference", "Blood pool reference", "Muscle reference"}
    label = int(references.GetMetaData(f"Segment{segments['Liver reference']}_LabelValue"))
    liver = sitk.Resample(references == label, pet, sitk.Transform(), sitk.sitkNearestNeighbor)
    values, inside = sitk.GetArrayFromImage(pet), sitk.GetArrayFromImage(liver) > 0
    assert values.min() >= 0
    assert 1.5 < values[inside].mean() < 3.2


def test_ctrl_c_stops_with_one_line_and_nothing_half_written(tmp_path):
    # A test run in the background ignores Ctrl-C and hands that down; a person's shell does not.
    listening = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler)"
    command = [
        sys.executable,
        "-c",
        f"{listening}; from radioimmuno_cli.main import main; raise SystemExit(main())",
    ]
    out = tmp_path / "out"
    with subprocess.Popen([*command, "demo", "--out", out], stderr=subprocess.PIPE, text=True) as running:
        while not list(tmp_path.iterdir()) and running.poll() is None:
            time.sleep(0.05)
        time.sleep(0.5)
        running.send_signal(signal.SIGINT)
        assert running.stderr.read() == "radioimmuno: stopped\n"
    assert running.returncode == 130
    assert list(tmp_path.iterdir()) == []
