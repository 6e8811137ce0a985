"""`radioimmuno signature`: what a file says, and whether it can be used."""

from __future__ import annotations

import hashlib
import json


def test_show_prints_status_terms_and_cutoffs(radioimmuno, files):
    done = radioimmuno("signature", "show", files.signature)
    assert done.returncode == 0, done.stderr
    assert "by-hand 1" in done.stdout
    assert "low 0.3, median 0.5, high 0.8" in done.stdout
    rows = [line.split() for line in done.stdout.splitlines() if line.endswith(("maximum", "liver", "kvp"))]
    assert [(row[0], row[-1]) for row in rows] == [
        ("+1", "lesion.statistics.maximum"),
        ("+0.2", "location.liver"),
        ("+0.1", "acquisition.kvp"),
    ]


def test_show_without_a_file_shows_the_demonstration_and_its_notice(installed):
    done = installed("signature", "show")
    assert done.returncode == 0, done.stderr
    assert "DEMONSTRATION SIGNATURE" in done.stdout


def test_show_as_json_has_the_hash_of_the_file(radioimmuno, files):
    document = json.loads(radioimmuno("signature", "show", files.signature, "--json").stdout)
    assert document["sha256"] == hashlib.sha256(files.signature.read_bytes()).hexdigest()
    assert [term["coefficient"] for term in document["terms"]] == [1.0, 0.2, 0.1]


def test_check_says_that_a_file_can_be_used(radioimmuno, files):
    done = radioimmuno("signature", "check", files.signature)
    assert (done.returncode, done.stdout) == (0, f"{files.signature}: valid, 3 terms, research\n")


def test_check_names_the_field_that_is_wrong(radioimmuno, files, tmp_path):
    document = json.loads(files.signature.read_text())
    document["terms"][1]["scale"] = 0
    broken = tmp_path / "broken.json"
    broken.write_text(json.dumps(document))
    done = radioimmuno("signature", "check", broken)
    assert (done.returncode, done.stdout) == (1, "")
    assert "scale" in done.stderr
    assert done.stderr.rstrip().endswith("[signature.invalid]")


def test_show_says_how_the_patients_value_is_made(radioimmuno, files, tmp_path):
    assert "patient:" not in radioimmuno("signature", "show", files.signature).stdout
    file = tmp_path / "ruled.json"
    heads = {"heads": [0.5, 2], "directions": [[0, 1, 2], [3, 4, 5]]}
    for rule, pooling, words in (
        ("scores_min", None, "smallest of the lesions' scores\n"),
        ("mil_soft_min", {"sharpness": 2.5}, "learnt with them (sharpness 2.5)\n"),
        ("mil_attention", heads, "weighted by attention, learnt with them (2 heads of attention)\n"),
    ):
        document = json.loads(files.signature.read_text()) | {"patient_rule": rule}
        file.write_text(json.dumps(document | ({"pooling": pooling} if pooling else {})))
        shown = radioimmuno("signature", "show", file)
        assert words in shown.stdout, shown.stderr
        as_json = json.loads(radioimmuno("signature", "show", file, "--json").stdout)
        assert as_json["patient_rule"] == rule
        assert {name: as_json["pooling"][name] for name in pooling or ()} == (pooling or {})


def test_show_says_what_a_signature_does_not_give(radioimmuno, files, tmp_path):
    document = json.loads(files.signature.read_text())
    del document["cutoffs"], document["distribution"], document["terms"][0]["training_range"]
    document["extrapolation_limit"] = None
    bare = tmp_path / "bare.json"
    bare.write_text(json.dumps(document))
    said = radioimmuno("signature", "show", bare).stdout
    for words in (
        "none: no designation",
        "scores not given: no entropy",
        "none: scores however far",
        "not given",
    ):
        assert words in said
    document = json.loads(radioimmuno("signature", "show", bare, "--json").stdout)
    assert (document["cutoffs"], document["distribution"], document["extrapolation_limit"]) == (
        None,
        None,
        None,
    )
