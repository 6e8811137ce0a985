"""Signature files: what is wrong is refused by its field, what is right survives unchanged."""

import dataclasses
import hashlib
import json

import pytest
from signature_cases import DELETE, DOCUMENT, changed

from radioimmuno.findings import SignatureError
from radioimmuno.settings import ExtractionSettings, RingSettings
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import Signature, read_signature, signature_record, write_signature
from radioimmuno.signature.strict_json import MAX_BYTES


@pytest.fixture
def read(tmp_path):
    """Reads the bytes, text or JSON document given, as a file."""

    def read_content(content: bytes | str | object) -> Signature:
        path = tmp_path / "signature.json"
        if not isinstance(content, bytes | str):
            content = json.dumps(content)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_signature(path)

    return read_content


def test_a_signature_is_read_as_it_stands(read):
    signature = read(DOCUMENT)
    first, second, third = signature.terms
    assert (signature.name, signature.version, signature.status) == ("Three terms", "2", "research")
    assert (signature.citation, signature.patents) == ("Müller et al. 2020", ("EP 0000000 B1",))
    assert (first.variable, first.coefficient, first.mean, first.scale) == (
        "ring.glcm.contrast",
        -0.5,
        12.5,
        3.0,
    )
    assert (first.training_range, first.when_undefined) == ((1.0, 40.5), "mean")
    assert second.when_undefined == "refuse"
    assert third.variable == "acquisition.kvp"
    assert signature.intercept == 0.25
    assert (signature.cutoffs.low, signature.cutoffs.median, signature.cutoffs.high) == (-1, 0, 1)
    assert signature.distribution.entropy_edges == (-2.0, 0.0, 2.5)
    assert signature.settings.extraction == ExtractionSettings(spacing_mm=1.5)
    assert signature.settings.ring == RingSettings(outer_mm=3.0)
    assert signature.training["patients"] == 135
    assert not signature.is_demonstration
    assert signature.patient_cutoffs == Cutoffs(-0.5, 0.5, 0.75)
    assert signature.batches == ("north", "south")
    assert signature.clinical == ("age",)
    north = signature.harmonization.batches["north"]
    assert (north.gamma, north.delta, north.patients) == ([0.5], [1.25], 70)


def test_the_hash_is_that_of_the_file(tmp_path):
    path = tmp_path / "signature.json"
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    assert read_signature(path).sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("name", ["citation", "patents", "training"])
def test_what_only_describes_may_be_left_out(read, name):
    read(changed(name, DELETE))


@pytest.mark.parametrize("place", ["cutoffs", "distribution", "terms.1.training_range"])
def test_what_is_known_of_the_training_may_be_left_out_and_stays_absent(read, tmp_path, place):
    signature = read(changed(place, DELETE))
    name = place.rpartition(".")[2]
    assert getattr(signature.terms[1] if place.startswith("terms") else signature, name) is None
    again = write_signature(signature, tmp_path / "again.json")
    assert dataclasses.replace(again, sha256="") == dataclasses.replace(signature, sha256="")
    document = json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))
    assert name not in (document["terms"][1] if place.startswith("terms") else document)


@pytest.mark.parametrize("place", ["cutoffs", "patient_cutoffs"])
def test_the_median_may_be_the_only_cutoff(read, tmp_path, place):
    signature = read(changed(place, {"median": 0.25}))
    assert getattr(signature, place) == Cutoffs(None, 0.25, None)
    assert getattr(signature, place).named == {"median": 0.25}
    assert getattr(write_signature(signature, tmp_path / "again.json"), place) == Cutoffs(None, 0.25, None)
    document = json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))
    assert document[place] == {"median": 0.25}
    assert signature_record(signature, place) == {place: {"median": 0.25}}


@pytest.mark.parametrize(
    ("old", "training", "expected"),
    [
        ({"patient_cutoff": 0.5}, {}, Cutoffs(None, 0.5, None)),
        ({"patient_cutoff": 0.5}, {"low": 0, "median": 0.5, "high": 1}, Cutoffs(0.0, 0.5, 1.0)),
        ({"patient_cutoff": 0.5}, {"low": 1, "high": 2}, Cutoffs(None, 0.5, None)),
        ({}, {"low": 0, "median": 0.5, "high": 1}, Cutoffs(0.0, 0.5, 1.0)),
        ({"patient_cutoff": 0.5}, "free in form", Cutoffs(None, 0.5, None)),
        ({}, {"low": 0, "median": "0.5"}, None),
    ],
    ids=["median", "all", "not ascending", "of the training", "a text", "no number"],
)
def test_the_patients_cutoffs_of_older_files_are_read(read, tmp_path, old, training, expected):
    """They had a field `patient_cutoff`, the median, and all three among the facts of the training."""
    document = changed("patient_cutoffs", DELETE) | old
    document["training"] = {"patient_cutoffs": training}
    signature = read(document)
    assert signature.patient_cutoffs == expected
    assert write_signature(signature, tmp_path / "again.json").patient_cutoffs == expected
    assert "patient_cutoff" not in json.loads((tmp_path / "again.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize(("given", "limit"), [(DELETE, 1.0), (None, None), (0, 0.0), (2.5, 2.5)])
def test_how_far_scores_may_be_extrapolated_is_the_files_or_one_width(read, tmp_path, given, limit):
    signature = read(changed("extrapolation_limit", given))
    assert signature.extrapolation_limit == limit
    assert write_signature(signature, tmp_path / "again.json").extrapolation_limit == limit


def test_a_byte_order_mark_is_no_obstacle(read):
    assert read(b"\xef\xbb\xbf" + json.dumps(DOCUMENT).encode()).name == "Three terms"


@pytest.mark.parametrize(
    ("place", "value", "code", "field"),
    [
        ("format_version", 2, "unknown_version", "format_version"),
        ("format_version", "1", "unknown_version", "format_version"),
        ("format_version", True, "unknown_version", "format_version"),
        ("format_version", 1.0, "unknown_version", "format_version"),
        ("format_version", DELETE, "invalid", "format_version"),
        ("name", DELETE, "invalid", "name"),
        ("name", "  ", "invalid", "name"),
        ("name", 7, "invalid", "name"),
        ("name", "half a \ud83d pair", "invalid", "name"),
        ("version", 1, "invalid", "version"),
        ("status", "approved", "invalid", "status"),
        ("status", ["research"], "invalid", "status"),
        ("predicts", None, "invalid", "predicts"),
        ("direction", "", "invalid", "direction"),
        ("citation", 3, "invalid", "citation"),
        ("patents", "EP 1", "invalid", "patents"),
        ("patents", ["EP 1", 2], "invalid", "patents[1]"),
        ("training", [], "invalid", "training"),
        ("comment", "extra", "invalid", "comment"),
        ("settings", DELETE, "invalid", "settings"),
        ("settings", [], "invalid", "settings"),
        ("settings.extraction.spacing_mm", 0, "invalid", "spacing_mm"),
        ("settings.extraction.binWidth", 25, "invalid", "binWidth"),
        ("settings.ring.outer_mm", -2, "invalid", "ring.outer_mm"),
        ("intercept", "0", "invalid", "intercept"),
        ("intercept", True, "invalid", "intercept"),
        ("terms", [], "invalid", "terms"),
        ("terms", {}, "invalid", "terms"),
        ("terms.0", 3, "invalid", "terms[0]"),
        ("terms.1.scale", 0, "invalid", "terms[1].scale"),
        ("terms.1.scale", -1, "invalid", "terms[1].scale"),
        ("terms.1.scale", None, "invalid", "terms[1].scale"),
        ("terms.2.mean", DELETE, "invalid", "terms[2].mean"),
        ("terms.0.coefficient", [1], "invalid", "terms[0].coefficient"),
        ("terms.0.weight", 1, "invalid", "terms[0].weight"),
        ("terms.0.training_range", [2, 1], "invalid", "terms[0].training_range"),
        ("terms.0.training_range", [1, 2, 3], "invalid", "terms[0].training_range"),
        ("terms.0.training_range", ["1", 2], "invalid", "terms[0].training_range[0]"),
        ("terms.0.when_undefined", "zero", "invalid", "terms[0].when_undefined"),
        ("terms.0.variable", 1, "invalid", "terms[0].variable"),
        ("terms.0.variable", "ring.glcm.contrasts", "unknown_variable", "terms[0].variable"),
        ("terms.0.variable", "rim.glcm.contrast", "unknown_variable", "terms[0].variable"),
        ("terms.0.variable", "glcm.contrast", "unknown_variable", "terms[0].variable"),
        ("terms.0.variable", "delta.glcm.contrast", "unknown_variable", "terms[0].variable"),
        ("terms.0.variable", "delta_abs.location.liver", "unknown_variable", "terms[0].variable"),
        ("terms.0.variable", "location.toe", "unknown_variable", "terms[0].variable"),
        ("terms.0.variable", "delta.pet.ring.sobel.glcm.contrast", "unknown_variable", "no filter 'sobel'"),
        (
            "terms.0.variable",
            "ring.LOG_SIGMA_3MM.glcm.contrast",
            "unknown_variable",
            "Like it: ring.log_sigma_3mm",
        ),
        (
            "terms.0.variable",
            "delta.pet.ring.LoG3mm.glcm.contrast",
            "unknown_variable",
            "Like it: delta.pet.ring.lo",
        ),
        (
            "terms.0.variable",
            "ring.log_sigma_3mm.glcm.contrst",
            "unknown_variable",
            "log_sigma_3mm.glcm.contrast",
        ),
        (
            "terms.0.variable",
            "ring.log_sigma_3mm.morphology.volume",
            "unknown_variable",
            "after a filter: shape",
        ),
        (
            "terms.0.variable",
            "ring.log_sigma_0mm.glcm.contrast",
            "unknown_variable",
            "must be a number above 0",
        ),
        ("settings.filters", ["log_sigma_3mm", "log_sigma_3mm"], "invalid", "log_sigma_3mm comes twice"),
        ("settings.filters", ["Wavelet_Haar"], "invalid", "Like it: wavelet_haar."),
        ("terms.0.variable", "acquisition.mas", "unknown_variable", "terms[0].variable"),
        ("terms.0.variable", "location.liver", "duplicate_term", "terms[1].variable"),
        ("cutoffs", [0, 1, 2], "invalid", "cutoffs"),
        ("cutoffs.median", -1, "invalid", "cutoffs"),
        ("cutoffs.high", -0.5, "invalid", "cutoffs"),
        ("cutoffs.middle", 0, "invalid", "cutoffs.middle"),
        ("cutoffs.low", DELETE, "invalid", "cutoffs"),
        ("cutoffs.median", DELETE, "invalid", "cutoffs.median"),
        ("cutoffs.low", None, "invalid", "cutoffs.low"),
        ("patient_cutoffs.low", 0.5, "invalid", "patient_cutoffs"),
        ("patient_cutoffs.high", DELETE, "invalid", "patient_cutoffs"),
        ("patient_cutoff", 0.5, "invalid", "patient_cutoff"),
        ("distribution.n", 0, "invalid", "distribution.n"),
        ("distribution.n", 1.5, "invalid", "distribution.n"),
        ("distribution.p99", -2, "invalid", "distribution.p99"),
        ("distribution.entropy_edges", [1], "invalid", "distribution.entropy_edges"),
        ("distribution.entropy_edges", [0, 0, 1], "invalid", "distribution.entropy_edges"),
        ("distribution.entropy_edges", DELETE, "invalid", "distribution.entropy_edges"),
        ("distribution", None, "invalid", "distribution"),
        ("extrapolation_limit", -0.1, "invalid", "extrapolation_limit"),
        ("extrapolation_limit", "none", "invalid", "extrapolation_limit"),
        ("extrapolation_limit", True, "invalid", "extrapolation_limit"),
    ],
)
def test_a_wrong_field_is_refused_by_name(read, place, value, code, field):
    with pytest.raises(SignatureError) as caught:
        read(changed(place, value))
    assert caught.value.code == f"signature.{code}"
    assert field in str(caught.value)


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e999", "1" + "0" * 400])
@pytest.mark.parametrize(
    "place", ["intercept", "terms.1.mean", "training.deep", "settings.extraction.bin_width_hu"]
)
def test_a_number_that_is_not_finite_is_refused_wherever_it_stands(read, place, number):
    text = json.dumps(changed(place, "HERE")).replace('"HERE"', number)
    with pytest.raises(SignatureError) as caught:
        read(text)
    assert caught.value.code == "signature.non_finite"
    assert place.replace(".1.", "[1].") in str(caught.value)


@pytest.mark.parametrize(
    ("content", "code", "words"),
    [
        (b"", "unreadable", "Line 1"),
        (b"{\n  'name': 1}", "unreadable", "Line 2"),
        (b"\x89PNG\r\n", "unreadable", "UTF-8"),
        (b"[" * 100_000, "unreadable", "nested"),
        (b" " * (MAX_BYTES + 1), "unreadable", "MB"),
        (b'{"x": ' + b"7" * 5000 + b"}", "non_finite", "out of range"),
        (b"[]", "invalid", "object"),
        (b"null", "invalid", "object"),
        (b"{}", "invalid", "format_version"),
        (b'{"name": "a", "name": "b"}', "invalid", "name"),
        (b'{"terms": [{"scale": 1, "scale": 2}]}', "invalid", "scale"),
    ],
)
def test_a_file_that_is_no_signature_is_refused(read, content, code, words):
    with pytest.raises(SignatureError) as caught:
        read(content)
    assert caught.value.code == f"signature.{code}"
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["missing.json", "."])
def test_a_path_without_a_file_is_refused(tmp_path, name):
    with pytest.raises(SignatureError) as caught:
        read_signature(tmp_path / name)
    assert caught.value.code == "signature.unreadable"


def test_writing_and_reading_give_the_same_signature_and_the_same_bytes(read, tmp_path):
    signature = read(DOCUMENT)
    first, second = tmp_path / "first.json", tmp_path / "second.json"
    written = write_signature(signature, first)
    write_signature(read_signature(first), second)
    assert dataclasses.replace(written, sha256=signature.sha256) == signature
    assert first.read_bytes() == second.read_bytes()
    assert json.loads(first.read_bytes())["harmonization"] == DOCUMENT["harmonization"]
    assert written.sha256 == hashlib.sha256(first.read_bytes()).hexdigest()
    assert "Müller".encode() in first.read_bytes()


@pytest.mark.parametrize(
    "change",
    [
        {"intercept": float("nan")},
        {"name": ""},
        {"name": "\ud83d"},
        {"terms": ()},
        {"training": {"x": object()}},
    ],
    ids=["not finite", "no name", "half a character", "no term", "no JSON"],
)
def test_what_could_not_be_read_again_is_not_written(read, tmp_path, change):
    signature = read(DOCUMENT)
    path = tmp_path / "kept.json"
    write_signature(signature, path)
    before = path.read_bytes()
    with pytest.raises(SignatureError):
        write_signature(dataclasses.replace(signature, **change), path)
    assert path.read_bytes() == before
    assert {file.name for file in tmp_path.iterdir()} == {"kept.json", "signature.json"}


def test_terms_after_filters_are_those_that_names_or_settings_define(read):
    """By name alone with its usual levels; of one's own on the image whose settings define it."""
    mine = {"mine": {"kind": "mean", "support": 3}}
    settings = {"filters": mine, "images": {"pet": {"filters": mine}}}
    document = changed("settings", settings) | {"harmonization": None}
    del document["harmonization"]
    for name in (
        "ring.log_sigma_3mm.glcm.contrast",
        "lesion.mine.statistics.mean",
        "pet.ring.mine.ivh.area_under_curve",
    ):
        document["terms"] = [{**DOCUMENT["terms"][0], "variable": name}]
        signature = read(document)
        assert signature.variables == (name,)
        assert signature.settings.filters["mine"].filter.support == 3
    document["settings"] = {"filters": mine}
    with pytest.raises(SignatureError, match="no filter 'mine'"):
        read(document)
