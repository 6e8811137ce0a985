"""What a person gives to `radioimmuno follow-up`: values, scanners, rules; and mistakes, found at once."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from small_patient import BALLS, ct_values, label_map, trained_signature, write_volume

from radioimmuno.signature.signature import write_signature

LATER = {1: ((8, 20, 20), 6.0, 80), 2: ((8, 40, 42), 11.0, 110)}


@pytest.fixture(scope="module")
def studies(tmp_path_factory) -> list[Path]:
    """Two studies of the small patient."""
    place = tmp_path_factory.mktemp("given")
    for name, balls in (("first", BALLS), ("second", LATER)):
        (place / name).mkdir()
        write_volume(place / name / "ct.nrrd", ct_values(balls))
        write_volume(place / name / "lesions.seg.nrrd", label_map(balls), {f"Ball {n}": n for n in balls})
    write_signature(trained_signature(), place / "trained.json")
    return [place / "first", place / "second"]


@pytest.fixture(scope="module")
def known(files):
    return ("--kvp", 100, "--signature", files.signature)


def scores_of(path: Path) -> dict[tuple[str, str], float]:
    with path.open(newline="") as file:
        return {
            (row["lesion"], row["study"]): float(row["score"]) for row in csv.DictReader(file) if row["score"]
        }


@pytest.mark.parametrize(
    ("batches", "second"),
    [
        (("--batch", "GE"), 0.6),
        # Siemens reads 10 HU too high: 110 HU count as 100.
        (("--batch", "GE", "--batch", "Siemens"), 0.5),
    ],
)
def test_values_of_the_patient_and_the_scanner_of_each_study(radioimmuno, studies, tmp_path, batches, second):
    out = tmp_path / "out"
    own = ("--kvp", 100, "--signature", studies[0].parent / "trained.json", "--clinical", "pdl1=40")
    done = radioimmuno("follow-up", *studies, *own, *batches, "--out", out)
    assert done.returncode == 0, done.stderr
    scores = scores_of(out / "lesions.csv")
    # A hundredth for each of the 20 percent above 20.
    assert scores["L2", "first"] == pytest.approx(0.5 + 0.2)
    assert scores["L2", "second"] == pytest.approx(second + 0.2)


def test_scores_that_a_result_keeps_take_no_values(radioimmuno, studies, tmp_path):
    trained, results = ("--signature", studies[0].parent / "trained.json"), []
    given = ("--clinical", "pdl1=40", "--batch", "GE")
    for study in studies:
        case = (study / "ct.nrrd", study / "lesions.seg.nrrd", "--kvp", 100, *trained, *given)
        results.append(study.parent / f"scored_{study.name}")
        assert radioimmuno("score", *case, "--out", results[-1]).returncode == 0
    cts = [word for study in studies for word in ("--ct", study / "ct.nrrd")]
    refused = radioimmuno("follow-up", *results, *cts, *given, "--out", tmp_path / "out")
    assert refused.returncode == 1
    assert "The results keep their scores" in refused.stderr
    # A lesion that merged with another is scored with the value that the result was.
    (tmp_path / "pairs.csv").write_text("baseline,followup\nBall 2,Ball 2\nBall 3,Ball 2\n")
    pairs = ("--pairs", tmp_path / "pairs.csv")
    done = radioimmuno("follow-up", *results, *cts, *trained, *pairs, "--out", tmp_path / "out")
    assert done.returncode == 0, done.stderr
    scores = scores_of(tmp_path / "out" / "lesions.csv")
    assert scores["L2", "scored_first"] == pytest.approx(0.5 + 0.4 + 0.2)


def test_the_rules_of_response_are_those_of_the_command_response(radioimmuno, studies, known, tmp_path):
    chosen = ("--dissociated", "tozuka", "--hyperprogression", "matos", "--stable-days", 70)
    dates = ("--dates", "2026-01-05,2026-03-02")
    done = radioimmuno("follow-up", *studies, *known, *dates, *chosen, "--out", tmp_path / "one")
    assert done.returncode == 0, done.stderr
    again = radioimmuno("response", tmp_path / "one" / "lesions.csv", *chosen, "--out", tmp_path / "two")
    assert again.returncode == 0, again.stderr
    one, two = (json.loads((tmp_path / name / "response.json").read_text()) for name in ("one", "two"))
    assert one["patients"] == two["patients"]
    assert list(one["patients"][0]["studies"][1]["hyperprogression"]) == ["matos"]
    # 56 days are not the 70 that were asked for.
    assert one["patients"][0]["best"]["recist"] == "NE"
    page = (tmp_path / "one" / "report.html").read_text()
    assert "SD 70 days after baseline" in page
    assert "By matos." in page
    wrong = radioimmuno("follow-up", *studies, "--irecist-days", 50, 40, "--out", tmp_path / "three")
    assert wrong.returncode == 2


MISTAKES = {
    "pairs, an unknown lesion": (("--pairs", "baseline,followup\nBall 9,Ball 2\n"), "followup.pairs"),
    "pairs, a lesion twice": (
        ("--pairs", "baseline,followup\nBall 1,\nBall 1,Ball 1\n"),
        "followup.pairs",
    ),
    "roles, an unknown lesion": (("--roles", "lesion,role\nBall 9,target\n"), "followup.names"),
    "roles, an unknown role": (("--roles", "lesion,role\nBall 1,main\n"), "response.row"),
    "roles, no lesion of a course": (("--roles", "lesion,role\nL9,target\n"), "followup.names"),
    "irradiated": (("--irradiated", "Ball 1,Ball 9"), "followup.names"),
    "dates, too few": (("--dates", "2026-01-05"), "followup.dates"),
    "dates that go back": (("--dates", "2026-03-05,2026-01-05"), "followup.dates"),
    "batch": (("--batch", "GE"), "combat.unseen_batch"),
    "clinical": (("--clinical", "age=40"), "clinical.invalid"),
}


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_is_found_before_anything_is_scored_or_registered(
    radioimmuno, studies, known, tmp_path, monkeypatch, mistake
):
    monkeypatch.setattr("radioimmuno.followup.reading.register", None)
    monkeypatch.setattr("radioimmuno.followup.reading.score_rows", None)
    (option, value), code = MISTAKES[mistake]
    if option in ("--pairs", "--roles"):
        (tmp_path / "given.csv").write_text(value)
        value = tmp_path / "given.csv"
    done = radioimmuno("follow-up", *studies, *known, option, value, "--out", tmp_path / "out")
    assert done.returncode == 1
    assert f"[{code}]" in done.stderr
    assert not (tmp_path / "out").exists()


def test_files_of_somebody_else_are_found_at_once(radioimmuno, studies, known, tmp_path, monkeypatch):
    monkeypatch.setattr("radioimmuno_cli.follow_up.named_studies", None)
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "changes.csv").write_text("mine")
    done = radioimmuno("follow-up", *studies, *known, "--out", tmp_path / "out")
    assert "[output.foreign]" in done.stderr


@pytest.mark.scene
def test_a_scene_of_all_studies_is_written(radioimmuno, studies, known, tmp_path):
    pytest.importorskip("slicer")
    import zipfile

    done = radioimmuno("follow-up", *studies, *known, "--out", tmp_path / "out", "--scene", "--json")
    assert done.returncode == 0, done.stderr
    files = [Path(file).name for file in json.loads(done.stdout)["files"]]
    assert files[-1] == "scene.mrb"
    with zipfile.ZipFile(tmp_path / "out" / "scene.mrb") as archive:
        names = [Path(name).name for name in archive.namelist()]
    for study in studies:
        assert f"{study.name} CT.nrrd" in names
        assert f"{study.name} lesions.seg.nrrd" in names
    assert [name for name in names if "onto" in name] != []
