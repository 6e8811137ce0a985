"""Strict JSON: each kind of file is refused with its own codes, by the place in the file."""

from __future__ import annotations

import pytest

from radioimmuno.files.strict_json import MAX_BYTES, Fields, StrictJson
from radioimmuno.findings import InputError, ModelError, SignatureError

SIGNATURES = StrictJson(
    "signature", SignatureError, "signature.invalid", "signature.unreadable", "signature.non_finite"
)
CARDS = StrictJson(
    "card", ModelError, "learned.card", "learned.unreadable", "learned.card", {b"PK": "is an archive"}
)


@pytest.mark.parametrize(
    ("content", "place", "text"),
    [
        (b'{"a": 1, "a": 2}', "invalid", "a stands twice in the same object."),
        (b'{"a": [1, 1e999]}', "non_finite", "a[1] is not a finite number."),
        (b"{", "unreadable", "Line 1 is not valid JSON"),
        (b"\xff", "unreadable", "Byte 0 is not UTF-8 text."),
        (b"[" * 100_000, "unreadable", "The JSON is nested too deeply."),
        (b'{"a": 1' + b"0" * 5000 + b"}", "non_finite", "A number is out of range"),
    ],
)
@pytest.mark.parametrize("kind", [SIGNATURES, CARDS], ids=lambda kind: kind.noun)
def test_what_is_no_strict_json_is_refused_with_the_codes_of_its_kind(kind, content, place, text):
    with pytest.raises(kind.error) as refused:
        kind.parse(content)
    assert refused.value.code == getattr(kind, f"{place}_code")
    assert str(refused.value).startswith(text)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"PK and so on", "is an archive."),
        (b"PK" + b" " * MAX_BYTES, "is an archive."),
        (b" " * (MAX_BYTES + 1), "has more than 4 MB: it is no card."),
    ],
)
def test_files_of_other_kinds_and_endless_ones_are_not_read(tmp_path, content, text):
    path = tmp_path / "file.json"
    path.write_bytes(content)
    with pytest.raises(ModelError) as refused:
        CARDS.read_limited(path)
    assert (refused.value.code, str(refused.value)) == ("learned.unreadable", f"{path} {text}")


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (lambda fields: fields.truth("number"), "part.number must be true or false."),
        (lambda fields: fields.number("yes"), "part.yes must be a number."),
        (lambda fields: fields.numbers("mixed"), "part.mixed[1] must be a number."),
        (lambda fields: fields.texts("mixed"), "part.mixed[0] must be text."),
        (lambda fields: fields.count("number"), "part.number must be a whole number of at least 1."),
        (lambda fields: fields.rows("number"), "part.number must be a list."),
    ],
)
def test_a_field_of_another_kind_is_named_by_its_place(ask, text):
    fields = Fields(
        CARDS, {"number": 0.5, "yes": True, "mixed": [1, "a"]}, "part", ("number", "yes", "mixed")
    )
    with pytest.raises(InputError) as refused:
        ask(fields)
    assert (refused.value.code, str(refused.value)) == ("learned.card", text)


def test_fields_come_as_they_are_asked_for():
    fields = Fields(CARDS, {"yes": True, "rows": [[1, 2], [3]]}, "", ("yes",), ("rows", "none"))
    assert fields.truth("yes") is True
    assert fields.rows("rows") == ((1.0, 2.0), (3.0,))
    assert fields.numbers("none") == ()
    assert not fields.has("none")
