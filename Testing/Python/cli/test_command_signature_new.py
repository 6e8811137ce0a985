"""`radioimmuno signature new`: a made-up publication of eight terms becomes a file that scores."""

from __future__ import annotations

import io
import json
import math
import os
import re
import shlex
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from form_cases import INTERCEPT, ROWS, VALUES, form, score_by_hand
from radioimmuno.signature.form_check import signature_of
from radioimmuno.signature.signature import read_signature

PAGE = Path(__file__).resolve().parents[3] / "Resources" / "Docs" / "Signatures.md"
PUBLISHED = f"{score_by_hand():.2f}"
TEXTS = ("--name", "Made up", "--predicts", "made-up infiltration", "--citation", "Nobody et al. 1900")
OPTIONS = (
    *(*TEXTS, "--intercept", INTERCEPT, "--cutoffs", "-0.5", "0.1", "0.6"),
    *("--spacing-mm", "1.5", "--bin-width-hu", "25", "--ring-mm", "2", "3"),
)


def table_of(rows, sign=","):
    lines = [("variable", "coefficient", "mean", "scale"), *(row[:4] for row in rows)]
    return "".join(sign.join(line) + "\n" for line in lines)


@pytest.fixture
def terms(tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(table_of(ROWS))
    return path


@pytest.fixture
def example(tmp_path):
    path = tmp_path / "example.csv"
    names = ",".join([*(row[0] for row in ROWS), "Score"])
    path.write_text(f"{names}\n{','.join(VALUES)},{PUBLISHED}\n")
    return path


@pytest.fixture
def whole(tmp_path):
    """The publication as one JSON file."""
    path = tmp_path / "form.json"
    numbers = "".join(
        f'{{"variable": "{name}", "coefficient": {coefficient}'
        + (f', "mean": {mean}, "scale": {scale}' if mean else "")
        + "},"
        for name, coefficient, mean, scale, _ in ROWS
    )
    values = json.dumps(dict(zip([row[0] for row in ROWS], VALUES, strict=True)))
    path.write_text(
        f'{{"name": "Made up", "predicts": "made-up infiltration", "citation": "Nobody et al. 1900",'
        f'"intercept": {INTERCEPT}, "terms": [{numbers.rstrip(",")}],'
        '"cutoffs": {"low": -0.5, "median": 0.1, "high": 0.6},'
        '"settings": {"extraction": {"spacing_mm": 1.5, "bin_width_hu": 25}, "ring": {"outer_mm": 3}},'
        f'"examples": [{{"values": {values}, "score": {PUBLISHED}}}]}}'
    )
    return path


def expected():
    return signature_of(form())


def same(made):
    wanted = expected()
    return (made.terms, made.settings, made.cutoffs, made.intercept, made.status, made.predicts) == (
        *(wanted.terms, wanted.settings, wanted.cutoffs, wanted.intercept, wanted.status, wanted.predicts),
    )


@pytest.mark.parametrize("way", ["FORM", "--from"])
def test_a_table_and_options_become_the_signature(radioimmuno, terms, example, tmp_path, way):
    source = (terms,) if way == "FORM" else ("--from", terms)
    out = tmp_path / "made.json"
    done = radioimmuno("signature", "new", *source, *OPTIONS, "--example", example, "--out", out)
    assert done.returncode == 0, done.stderr
    assert f"published {float(PUBLISHED):g}: the same" in done.stdout
    assert done.stdout.endswith(f"{out}: valid, 8 terms, published\n")
    assert same(read_signature(out))


def test_a_json_form_becomes_the_same_signature(radioimmuno, whole, tmp_path):
    out = tmp_path / "made.json"
    done = radioimmuno("signature", "new", "--from", whole, "--out", out, "--json")
    assert done.returncode == 0, done.stderr
    assert same(read_signature(out))
    document = json.loads(done.stdout)
    assert document["exit_code"] == 0
    assert document["examples"][0]["computed"] == pytest.approx(score_by_hand(), abs=1e-12)
    assert document["terms"][4]["entered"] == "firstorder_Kurtosis"
    assert document["terms"][4]["variable"] == "lesion.statistics.kurtosis"
    assert "taken 3 lower" in document["terms"][4]["note"]


def test_a_table_with_decimal_commas_is_read(radioimmuno, tmp_path):
    path = tmp_path / "terms.csv"
    path.write_text(table_of(ROWS, ";").replace(".", ",").replace("location,", "location."))
    out = tmp_path / "made.json"
    done = radioimmuno("signature", "new", path, *OPTIONS, "--out", out)
    assert done.returncode == 0, done.stderr
    assert same(read_signature(out))


def test_every_command_takes_the_file_and_the_score_is_the_sum_of_the_terms(
    radioimmuno, files, terms, tmp_path
):
    out, result = tmp_path / "made.json", tmp_path / "result"
    assert radioimmuno("signature", "new", terms, *OPTIONS, "--out", out).returncode == 0
    assert radioimmuno("signature", "check", out).returncode == 0
    assert "location.lymph_node" in radioimmuno("signature", "show", out).stdout
    done = radioimmuno(
        *("score", files.ct, files.labels, "--signature", out, "--kvp", "120", "--out", result, "--json")
    )
    assert done.returncode == 0, done.stderr
    for lesion in json.loads(done.stdout)["patient"]["lesions"]:
        total = float(INTERCEPT)
        parts = {part["variable"]: part["value"] for part in lesion["contributions"]}
        for _, coefficient, mean, scale, key in ROWS:
            value = parts[key or "ring.glrlm.long_run_high_gray_level_emphasis"]
            # PyRadiomics' kurtosis is 3 more.
            value += 3 * (key == "lesion.statistics.kurtosis")
            total += float(coefficient) * (value - float(mean or 0)) / float(scale or 1)
        assert lesion["score"] == pytest.approx(total, abs=1e-12)


def test_a_file_that_is_there_is_replaced_by_force_only(radioimmuno, terms, tmp_path):
    out = tmp_path / "made.json"
    out.write_text("mine")
    command = ("signature", "new", terms, *OPTIONS, "--out", out)
    done = radioimmuno(*command)
    assert done.returncode == 1
    assert "is there already" in done.stderr
    assert out.read_text() == "mine"
    assert radioimmuno(*command, "--force").returncode == 0
    assert same(read_signature(out))


def test_an_example_that_differs_leaves_no_file(radioimmuno, terms, example, tmp_path):
    terms.write_text(terms.read_text().replace("0.23,24000", "0.73,24000"))
    out = tmp_path / "made.json"
    done = radioimmuno("signature", "new", terms, *OPTIONS, "--example", example, "--out", out)
    assert done.returncode == 1
    assert done.stderr.endswith("[signature.example_differs]\n")
    assert "ring.glrlm.long_run_high_gray_level_emphasis +0.73" in done.stderr
    assert not out.exists()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("variable,coefficient\nglcm_Contrst,1\n", "Like it: glcm_Contrast"),
        ("variable,coefficient,mean\nglcm_Contrast,1,2\n", "a mean and no scale"),
        ("variable,weights\nglcm_Contrast,1\n", "the column 'weights'"),
        ("variable,coef,beta\nglcm_Contrast,1,2\n", "the column 'beta' of"),
        ("variable,mean\nglcm_Contrast,1\n", "has no column 'coefficient'"),
        ("variable,coefficient\n", "no row below its header"),
    ],
)
def test_a_table_that_cannot_be_used_is_refused_in_words(radioimmuno, tmp_path, text, words):
    path = tmp_path / "terms.csv"
    path.write_text(text)
    done = radioimmuno("signature", "new", path, *OPTIONS, "--out", tmp_path / "made.json")
    assert done.returncode == 1
    assert words in done.stderr
    assert not (tmp_path / "made.json").exists()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (('"name"', '"title"'), "title is not known"),
        (('"coefficient": -0.11, ', ""), "terms[0].coefficient is missing"),
        (('"coefficient": -0.11', '"coefficient": [1]'), "terms[0].coefficient must be text"),
        (('"coefficient": -0.11', '"coefficient": NaN'), "not a finite number"),
        (('"values": {', '"values": 1, "more": {'), "examples[0].more is not known"),
        (('"low": -0.5', '"lowest": -0.5'), "cutoffs.lowest is not known"),
        (('"ring": {"outer_mm": 3}', '"ring": 3'), "settings.ring must be a JSON object"),
        (('"name": "Made up"', '"name": "A", "name": "B"'), "name stands twice"),
    ],
)
def test_a_json_form_that_cannot_be_used_is_refused_in_words(radioimmuno, whole, tmp_path, change, words):
    before = whole.read_text()
    whole.write_text(before.replace(*change, 1))
    assert whole.read_text() != before
    done = radioimmuno("signature", "new", whole, "--out", tmp_path / "made.json")
    assert done.returncode == 1
    assert words in done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--bin-width-hu", "10", "--bin-count", "16"), "exclude each other"),
        (("--range-hu", "100", "-100"), "range_hu must be two numbers"),
        (("--predicts", " "), "say what the score stands for"),
        (("--from", "x.csv"), "name one form"),
        (("--cutoffs", "x"), "The median cut-off is 'x'"),
    ],
)
def test_options_that_cannot_be_are_refused(radioimmuno, terms, tmp_path, options, words):
    done = radioimmuno("signature", "new", terms, *OPTIONS, *options, "--out", tmp_path / "made.json")
    assert done.returncode == 1
    assert words in done.stderr


def test_a_median_alone_is_all_that_is_told_of_where_scores_stand(radioimmuno, files, terms, tmp_path):
    out, result = tmp_path / "made.json", tmp_path / "result"
    assert radioimmuno("signature", "new", terms, *TEXTS, "--cutoffs", "1", "2", "--out", out).returncode == 2
    done = radioimmuno("signature", "new", terms, *TEXTS, "--cutoffs", "0.1", "--out", out)
    assert done.returncode == 0, done.stderr
    assert json.loads(out.read_text())["cutoffs"] == {"median": 0.1}
    shown = radioimmuno("signature", "show", out).stdout
    assert "median 0.1 (no low and no high one)" in shown
    words = (
        "--signature",
        out,
        "--kvp",
        "120",
        "--out",
        result,
        "--json",
        "--stability",
        "--stability-draws",
        "2",
    )
    done = radioimmuno("score", files.ct, files.labels, *words)
    assert done.returncode == 0, done.stderr
    document = json.loads(done.stdout)["patient"]
    assert {lesion["designation"] for lesion in document["lesions"]} == {None}
    assert {tuple(lesion["stability"]["flip_shares"]) for lesion in document["lesions"]} == {("median",)}
    page = (result / "report.html").read_text()
    assert "the median cut-off (0.1" in page
    assert "the only one" in page
    assert "Across median" in page
    assert "Across low" not in page


def test_options_come_over_settings_of_a_preset(radioimmuno, terms, tmp_path):
    out = tmp_path / "made.json"
    settings = ("--settings", "ibsi-d", "--range-hu", "-200", "300", "--ring-range-hu", "-50", "400")
    settings = (*settings, "--bin-width-hu", "25", "--round-intensities", "no")
    assert radioimmuno("signature", "new", terms, *TEXTS, *settings, "--out", out).returncode == 0
    made = read_signature(out).settings
    assert (made.extraction.outlier_sigma, made.extraction.bin_count) == (3.0, None)
    assert (made.extraction.bin_width_hu, made.extraction.range_hu) == (25, (-200.0, 300.0))
    assert made.extraction.round_intensities is False
    assert made.ring.range_hu == (-50.0, 400.0)


@pytest.mark.parametrize(
    ("words", "range_hu"), [(("-50", "none"), (-50.0, math.inf)), (("none", "400"), (-math.inf, 400.0))]
)
def test_a_range_may_have_one_end(radioimmuno, terms, tmp_path, words, range_hu):
    out = tmp_path / "made.json"
    settings = ("--settings", "ibsi-d", "--ring-range-hu", *words)
    done = radioimmuno("signature", "new", terms, *TEXTS, *settings, "--out", out)
    assert done.returncode == 0, done.stderr
    assert read_signature(out).settings.ring.range_hu == range_hu


def answers(wrong_first_term=False):
    """What a person types, with a slip here and there."""
    lines = ["Made up", "", "made-up infiltration", "ordinal", "", "Nobody et al. 1900", "one", INTERCEPT]
    lines += ["Contrast"]
    for number, row in enumerate(ROWS):
        coefficient = row[1].lstrip("-") if wrong_first_term and number == 0 else row[1]
        lines += [row[0], coefficient, *((row[2], row[3]) if row[2] else ("",))]
    lines += ["kVp", "-", "0.1", "0.6", "-0.5", "0.1", "-0.5", "0.6"]
    lines += ["", "3", "1.5", "25", PUBLISHED, *VALUES]
    if wrong_first_term:
        lines += ["9", "1", *ROWS[0][:4]]
    return "\n".join([*lines, "-", ""])


@pytest.mark.parametrize("wrong_first_term", [False, True])
def test_answers_line_by_line_become_the_same_signature(radioimmuno, tmp_path, monkeypatch, wrong_first_term):
    monkeypatch.setattr(sys, "stdin", io.StringIO(answers(wrong_first_term)))
    out = tmp_path / "made.json"
    done = radioimmuno("signature", "new", "--out", out)
    assert done.returncode == 0, done.stderr
    assert same(read_signature(out))
    for words in ("may mean glcm_Contrast or ngtdm_Contrast", "is one of continuous", "must ascend"):
        assert words in done.stderr
    assert ("they differ by" in done.stderr) == wrong_first_term


def test_the_page_of_the_documentation_runs_as_it_stands(radioimmuno, tmp_path):
    table, example, commands = re.findall(r"```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    (tmp_path / "terms.csv").write_text(table)
    (tmp_path / "example.csv").write_text(example)
    for line in commands.replace("\\\n", " ").splitlines():
        done = radioimmuno(*shlex.split(line)[1:], cwd=tmp_path)
        assert done.returncode == 0, done.stderr
    assert same(replace(read_signature(tmp_path / "made_up.json"), status="published"))


def test_answers_that_end_early_leave_no_file(radioimmuno, tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "stdin", io.StringIO("Made up\nCD8\n"))
    done = radioimmuno("signature", "new", "--out", tmp_path / "made.json")
    assert done.returncode == 1
    assert "nothing was written" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_it_is_asked_on_a_terminal(tmp_path):
    pty = pytest.importorskip("pty")
    reading, terminal = pty.openpty()
    command = [sys.executable, "-m", "radioimmuno_cli", "signature", "new", "--out", "made.json"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdin=terminal, stdout=subprocess.PIPE, stderr=terminal
    ) as asking:
        os.write(reading, answers().encode())
        printed = asking.communicate(timeout=120)[0].decode()
    os.close(terminal)
    os.close(reading)
    assert asking.returncode == 0
    assert printed.endswith("made.json: valid, 8 terms, published\n")
    assert same(read_signature(tmp_path / "made.json"))
