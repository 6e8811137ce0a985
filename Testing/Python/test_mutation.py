"""`make mutation`: what it changes, what it leaves alone, and that its lists name what is there."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[1] / "Mutation"
sys.path.append(str(FOLDER))

import mutate  # noqa: E402
from mutants import mutants  # noqa: E402

MODULE = '''"""A module's words: 1 < 2."""
LIMIT = 3


def far(value: int | None, scale: float = 0.5, *, text: str = "1 + 1") -> float:
    """Words."""
    if value is None or not value:
        raise ValueError(f"{value + 1}")
    found = find(value[1:], axis=0, repr=True)
    return max(-value, scale) if value < LIMIT else found
'''

CHOICE = "max(-value, scale) if value < LIMIT else found"


@pytest.fixture
def found(tmp_path):
    path = tmp_path / "module.py"
    path.write_text(MODULE, encoding="utf-8")
    return mutants(path)


def test_all_that_is_computed_is_changed_and_no_words(found):
    assert [one.key for one in found] == [
        "module.module: 3 -> 4",
        "module.far: 0.5 -> 1.0",
        "module.far: value is None -> (value is not None)",
        "module.far: value is None or not value -> (not (value is None or not value))",
        "module.far: value is None or not value -> (value is None and (not value))",
        "module.far: not value -> value",
        "module.far: find(value[1:], axis=0, repr=True) -> find(value[1:], repr=True)",
        "module.far: 1 -> 0",
        "module.far: 1: -> :",
        "module.far: 0 -> 1",
        "module.far: max -> min",
        f"module.far: {CHOICE} -> (found if value < LIMIT else max(-value, scale))",
        f"module.far: {CHOICE} -> None",
        "module.far: -value -> value",
        "module.far: value < LIMIT -> (value <= LIMIT)",
    ]


def test_a_mutant_changes_its_piece_and_nothing_else(found):
    for one in found:
        changed = one.applied().decode()
        compile(changed, "module", "exec")
        assert changed != MODULE
        assert changed[: one.start] == MODULE[: one.start]
        assert changed.endswith(MODULE[one.stop :])


def test_the_same_seed_draws_the_same_mutants(capsys):
    drawn = []
    for seed in ("1", "1", "2"):
        assert mutate.main(["--list", "--room", "dicom stacks", "--seed", seed]) == 0
        drawn.append(capsys.readouterr().out)
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0].splitlines()) == mutate.LEAST


@pytest.mark.parametrize("name", mutate.ROOMS)
def test_the_modules_and_tests_of_a_room_are_there(name):
    room = mutate.ROOMS[name]
    assert mutate.mutants_of(name)
    assert set(room.own) <= {module.stem for module in mutate.modules_of(name)}
    for test in {*room.tests, *(test for tests in room.own.values() for test in tests)}:
        assert len(list(mutate.TESTS.rglob(f"{test}.py"))) == 1


def test_what_computes_the_same_is_a_mutant_with_a_reason():
    listed = mutate.read_equivalent(mutate.EQUIVALENT)
    assert all(listed.values())
    assert set(listed) <= {one.key for room in mutate.ROOMS for one in mutate.mutants_of(room)}


def test_an_entry_without_a_reason_is_refused(tmp_path):
    path = tmp_path / "equivalent.txt"
    path.write_text("a.b: 1 -> 2\nc.d: 1 -> 2\n    Because.\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"no reason is given for a\.b"):
        mutate.read_equivalent(path)
