"""Which scores are those of the lesions as they are: each compared with what it was made from."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import slicer
from patients import BALLS, addPatient, draw

ALL = {ball.segmentID for ball in BALLS}


@pytest.fixture
def store(scored):
    """The scores of three lesions, all of them current."""
    store = scored[0].panel.session._store
    assert (set(store.scores), store.stale) == (ALL, set())
    return store


@pytest.fixture
def inputs(scored):
    return scored[0].panel.session.inputs


def edit_ct(nodes):
    slicer.util.arrayFromVolume(nodes[0])[0, 0, 0] += 1
    slicer.util.arrayFromVolumeModified(nodes[0])


def test_an_edit_makes_stale_until_the_lesion_is_entered_again(scored, store, inputs):
    draw(scored[1], "node", (34, 30, 66), 7.0)
    assert store.stale == {"node"}
    store.compare()
    assert store.stale == {"node"}
    store.enter(inputs.snapshot(), [replace(store.scores["node"], score=0.25)])
    assert store.stale == set()
    assert store.scores["node"].score == 0.25


def test_what_shares_a_label_map_with_an_edited_lesion_is_stale_until_it_is_looked_at(scored, store):
    scored[1][1].GetSegmentation().CollapseBinaryLabelmaps(False)
    store.compare()
    draw(scored[1], "liver_2", (18, 46, 62), 7.0)
    assert {"liver_2"} < store.stale
    store.compare()
    assert store.stale == {"liver_2"}


def test_an_edit_that_is_taken_back_is_none(scored, store):
    for radius in (7.0, 9.0):
        draw(scored[1], "liver_2", (18, 46, 62), radius)
        store.compare()
    assert store.stale == set()


def test_a_score_of_a_lesion_that_the_snapshot_does_not_know_is_stale(store, inputs):
    snapshot = inputs.snapshot()
    without = {lesion: digest for lesion, digest in snapshot.digests.items() if lesion != "node"}
    store.enter(replace(snapshot, digests=without), list(store.scores.values()))
    assert store.stale == {"node"}


def test_a_score_of_a_segment_that_is_gone_is_not_entered(scored, store, inputs):
    snapshot, rows = inputs.snapshot(), list(store.scores.values())
    scored[1][1].GetSegmentation().RemoveSegment("node")
    store.enter(snapshot, rows)
    store.compare()
    assert set(store.scores) == ALL - {"node"}


def test_an_edit_of_the_cts_voxels_makes_stale_what_is_not_scored_on_them(scored, store, inputs):
    edit_ct(scored[1])
    store.enter(inputs.snapshot(), [store.scores["node"]])
    assert store.stale == ALL - {"node"}
    edit_ct(scored[1])
    store.compare()
    assert store.stale == ALL


def test_scoring_on_another_ct_makes_stale_what_was_scored_on_the_first(scored, store, inputs):
    inputs.parameters.volumeNode = addPatient()[0]
    store.begin()
    assert store.stale == ALL
    store.enter(inputs.snapshot(), [store.scores["node"]])
    assert store.stale == ALL - {"node"}


def test_looking_at_another_ct_is_no_change(scored, store, inputs):
    first = inputs.volumeNode
    inputs.parameters.volumeNode = addPatient()[0]
    store.begin()
    assert store.stale == ALL
    inputs.parameters.volumeNode = first
    store.begin()
    assert store.stale == set()


def test_what_is_kept_on_the_node_counts_where_it_is_another_than_was_measured(store, inputs):
    from RadioImmunoScoreLib.scene.parameters import SCORES

    node = inputs.segmentationNode
    assert all(row.ring is not None for row in store.scores.values())
    store.begin()
    assert store.restored == set()
    assert all(row.ring is not None for row in store.scores.values())
    rows = json.loads(node.GetAttribute(SCORES))
    (row,) = [row for row in rows if row["id"] == "node"]
    row["score"] = 0.125
    node.SetAttribute(SCORES, json.dumps(rows))
    store.begin()
    assert store.restored == {"node"}
    assert (store.scores["node"].score, store.scores["node"].ring) == (0.125, None)


@pytest.mark.parametrize(("kept", "stale"), [("", {"node"}), (None, set()), ("0" * 32, {"node"})])
def test_a_digest_that_is_kept_is_compared_and_one_that_is_not_there_is_made(store, inputs, kept, stale):
    """Scenes of versions before there were digests have none: such scores count as those of what is there."""
    from RadioImmunoScoreLib.scene.parameters import DIGESTS

    node = inputs.segmentationNode
    digests = json.loads(node.GetAttribute(DIGESTS))
    assert set(digests) == ALL
    if kept is None:
        del digests["node"]
    else:
        digests["node"] = kept
    node.SetAttribute(DIGESTS, json.dumps(digests))
    store.begin()
    assert store.stale == stale
    assert json.loads(node.GetAttribute(DIGESTS))["node"] == (
        inputs.snapshot().digests["node"] if kept is None else kept
    )


def test_a_score_that_is_known_to_be_stale_stays_so_where_nothing_can_be_compared(store, inputs):
    """With a tube voltage that none is there is no patient to compare with: what is not known stays."""
    from RadioImmunoScoreLib.scene.parameters import DIGESTS

    node = inputs.segmentationNode
    node.SetAttribute(DIGESTS, json.dumps({**json.loads(node.GetAttribute(DIGESTS)), "node": ""}))
    inputs.parameters.kvp = 9999
    store.begin()
    assert store.stale == {"node"}


def test_lesions_are_due_that_are_stale_drawn_since_or_asked_for(scored, store, inputs):
    nodes = scored[1]
    assert store.due == set()
    nodes[1].GetSegmentation().AddEmptySegment("new", "new one")
    assert store.due == set(), "it has no voxel yet"
    draw(nodes, "new", (30, 55, 30), 8.0)
    store.compare()
    assert store.due == {"new"}
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    store.compare()
    assert store.due == {"new", "liver_2"}
    inputs.setIncluded("liver_2", False)
    assert store.due == {"new"}


def test_a_lesion_that_was_there_before_is_due_when_it_is_asked_for(panel):
    from patients import select

    nodes = addPatient()
    select(panel, nodes)
    store = panel.panel.session._store
    assert store.due == set()
    store.ask("node")
    assert store.due == {"node"}
    nodes[1].GetSegmentation().RemoveSegment("node")
    store.compare()
    assert store.due == set()


def test_fields_are_written_into_rows_that_are_there(store):
    store.write({"node": {"name": "written"}, "gone": {"name": "x"}})
    assert store.scores["node"].name == "written"
    assert "gone" not in store.scores
