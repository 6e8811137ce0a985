"""Which lesions a structure set holds: by their scores and the signature's cut-offs, or by name."""

from __future__ import annotations

import pytest

from radioimmuno.findings import InputError
from radioimmuno.io.dicom.designation import check_designation, designated
from radioimmuno.scoring.results import LesionScore
from radioimmuno.signature.cutoffs import Cutoffs

CUTOFFS = Cutoffs(0.25, 0.5, 0.75)
SCORES = {"low": 0.1, "at low": 0.25, "middle": 0.5, "at high": 0.75, "high": 0.9, "refused": None}
ROWS = tuple(LesionScore(f"s{n}", name, 1.0, score) for n, (name, score) in enumerate(SCORES.items()))


@pytest.mark.parametrize(
    ("which", "names"),
    [
        (["below-low"], ["low"]),
        (["above-high"], ["high"]),
        (["above-high", "below-low"], ["low", "high"]),
        (["REFUSED"], ["refused"]),
        (["s2", "below-low"], ["low", "middle"]),
        (["at *"], ["at low", "at high"]),
    ],
)
def test_words_and_names_designate_in_the_patients_order(which, names):
    assert [row.name for row in designated(ROWS, which, CUTOFFS).rows] == names


def test_without_cut_offs_only_names_designate():
    assert [row.id for row in designated(ROWS, ["middle"], None).rows] == ["s2"]
    with pytest.raises(InputError, match="gives no cut-offs: there is no score below") as caught:
        designated(ROWS, ["below-low"], None)
    assert caught.value.code == "dicom.no_cutoffs"


def test_a_median_alone_designates_nothing_by_score():
    with pytest.raises(InputError, match="the median cut-off alone: there is no score above") as caught:
        check_designation(["above-high"], Cutoffs(None, 0.0, None))
    assert caught.value.code == "dicom.no_cutoffs"


def test_what_can_designate_nothing_is_refused_before_there_are_scores():
    check_designation(["above-high", "nobody"], CUTOFFS)
    with pytest.raises(InputError, match="'nobody'; there are: low") as caught:
        check_designation(["above-high", "nobody"], CUTOFFS, ROWS)
    assert caught.value.code == "mask.no_match"


def test_how_lesions_were_designated_is_put_in_words():
    assert designated(ROWS, ["above-high"], CUTOFFS).words == "score above the high cut-off"
    found = designated(ROWS, ["middle", "below-low", "s3"], CUTOFFS)
    assert found.words == "score below the low cut-off; by name"
