"""Model cards: each field is checked, and a sentence names it."""

from __future__ import annotations

import json
import re

import pytest

pytest.importorskip("onnx")

from learned_models import card_record

from radioimmuno.findings import ModelError
from radioimmuno.learned.card import format_card, parse_card, read_card, write_card
from radioimmuno.settings import RingSettings

LONG = "0" * 64


def parse(**changed):
    return parse_card(json.dumps(changed_record(changed)).encode())


def changed_record(changed):
    """The record with fields changed (`input__role`), or left out where the value is `...`."""
    record = card_record(b"")
    for path, value in changed.items():
        *parts, name = path.split("__")
        target = record
        for part in parts:
            target = target[part]
        if value is ...:
            del target[name]
        else:
            target[name] = value
    return record


def test_a_card_says_what_the_model_is_given():
    card = parse(input__channels=["mask", "image", "ring"], input__ring={"inner_mm": 1, "outer_mm": 3})
    assert card.modality.name == "CT"
    assert card.shape == (3, 8, 8, 8)
    assert card.ring == RingSettings(1, 3)
    assert card.keys == ("learned.twice_mean.0",)
    assert card.crop.size_mm == (8, 8, 8)


@pytest.mark.parametrize(
    "changed",
    [
        {},
        {"input__ring": {"inner_mm": 0.5, "outer_mm": 2}, "input__channels": ["ring", "image"]},
        {"input__spacing_mm": [3, 0.7, 0.7], "input__crop_mm": [24, 5.6, 5.6], "input__role": "mr_t1"},
        {"citation": "Müller, «Tiefe Merkmale»", "input__centre": "box", "input__masked": True},
    ],
)
def test_what_is_written_is_read_again(tmp_path, changed):
    card = parse(**changed)
    write_card(card, tmp_path / "card.json")
    assert read_card(tmp_path / "card.json") == card


@pytest.mark.parametrize(
    ("field", "value", "text"),
    [
        ("format", "radioimmuno", "format must be 'radioimmuno-learned'."),
        ("format_version", 2, "format_version is 2; this software reads 1."),
        ("format_version", True, "format_version is True; this software reads 1."),
        ("name", "Twice-mean", "name is 'Twice-mean'; it must be of a-z, 0-9 and _"),
        ("name", "a" * 65, "it must be of a-z, 0-9 and _"),
        ("name", "a.0", "it must be of a-z, 0-9 and _"),
        ("name", ..., "name is missing."),
        ("licence", " ", "licence must be text."),
        ("citation", None, "citation must be text."),
        ("description", ..., "description is missing."),
        ("author", "x", "author is not known; known are format,"),
        ("model", [], "model must be a JSON object."),
        ("model__file", "../model.onnx", "model.file is '../model.onnx'; it must be a file name"),
        ("model__file", "C:\\model.onnx", "it must be a file name"),
        ("model__file", "folder/model.onnx", "it must be a file name"),
        ("model__file", "model.pt", "it must be a file name with the ending .onnx"),
        ("model__sha256", LONG[1:], "model.sha256 is"),
        ("model__sha256", LONG[1:] + "G", "it must be 64 digits of 0-9 and a-f."),
        ("input__name", "", "input.name must be text."),
        ("input__channels", [], "input.channels must hold some of image, mask, ring, each once."),
        ("input__channels", ["image", "image"], "input.channels must hold"),
        ("input__channels", ["image", "edge"], "input.channels must hold"),
        ("input__channels", ["image", "ring"], "input.ring must be given with the channel ring"),
        ("input__ring", {"inner_mm": 1, "outer_mm": 1}, "input.ring must be given with the channel ring"),
        ("input__crop_voxels", [8, 8], "input.crop_voxels must be three whole numbers from 1 to 512"),
        ("input__crop_voxels", [8, 8, 8.0], "input.crop_voxels must be three whole numbers"),
        ("input__crop_voxels", [512, 512, 512], "input.crop_voxels makes more than 16,777,216 voxels."),
        ("input__spacing_mm", [1, 1, 0], "input.spacing_mm must be three numbers from 0.1 to 20"),
        ("input__spacing_mm", [1, "1", 1], "input.spacing_mm[1] must be a number."),
        ("input__crop_mm", [8, 8, 9], "input.crop_mm must be crop_voxels times spacing_mm, [8, 8, 8]."),
        ("input__centre", "middle", "input.centre is 'middle'; it must be one of centroid, box."),
        ("input__window", [1, 1], "input.window must ascend: the lower end first."),
        ("input__window", [1, 2, 3], "input.window must be two numbers"),
        ("input__window", [0, 1e12], "input.window must be two numbers, none beyond 1e+09."),
        ("input__scaled_to", [1, 1], "input.scaled_to must be two different numbers."),
        ("input__masked", 0, "input.masked must be true or false."),
        ("input__colour", 0, "input.colour is not known; known are role,"),
        ("output__length", 0, "output.length must be a whole number of at least 1."),
        ("output__length", 10_001, "output.length must not be above 10,000."),
        ("output__name", 3, "output.name must be text."),
    ],
)
def test_a_field_that_cannot_be_so_is_named(field, value, text):
    with pytest.raises(ModelError) as refused:
        parse(**{field: value})
    assert refused.value.code == "learned.card"
    assert text in str(refused.value)


def test_a_ring_that_cannot_be_is_named():
    with pytest.raises(ModelError, match=r"input\.ring\.outer_mm must be a number from 0 to 50"):
        parse(input__channels=["ring"], input__ring={"inner_mm": 1, "outer_mm": 51})


@pytest.mark.parametrize("role", ["ultrasound", "CT", "pet suv", "lesion"])
def test_an_image_that_is_none_of_a_study_is_refused(role):
    with pytest.raises(ModelError) as refused:
        parse(input__role=role)
    assert refused.value.code == "learned.role"
    assert repr(role) in str(refused.value)


@pytest.mark.parametrize("content", [b"", b"{", b"\xff\xfe", b"[" * 100_000])
def test_what_is_no_json_is_refused(content):
    with pytest.raises(ModelError) as refused:
        parse_card(content)
    assert refused.value.code == "learned.unreadable"


def test_a_number_that_is_none_is_refused():
    text = format_card(parse()).replace("1000.0", "1e999", 1)
    with pytest.raises(ModelError, match="is not a finite number") as refused:
        parse_card(text.encode())
    assert refused.value.code == "learned.card"


def test_a_card_that_is_not_there_is_missed(tmp_path):
    with pytest.raises(ModelError, match="There is no file") as refused:
        read_card(tmp_path / "card.json")
    assert refused.value.code == "learned.unreadable"


def test_a_card_that_would_not_be_read_is_not_written(tmp_path):
    card = parse()
    other = type(card)(**{**card.__dict__, "name": "Not so"})
    with pytest.raises(ModelError, match="name is 'Not so'"):
        write_card(other, tmp_path / "card.json")
    assert not (tmp_path / "card.json").exists()


def test_the_documented_card_is_one(request):
    page = (request.config.rootpath / "Resources" / "Docs" / "Learned.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    card = parse_card(written.replace("64 digits of 0-9 and a-f", LONG).encode())
    assert card.keys[3] == "learned.niche.3"
    rows = "".join(line.split("|")[1] for line in page.splitlines() if line.startswith("|"))
    record = json.loads(written)
    named = {*record, *record["input"], *record["model"], *record["output"]} - {"format", "format_version"}
    assert [name for name in sorted(named) if name not in rows] == []
