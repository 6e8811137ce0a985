"""What lesions are called: one name for each, in one line, that hides and turns nothing."""

from __future__ import annotations

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from radioimmuno.naming import lesion_names, printable


@dataclass(frozen=True)
class Lesion:
    id: str
    name: str


def named(*names: str) -> dict[str, str]:
    return lesion_names([Lesion(str(number), name) for number, name in enumerate(names, start=1)])


def test_a_name_of_its_own_stays_as_it_is() -> None:
    assert named("Liver 2", "Lymph node") == {"1": "Liver 2", "2": "Lymph node"}


def test_lesions_of_one_name_are_told_apart_by_their_identifiers() -> None:
    assert named("Node", "Node", "Lung") == {"1": "Node (1)", "2": "Node (2)", "3": "Lung"}


def test_a_lesion_without_a_name_has_its_identifier() -> None:
    assert named("", " \t") == {"1": "lesion 1", "2": "lesion 2"}


def test_a_name_that_looks_like_another_ones_distinction_is_distinct_too() -> None:
    assert len(set(named("Node", "Node", "Node (2)").values())) == 3


@given(st.lists(st.text(max_size=6), max_size=8))
def test_no_two_names_are_alike(names: list[str]) -> None:
    shown = named(*names)
    assert len(set(shown.values())) == len(names)


@given(st.text(max_size=30))
def test_a_name_is_one_line_without_what_turns_or_hides_text(text: str) -> None:
    (shown,) = named(text).values()
    assert shown == printable(shown)
    assert len(shown.splitlines()) == 1


@pytest.mark.parametrize(
    "code", [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x200B]
)
def test_what_turns_or_hides_text_is_shown(code: int) -> None:
    assert printable(f"a{chr(code)}b") == f"a<U+{code:04X}>b"


@pytest.mark.parametrize("code", [0x00, 0x07, 0x1B, 0x7F, 0x85, 0x9B, 0xD800, 0xDFFF])
def test_control_characters_and_half_surrogates_are_replaced(code: int) -> None:
    assert printable(f"a{chr(code)}b") == "a\N{REPLACEMENT CHARACTER}b"


def test_scripts_that_are_written_from_right_to_left_stay() -> None:
    assert printable("عقدة ‍3 肝") == "عقدة ‍3 肝"
