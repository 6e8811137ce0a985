"""The benchmark of matching: its cases are what it takes them for, it counts rightly, and it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

BENCHMARKS = Path(__file__).resolve().parents[1] / "Benchmarks"
sys.path.insert(0, str(BENCHMARKS))

from matching import Judgement, Outcome, judge, measured, table  # noqa: E402
from matching_cases import Breathing, Pair, warped  # noqa: E402

from radioimmuno.followup.match import Match, MatchKind  # noqa: E402
from radioimmuno.geometry.image import Image, Lattice  # noqa: E402
from radioimmuno.lesion import Lesion  # noqa: E402
from radioimmuno.simulation.course import TrueMatch  # noqa: E402


def test_what_is_right_wrong_and_asked_is_counted():
    image = Image(np.ones((1, 1, 1), bool), Lattice((1, 1, 1), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0)))
    lesions = [[Lesion(name, name, image) for name in names] for names in ("abcde", "1234")]
    truth = (
        TrueMatch(("a",), ("1",), "same"),
        TrueMatch(("b",), ("2", "3"), "split"),
        TrueMatch(("c",), (), "gone"),
        TrueMatch(("d",), ("4",), "same"),
        TrueMatch(("e",), (), "gone"),
        TrueMatch((), ("too small",), "new"),
    )
    pair = Pair("", "some", image, image, (lesions[0], lesions[1]), truth, lambda points: points)
    found = [
        Match(("a",), ("1",), MatchKind.SAME, 0.1, "", "place"),
        Match(("b",), ("2",), MatchKind.SAME, 0.1, "", "place"),
        Match((), ("3",), MatchKind.AMBIGUOUS, None, "", "place"),
        Match(("c",), ("4",), MatchKind.SAME, 0.1, "", "place"),
        Match(("d",), (), MatchKind.GONE, None, "", "place"),
        Match(("e",), (), MatchKind.OUT_OF_VIEW, None, "", "place"),
    ]
    judgements = list(judge(pair, found))
    assert [(each.is_right, each.is_asked) for each in judgements] == [
        (True, False),
        (False, True),
        (False, False),
        (False, False),
        (False, False),
    ]
    text = table([Outcome("", "some", "", 2.0, 1.0, 3.0, tuple(judgements))])
    assert "right 1 of 5 (20.0 %); wrong 4, of these asked about 1; right but asked about 0" in text
    assert "mean 1.00 mm" in text


def test_two_patients_that_are_refused_are_counted():
    some = [Outcome("a and b", "two patients", "no", 1.0), Outcome("b and a", "two patients", "", 1.0)]
    assert "two patients: 2 cases, 1 refused" in table(some)
    assert Judgement("same", True, False, "").is_right


def test_a_deformation_has_its_inverse_and_folds_nowhere(data):
    lattice = Lattice((100, 300, 300), (3.0, 1.0, 1.0), (-150.0, -150.0, -200.0))
    breath = Breathing(lattice, 1.0, np.array((5.0, -8.0, 90.0)))
    points = np.random.default_rng(0).uniform((-150, -150, -200), (150, 150, 100), (2000, 3))
    assert np.abs(breath.back(breath(points)) - points).max() < 0.01
    steps = np.eye(3)
    slopes = np.stack([breath(points + step) - breath(points - step) for step in steps], axis=-1) / 2
    assert np.linalg.det(slopes).min() > 0.3
    against = breath(points) - points
    assert 3.0 < np.linalg.norm(against - against.mean(axis=0), axis=1).mean() < 15.0


@pytest.mark.slow(seconds=17)
def test_lesions_of_a_real_chest_at_another_breath_are_found_again(data):
    outcome = measured(warped("chest", 0))
    assert outcome.refusal == ""
    assert outcome.error_mm < 1.5
    assert len(outcome.judgements) > 5
    assert sum(each.is_right for each in outcome.judgements) >= len(outcome.judgements) - 1


@pytest.mark.slow(seconds=17)
def test_it_runs(data):
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "matching.py"), "--quick"],
        capture_output=True,
        text=True,
        check=True,
    )
    for group in ("simulated: 1 cases, 0 refused", "limb or trunk: 2 cases"):
        assert group in done.stdout
    assert "two patients: 2 cases, 2 refused" in done.stdout
