"""What a score is made from, as a digest: another one for everything that counts, the same for all else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import slicer
from patients import BALLS, addPatient, draw
from synthetic import addShift, addTurn

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Finding, Severity
from radioimmuno.geometry.image import Image
from radioimmuno.identity import UNKNOWN
from radioimmuno.lesion import Site
from radioimmuno.modality import CT
from radioimmuno.settings import PRESETS
from radioimmuno.signature.signature import Term, default_signature

ALL = {ball.segmentID for ball in BALLS}
FOUND = (Finding("ct.not_original", Severity.WARN, "Derived."),)


@pytest.fixture
def reader(bench):
    from RadioImmunoScoreLib.panel.state.study_reader import StudyReader

    return StudyReader()


@pytest.fixture
def patient(reader):
    """(reader, nodes, the snapshot of them with the demonstration signature)."""
    nodes = addPatient()
    return reader, nodes, read(reader, nodes)


def read(reader, nodes, signature=None, acquisition=None, kvp=None):
    known = acquisition or Acquisition(kvp=120.0), kvp, UNKNOWN, ""
    return reader.read(*nodes, signature or default_signature(), ({}, ""), *known)


def changed(before, after):
    """IDs of the lesions that have another digest now."""
    assert set(before) == set(after)
    return {lesion for lesion, digest in before.items() if after[lesion] != digest}


def test_reading_again_gives_the_same_digests_by_whichever_reader(patient):
    from RadioImmunoScoreLib.panel.state.study_reader import StudyReader

    reader, nodes, before = patient
    assert set(before.digests) == ALL
    assert len(set(before.digests.values())) == len(ALL)
    assert changed(before.digests, read(reader, nodes).digests) == set()
    assert changed(before.digests, read(StudyReader(), nodes).digests) == set()


@pytest.mark.parametrize(
    "other",
    [
        {"signature": replace(default_signature(), sha256="0" * 64)},
        {"acquisition": Acquisition(kvp=120.0, kernel="B30f")},
        {"kvp": 100.0},
    ],
    ids=["signature", "acquisition", "kVp by hand"],
)
def test_what_is_known_beside_the_voxels_counts_for_all(patient, other):
    reader, nodes, before = patient
    assert changed(before.digests, read(reader, nodes, **other).digests) == ALL


def other_lattice(study, **changes):
    """The same voxels, cut to the shape, on a lattice that differs in this."""
    lattice = replace(study.image.lattice, **changes)
    k, j, i = lattice.shape
    return {"images": {CT.role: Image(study.image.values[:k, :j, :i], lattice)}}


@pytest.mark.parametrize(
    "change",
    [
        lambda study: {"findings_of_all": (*study.findings_of_all, *FOUND)},
        lambda study: {"accepted": frozenset({"ct.not_original"})},
        lambda study: other_lattice(study, spacing=(2.5, 1.5, 1.4)),
        lambda study: other_lattice(
            study, shape=(study.image.lattice.shape[0] - 1, *study.image.lattice.shape[1:])
        ),
    ],
    ids=["finding on the CT", "accepted", "spacing", "shape"],
)
def test_what_holds_for_the_ct_counts_for_all(patient, change):
    reader, _, before = patient
    study = replace(before.study, **change(before.study))
    assert changed(before.digests, reader._digests(study, before.signature)) == ALL


def test_where_the_ct_lies_does_not_count(patient):
    reader, _, before = patient
    study = replace(before.study, **other_lattice(before.study, origin=(1.0, 2.0, 3.0)))
    assert changed(before.digests, reader._digests(study, before.signature)) == set()


def test_what_was_found_of_one_lesion_counts_for_it_alone(patient):
    reader, _, before = patient

    def digests(found):
        everything = {**before.study.findings_of_lesions, **found}
        study = replace(before.study, findings_of_lesions=everything)
        return reader._digests(study, before.signature)

    first = digests({"node": FOUND})
    assert changed(before.digests, first) == {"node"}
    # The text counts, too: it has the figures.
    reworded = digests({"node": (replace(FOUND[0], text="Derived otherwise."),)})
    assert changed(first, reworded) == {"node"}


@pytest.mark.parametrize("uses_site", [True, False])
def test_a_site_counts_where_the_signature_has_a_term_for_one(patient, uses_site):
    reader, _, before = patient
    terms = tuple(term for term in default_signature().terms if not term.variable.startswith("location."))
    terms += (Term("location.lung", 1.0, 0.0, 1.0, (0.0, 1.0)),) if uses_site else ()
    study, signature = before.study, replace(before.signature, terms=terms)
    lesions = [
        replace(lesion, site=Site.LUNG if lesion.id == "node" else lesion.site) for lesion in study.lesions
    ]
    moved = reader._digests(replace(study, lesions=tuple(lesions)), signature)
    assert changed(reader._digests(study, signature), moved) == ({"node"} if uses_site else set())


def test_a_lesion_counts_for_itself_and_for_those_whose_rings_it_reaches(patient):
    reader, nodes, before = patient
    draw(nodes, "liver_2", (18, 46, 62), 7.0)
    assert changed(before.digests, read(reader, nodes).digests) == {"liver_2"}
    draw(nodes, "node", (18, 34, 41), 8.0)
    beside = read(reader, nodes).digests
    assert changed(before.digests, beside) == {"liver_1", "liver_2", "node"}
    draw(nodes, "node", (18, 34, 41), 7.5)
    assert changed(beside, read(reader, nodes).digests) == {"liver_1", "node"}


def test_a_name_counts_for_those_that_the_lesion_touches(patient):
    reader, nodes, _ = patient
    draw(nodes, "node", (18, 34, 41), 8.0)
    before = read(reader, nodes).digests
    nodes[1].GetSegmentation().GetSegment("node").SetName("renamed")
    assert changed(before, read(reader, nodes).digests) == {"liver_1"}


def test_moving_both_counts_for_none_and_moving_the_lesions_for_all(patient):
    reader, nodes, before = patient
    turn = addTurn(slicer.mrmlScene)
    for node in nodes:
        node.SetAndObserveTransformNodeID(turn.GetID())
    assert changed(before.digests, read(reader, nodes).digests) == set()
    for node in nodes:
        node.SetAndObserveTransformNodeID(None)
    nodes[1].SetAndObserveTransformNodeID(addShift(slicer.mrmlScene, (3, 0, 0)).GetID())
    assert changed(before.digests, read(reader, nodes).digests) == ALL


def test_the_cts_voxels_have_a_stamp_of_their_own(patient):
    reader, nodes, before = patient
    slicer.util.arrayFromVolume(nodes[0])[0, 0, 0] += 1
    slicer.util.arrayFromVolumeModified(nodes[0])
    after = read(reader, nodes)
    assert after.ctStamp != before.ctStamp
    assert changed(before.digests, after.digests) == set()


def test_what_was_found_in_the_cts_voxels_is_known_until_they_are_others(patient):
    reader, nodes, before = patient
    checked = replace(before.study, findings_of_values=FOUND)
    assert before.study.findings_of_values is None
    reader.rememberValues(before, checked)
    assert read(reader, nodes).study.findings_of_values == FOUND
    slicer.util.arrayFromVolumeModified(nodes[0])
    assert read(reader, nodes).study.findings_of_values is None
    other = addPatient()
    reader.rememberValues(read(reader, nodes), checked)
    assert read(reader, other).study.findings_of_values is None
    assert read(reader, nodes).study.findings_of_values is None, "another CT was looked at meanwhile"


def test_what_values_in_hounsfield_units_say_is_not_known_of_levels(patient):
    reader, nodes, before = patient
    levels = replace(default_signature(), settings=PRESETS["ibsi-digital"])
    reader.rememberValues(before, replace(before.study, findings_of_values=FOUND))
    assert read(reader, nodes, levels).study.findings_of_values is None


def test_lesions_without_a_voxel_are_not_drawn(patient):
    reader, nodes, before = patient
    assert before.drawn == ALL
    nodes[1].GetSegmentation().AddEmptySegment("empty", "empty")
    after = read(reader, nodes)
    assert after.drawn == ALL
    assert changed(before.digests, {i: after.digests[i] for i in ALL}) == set()
    np.testing.assert_equal(len(after.study.lesions), len(ALL) + 1)
