import pytest
from signatures import EDGES, signature

from radioimmuno.scoring.patient_metrics import ABLATIVE, IMMUNOGENIC, designation, metrics, subsets
from radioimmuno.scoring.results import LesionScore, Metrics


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
        ((4.9, 5.0), 0.0),
        ((-5.0, -4.1), 0.0),
        ((-4.1, -4.0), 1.0),
        ((-5.1, -4.9), 1.0),
        ((4.9, 5.1), 1.0),
        ((5.1, 5.9), 0.0),
        ((-5.9, -5.1), 0.0),
        ((-6.1, -5.9, 5.9, 6.1), 2.0),
        ((1e30, -1e30), 1.0),
    ],
)
def test_entropy_counts_bins_that_go_on_beyond_the_signatures(scores, bits):
    assert metrics(rows(*scores), EDGES).entropy == pytest.approx(bits)


def test_scores_that_differ_beyond_the_bins_are_not_alike_and_are_counted():
    edges = [0.33 + 0.037 * n for n in range(11)]
    found = metrics(rows(0.95, 2.163), edges)
    assert found.sd == pytest.approx(0.858, abs=0.001)
    assert (found.entropy, found.outside_bins) == (1.0, 2)


@pytest.mark.parametrize(
    ("scores", "outside"), [((-5.0, 5.0), 0), ((-5.1, 0.0, 5.1), 2), ((7.0,), 1), ((1.0, None), 0)]
)
def test_scores_outside_the_bins_are_counted(scores, outside):
    assert metrics(rows(*scores), EDGES).outside_bins == outside


def test_a_signature_without_bins_has_no_entropy_and_counts_nothing_outside():
    found = metrics(rows(1.0, 4.0), None)
    assert (found.entropy, found.outside_bins) == (None, None)
    assert found.sd == pytest.approx(2.1213, abs=1e-4)


def test_one_lesion_has_no_spread_and_none_has_nothing():
    assert (metrics(rows(2.0), EDGES).sd, metrics(rows(2.0), EDGES).entropy) == (None, None)
    assert metrics(rows(2.0), EDGES).mean == 2.0
    assert metrics(rows(None, None), EDGES) == Metrics(n=0)


def test_an_unknown_irradiation_is_in_neither_subset():
    found = subsets(rows(1.0, 2.0), EDGES)
    assert (found["all"].n, found["irradiated"].n, found["not irradiated"].n) == (2, 0, 0)


def test_designations_are_research_suggestions_outside_the_cut_offs():
    assert designation(-1.5, signature()) == ABLATIVE
    assert designation(1.5, signature()) == IMMUNOGENIC
    assert designation(0.3, signature()) is None
    assert designation(None, signature()) is None
    assert "research suggestion" in ABLATIVE
    assert "research suggestion" in IMMUNOGENIC


@pytest.mark.parametrize("changes", [{"status": "demonstration"}, {"cutoffs": None}])
@pytest.mark.parametrize("score", [-1.5, 1.5])
def test_a_demonstration_and_a_signature_without_cut_offs_designate_nothing(changes, score):
    assert designation(score, signature(**changes)) is None
