"""Every result says whose it is, and nothing identifying unless a person asked for it."""

from __future__ import annotations

import csv
import json
import os
import re

import pytest
import SimpleITK as sitk
from small_patient import ct_values, label_map

pytest.importorskip("pydicom")

from dicom_series import ct_series, write
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.identity import pseudonym
from radioimmuno.io.segmentation_writer import write_segmentation
from radioimmuno.lesion import Lesion

SPACING, ORIGIN = (2.0, 1.0, 1.0), (0.0, 0.0, 0.0)
PATIENT_ID, NAME = "4711-Muster", "Mustermann^Erika"
IDENTIFYING = re.compile("mustermann|4711|erika|19600101|acc-99", re.IGNORECASE)
PSEUDONYM = pseudonym(PATIENT_ID, os.environ["RADIOIMMUNO_SALT"].encode())
WHOSE = {"patient": PSEUDONYM, "study": "2020-01-02", "series": "Thorax 1.0"}

COMMANDS = {
    "score": lambda out: ("--signature", out.parent / "signature.json", "--out", out / "r"),
    "features": lambda out: ("--region", "lesion", "--out", out / "features.csv"),
    "check": lambda out: ("--out", out / "checks.csv"),
    "maps": lambda out: ("--names", "mean", "--out", out / "maps"),
    "ring": lambda out: ("--out", out / "rings.nrrd"),
}


@pytest.fixture(scope="module")
def clinic(tmp_path_factory, files):
    """A DICOM CT in a folder of the patient's name, with lesions in a file of that name."""
    folder = tmp_path_factory.mktemp("clinic")
    header = {
        "PatientID": PATIENT_ID,
        "PatientName": NAME,
        "PatientBirthDate": "19600101",
        "AccessionNumber": "ACC-99",
        "StudyDate": "20200102",
        "SeriesDescription": "Thorax 1.0",
    }
    slices = ct_series(ct_values(), spacing=SPACING, origin=ORIGIN, **header)
    write(folder / "Mustermann_Erika", slices, "MUSTERMANN.CT.{:04d}.IMA")
    (folder / "Mustermann_Erika" / "MUSTERMANN.CT.9999.IMA").write_bytes(b"")
    lattice = Lattice(label_map().shape, SPACING, ORIGIN)
    lesions = [Lesion(f"s{n}", f"lesion {n}", Image(label_map() == n, lattice)) for n in (1, 2, 3)]
    write_segmentation(folder / "Mustermann.seg.nrrd", lesions, lattice)
    (folder / "signature.json").write_bytes(files.signature.read_bytes())
    return folder


def run(radioimmuno, clinic, command, *options):
    """What the command printed as JSON, and all text that it wrote."""
    out = clinic / f"out-{command}"
    out.mkdir(exist_ok=True)
    ct, lesions = clinic / "Mustermann_Erika", clinic / "Mustermann.seg.nrrd"
    done = radioimmuno(command, ct, lesions, *COMMANDS[command](out), *options, "--json")
    assert done.returncode == 0, done.stderr
    written = {file: file.read_bytes() for file in out.rglob("*") if file.is_file()}
    assert written
    texts = [data.decode("latin-1") for data in written.values()]
    printed = done.stdout.replace(str(clinic), "")
    return json.loads(done.stdout), out, "\n".join([printed, *texts])


@pytest.mark.parametrize("command", COMMANDS)
def test_nothing_identifying_is_written_unless_asked(radioimmuno, clinic, command):
    document, _, everything = run(radioimmuno, clinic, command)
    assert not IDENTIFYING.findall(everything)
    document = document.get("patient") if command == "score" else document
    assert {key: document[key] for key in WHOSE} == WHOSE


def test_every_table_begins_with_patient_and_study(radioimmuno, clinic):
    for command, name in (("score", "r/scores.csv"), ("features", "features.csv"), ("check", "checks.csv")):
        _, out, _ = run(radioimmuno, clinic, command)
        with (out / name).open(newline="", encoding="utf-8") as stream:
            rows = list(csv.reader(stream))
        assert rows[0][:2] == ["patient", "study"]
        assert {tuple(row[:2]) for row in rows[1:]} == {(PSEUDONYM, "2020-01-02")}


def test_volumes_say_whose_they_are_in_their_header(radioimmuno, clinic):
    for command, name in (("score", "r/rings.nrrd"), ("ring", "rings.nrrd"), ("maps", "maps/mean.nrrd")):
        _, out, _ = run(radioimmuno, clinic, command)
        volume = sitk.ReadImage(str(out / name))
        assert volume.GetMetaData("RadioImmunoScore.patient") == PSEUDONYM
        assert volume.GetMetaData("RadioImmunoScore.study") == "2020-01-02"


def test_the_patient_id_stands_where_it_was_asked_for(radioimmuno, clinic):
    document, out, _ = run(radioimmuno, clinic, "score", "--identify")
    assert document["patient"]["patient"] == PATIENT_ID
    inputs = document["patient"]["provenance"]["inputs"]
    assert (inputs["ct"]["name"], inputs["lesions"]["name"]) == ("Mustermann_Erika", "Mustermann.seg.nrrd")
    assert f"\n{PATIENT_ID},2020-01-02," in (out / "r" / "scores.csv").read_text()


def test_a_person_names_the_patient(radioimmuno, clinic):
    document, _, everything = run(radioimmuno, clinic, "check", "--patient", " Case\n7 ")
    assert document["patient"] == "Case 7"
    assert not IDENTIFYING.findall(everything)


def test_an_empty_name_is_wrong_usage(radioimmuno, clinic, files):
    done = radioimmuno("check", files.ct, files.labels, "--patient", " ")
    assert done.returncode == 2
    assert "--patient" in done.stderr


def test_the_terminal_says_whose_it_is(radioimmuno, clinic):
    done = radioimmuno("check", clinic / "Mustermann_Erika", clinic / "Mustermann.seg.nrrd")
    assert done.stdout.splitlines()[0] == f"Patient {PSEUDONYM}, study 2020-01-02, series Thorax 1.0"


def test_segmented_lesions_say_whose_they_are(radioimmuno, clinic, tmp_path):
    out = tmp_path / "lesion.nrrd"
    done = radioimmuno("segment", clinic / "Mustermann_Erika", "--click=20,20,16", "--out", out, "--json")
    document = json.loads(done.stdout)
    assert {key: document[key] for key in WHOSE} == WHOSE


def test_without_a_home_the_pseudonym_is_of_this_run_and_the_result_says_so(installed, clinic, tmp_path):
    blocked = tmp_path / "settings"
    blocked.write_text("no folder")
    environment = {key: value for key, value in os.environ.items() if key != "RADIOIMMUNO_SALT"}
    environment |= {"XDG_CONFIG_HOME": str(blocked), "HOME": str(blocked), "APPDATA": str(blocked)}
    case = (clinic / "Mustermann_Erika", clinic / "Mustermann.seg.nrrd")
    done = installed("check", *case, "--json", env=environment)
    document = json.loads(done.stdout)
    assert document["patient"] != PSEUDONYM
    assert "this run only" in document["patient_note"]
    assert "this run only" in installed("check", *case, env=environment).stdout
