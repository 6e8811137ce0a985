"""`radioimmuno demo-follow-up`: what is found of a simulated patient is what is true, or asked for."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from help_examples import examples_of, in_shell

from radioimmuno.simulation import course
from radioimmuno_cli import demo_follow_up


def rows_of(path):
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def rows_printed(text):
    """The table that begins with the study, below a line of dashes; cells begin below their headings."""
    lines = text.splitlines()
    (head,) = [number for number, line in enumerate(lines) if line.startswith("study ")]
    columns = list(re.finditer(r"\S+( \S+)*", lines[head]))
    ends = [column.start() for column in columns[1:]] + [None]
    body = lines[head + 2 : lines.index("", head)]
    return [
        {column[0]: line[column.start() : end].strip() for column, end in zip(columns, ends, strict=True)}
        for line in body
    ]


@pytest.mark.slow(seconds=55)
def test_what_is_found_is_true_or_asked_for(tmp_path):
    (example,) = examples_of("demo-follow-up")
    done = in_shell(example, tmp_path)
    assert done.returncode == 0, f"{done.stdout}{done.stderr}"
    out = tmp_path / "demo_follow_up"
    truth = rows_of(out / "simulated" / "truth.csv")
    rows = rows_printed(done.stdout)
    assert [(row["study"], row["before"], row["after"], row["the truth"]) for row in rows] == [
        tuple(row.values()) for row in truth
    ]
    assert {row["kind"] for row in truth} == {"same", "gone", "new", "split", "merged"}
    right = sum(row["found"] == row["the truth"] for row in rows)
    assert f"{right} of {len(truth)} as in truth." in done.stdout
    assert right >= 0.85 * len(truth)
    assert not [row for row in rows if "another lesion" in row["found"]]
    lesions = rows_of(out / "course" / "lesions.csv")
    assert {row["irradiated"] for row in lesions} == {"yes", "no"}
    # Who was in the field stays so.
    for lesion in {row["lesion"] for row in lesions}:
        assert len({row["irradiated"] for row in lesions if row["lesion"] == lesion}) == 1
    response = json.loads((out / "course" / "response.json").read_text())
    assert all(study["in_field"] and study["out_of_field"] for study in response["patients"][0]["studies"])
    page = done.stdout.splitlines()[-1].removeprefix("To read: ")
    assert "Spider plot" in Path(tmp_path, page).read_text()


def test_what_machines_read_holds_the_truth_and_what_was_found(radioimmuno, tmp_path, monkeypatch):
    """Of two coarse studies whose commands find one pair: the others' rows have nothing that was found."""

    def run(shell, *words, **_):
        if words[0] == "follow-up":
            out = words[words.index("--out") + 1]
            out.mkdir()
            rows = rows_of(tmp_path / "simulated" / "truth.csv")
            same = next(row for row in rows if row["kind"] == "same")
            line = f"{same['study']},{same['before']},{same['after']},same"
            (out / "pairs.csv").write_text(f"study,baseline,followup,match\n{line}\n")
        return True

    simulate = course.simulate_course
    monkeypatch.setattr(course, "simulate_course", lambda seed, *_: simulate(seed, 3, 2, 6.0, 4.0))
    monkeypatch.setattr(demo_follow_up.Shell, "run", run)
    done = radioimmuno("demo-follow-up", "--out", tmp_path, "--json")
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)
    truth = rows_of(tmp_path / "simulated" / "truth.csv")
    assert [{name: row[name] for name in truth[0]} for row in document["matches"]] == truth
    assert sorted(row["found"] for row in document["matches"]) == [""] * (len(truth) - 1) + ["same"]
    assert (document["right"], document["exit_code"]) == (1, 0)
    assert document["pages"] == [str(tmp_path / "course" / "report.html")]
