import pytest
from signatures import EDGES

from radioimmuno.patient import ABLATIVE, IMMUNOGENIC, designation, metrics, subsets
from radioimmuno.results import LesionScore, Metrics
from radioimmuno.signature import Cutoffs


def rows(*scores: float | None) -> list[LesionScore]:
    return [LesionScore(str(n), f"lesion {n}", 1.0, score) for n, score in enumerate(scores, start=1)]


def test_metrics_by_hand():
    found = metrics(rows(1.0, 4.0, None, -2.0), EDGES)
    assert (found.n, found.mean, found.median) == (3, 1.0, 1.0)
    assert (found.minimum, found.minimum_lesion) == (-2.0, "4")
    assert (found.maximum, found.maximum_lesion) == (4.0, "2")
    assert found.sd == pytest.approx(3.0)
    assert found.entropy == pytest.approx(1.584962500721156)  # three bins with one lesion each: log2 3


@pytest.mark.parametrize(
    ("scores", "bits"),
    [
        ((0.1, 0.9), 0.0),
        ((0.1, 1.1), 1.0),
        ((0.1, 0.2, 3.0, 4.5), 1.5),
        ((-99.0, -4.5), 0.0),
        ((4.2, 99.0), 0.0),
    ],
)
def test_entropy_counts_bins_and_puts_what_is_beyond_into_the_end_bins(scores, bits):
    assert metrics(rows(*scores), EDGES).entropy == pytest.approx(bits)


def test_one_lesion_has_no_spread_and_none_has_nothing():
    assert (metrics(rows(2.0), EDGES).sd, metrics(rows(2.0), EDGES).entropy) == (None, None)
    assert metrics(rows(2.0), EDGES).mean == 2.0
    assert metrics(rows(None, None), EDGES) == Metrics(n=0)


def test_an_unknown_irradiation_is_in_neither_subset():
    found = subsets(rows(1.0, 2.0), EDGES)
    assert (found["all"].n, found["irradiated"].n, found["not irradiated"].n) == (2, 0, 0)


def test_designations_are_research_suggestions_outside_the_cut_offs():
    cutoffs = Cutoffs(-1.0, 0.0, 1.0)
    assert designation(-1.5, cutoffs) == ABLATIVE
    assert designation(1.5, cutoffs) == IMMUNOGENIC
    assert designation(0.3, cutoffs) is None
    assert designation(None, cutoffs) is None
    assert "research suggestion" in ABLATIVE
    assert "research suggestion" in IMMUNOGENIC
