"""The signature that ships: a demonstration, in the shape of the published one, tested on other patients."""

import hashlib
import shutil

import pytest

from radioimmuno.findings import SignatureError
from radioimmuno.signature import signature as module
from radioimmuno.signature.signature import (
    default_signature,
    format_signature,
    read_signature,
    shipped_signatures,
)
from radioimmuno.training.demonstration import CANDIDATES


@pytest.fixture(scope="module")
def demonstration():
    return default_signature()


def test_it_says_that_it_is_a_demonstration(demonstration):
    assert demonstration.status == "demonstration"
    assert demonstration.is_demonstration
    assert "DEMONSTRATION" in demonstration.notice
    assert "simulated" in demonstration.name


def test_its_inputs_have_the_shape_of_the_published_signature(demonstration):
    candidates = demonstration.training["candidates"]
    kinds = [name.partition(".")[0] for name in candidates]
    assert len(candidates) == len(set(candidates)) == 84
    assert [kinds.count(kind) for kind in ("lesion", "ring", "location", "acquisition")] == [39, 39, 5, 1]
    assert tuple(candidates) == CANDIDATES
    assert set(demonstration.variables) <= set(candidates)


def test_it_looks_at_lesion_and_ring(demonstration):
    regions = {name.partition(".")[0] for name in demonstration.variables}
    assert {"lesion", "ring"} <= regions


def test_its_file_is_what_would_be_written_of_it(demonstration):
    content = format_signature(demonstration)
    assert hashlib.sha256(content).hexdigest() == demonstration.sha256


def test_its_cutoffs_lie_inside_its_scores(demonstration):
    spread, cutoffs = demonstration.distribution, demonstration.cutoffs
    assert spread.p1 < cutoffs.low < cutoffs.median < cutoffs.high < spread.p99
    assert len(spread.entropy_edges) == 11
    assert (spread.entropy_edges[0], spread.entropy_edges[-1]) == (spread.p1, spread.p99)
    assert spread.n == demonstration.training["lesions"]


def test_on_other_patients_it_is_better_than_chance_and_not_perfect(demonstration):
    held_out = demonstration.training["held_out"]
    area = held_out["auc_high_against_low"]
    low, high = area["interval"]
    assert 0.5 < low < area["value"] < high < 0.98
    trained, tested = demonstration.training["seeds"], held_out["seeds"]
    assert trained[1] < tested[0] or tested[1] < trained[0]
    assert 0 < held_out["lesions_high"] < held_out["lesions"]


def test_an_installed_package_carries_its_signatures_inside(monkeypatch, tmp_path, demonstration):
    folder = tmp_path / "radioimmuno" / "Signatures"
    folder.mkdir(parents=True)
    for file in shipped_signatures()["demonstration"].parent.glob("*.json"):
        shutil.copy(file, folder)
    monkeypatch.setattr(module, "SHIPPED", (folder, tmp_path / "Resources" / "Signatures"))
    assert shipped_signatures() == {"demonstration": folder / "demonstration.json"}
    assert default_signature() == demonstration


def test_an_installation_without_it_says_so(monkeypatch, tmp_path):
    monkeypatch.setattr(module, "SHIPPED", (tmp_path,))
    with pytest.raises(SignatureError, match="demonstration"):
        default_signature()


def test_all_files_that_ship_can_be_read():
    assert [read_signature(path).name for path in shipped_signatures().values()]
