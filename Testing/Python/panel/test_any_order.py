"""A session driven in any order: what is shown is right and nothing saved is lost, whatever came before.

Runs short by default; `RADIOIMMUNO_ANY_ORDER=300` makes 300 runs of more steps.
"""

from __future__ import annotations

import json
import os
import tempfile
from contextlib import ExitStack
from pathlib import Path

import numpy as np
import pytest
import slicer
from consistency import assertRowsAreThoseOfAFullScore, assertSceneShowsRows
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from patients import waitFor

from radioimmuno.acquisition import Acquisition
from radioimmuno.extraction.measurability import overlaps
from radioimmuno.findings import Finding, InputError, Severity
from radioimmuno.geometry.image import Image
from radioimmuno.lesion import Site
from radioimmuno.scoring.results import LesionScore
from radioimmuno.signature.signature import DEFAULT_NAME, shipped_signatures
from RadioImmunoScoreLib.services.node_origin import noteAcquisition
from slicerbench.complaints import Complaints

RUNS = int(os.environ.get("RADIOIMMUNO_ANY_ORDER", "0"))
SETTINGS = settings(
    max_examples=RUNS or 6,
    stateful_step_count=30 if RUNS else 12,
    # The short run is the same each time; the long one looks for what nobody saw.
    derandomize=not RUNS,
    suppress_health_check=list(HealthCheck),
    print_blob=True,
)

MODULE = Path(__file__).parents[3] / "RadioImmunoScore" / "RadioImmunoScore.py"
SHAPE, SPACING = (14, 20, 24), (3.0, 2.0, 2.0)
RING_MM = 4.0

# Without the panel, too: the legend comes into the scene before its colors.
SLICERS_OWN = "UpdateActor failed: No color node is set in primary display node"

PLACES = st.tuples(st.integers(2, 11), st.integers(3, 16), st.integers(3, 20))
NAMES = st.sampled_from(["tumor", "metastasis", "Lesion 1", "Spinal cord"])
WHICH = st.integers(0, 7)


def fastScore(study, signature, only=None, progress=None):
    """A score of a lesion's voxels and of what is left of its ring: it depends on neighbours as real ones do.

    Distances are those of boxes: less exact than a ring, and much faster.
    """
    shared = overlaps(study.lesions)
    rows = []
    for lesion in study.lesions:
        if only is None or lesion.id in only:
            rows.append(_row(study, lesion, shared.get(lesion.id, ())))
    return rows


def _row(study, lesion, found):
    if lesion.box is None:
        found = (Finding("lesion.empty", Severity.REFUSE, "The segment is empty."),)
        return LesionScore(lesion.id, lesion.name, 0.0, None, lesion.site, lesion.irradiated, (), found)
    grown = lesion.box.grow([round(RING_MM / s) for s in SPACING])
    grown = grown.intersect(type(grown).whole(SHAPE))
    ring = np.ones(grown.shape, bool)
    for other in study.lesions:
        if other.box is not None:
            ring &= ~other.mask.within(grown, False)
    values = study.image.crop(grown).values
    kvp = study.acquisition.kvp or 0.0
    score = (values[ring].sum() + 3.0 * lesion.voxels + kvp) / 10_000
    findings = (*study.findings[lesion.id], *found)
    return LesionScore(
        lesion.id,
        lesion.name,
        lesion.volume_cc,
        None if any(f.refuses for f in findings) else float(score),
        lesion.site,
        lesion.irradiated,
        (),
        findings,
        {},
        ring=Image(ring, study.image.lattice, grown.start),
    )


def fastMap(image, lesion, settings, name):
    """Values of 1 in the lesion, as a map of its interior."""
    if lesion.box is None:
        raise InputError("lesion.empty", "The segment is empty.")
    inside = lesion.mask.crop(lesion.box)
    return Image(np.where(inside.values, 1.0, np.nan), inside.lattice, inside.offset)


class AnyOrder(RuleBasedStateMachine):
    """Whatever a person does to a session, in the order that hypothesis finds."""

    def __init__(self):
        super().__init__()
        from slicerbench.session import Bench

        self.stack = ExitStack()
        self.complaints = self.stack.enter_context(Complaints())
        self.folder = Path(self.stack.enter_context(tempfile.TemporaryDirectory()))
        self.bench = self.stack.enter_context(Bench(MODULE))
        # Nobody looks at the panel, and nobody edits so fast that a shorter pause would be too short.
        self.widget = self.bench.widget
        self.session._edits._mark.setInterval(2)
        self.session._edits._pause.setInterval(10)
        self.saved = []
        self.count = 0

    def teardown(self):
        self.stack.close()
        assert self.heard() == []

    def heard(self):
        """What was complained of, but for what Slicer itself says of a legend that is being imported."""
        return [text for text in self.complaints.heard if SLICERS_OWN not in text]

    @property
    def session(self):
        return self.widget.panel.session

    @property
    def segmentation(self):
        return self.session.inputs.segmentationNode.GetSegmentation()

    @initialize()
    def openPatient(self):
        self.session._scorer = fastScore
        self.widget.panel.session.display.interior.mapper = fastMap
        self.addPatient()

    def addPatient(self):
        volumeNode = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "CT")
        values = np.random.default_rng(3).integers(20, 60, SHAPE).astype(np.int16)
        # Else it would not look like a CT.
        values[:, 0], values[:, -1] = -1000, 700
        slicer.util.updateVolumeFromArray(volumeNode, values)
        volumeNode.SetSpacing(*SPACING[::-1])
        noteAcquisition(volumeNode, Acquisition(kvp=120.0, source="test"))
        node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLSegmentationNode", "Lesions")
        node.CreateDefaultDisplayNodes()
        node.SetReferenceImageGeometryParameterFromVolumeNode(volumeNode)
        self.session.setInputs(volumeNode, node)
        for place in ((5, 6, 6), (5, 6, 13), (10, 14, 18)):
            self.draw(self.add("tumor"), place, 5.0)

    def add(self, name):
        self.count += 1
        segmentID = f"{name}_{self.count}"
        self.segmentation.AddEmptySegment(segmentID, name)
        return segmentID

    def draw(self, segmentID, place, radius):
        inputs = self.session.inputs
        offsets = (np.moveaxis(np.indices(SHAPE), 0, -1) - place) * SPACING
        mask = (np.linalg.norm(offsets, axis=-1) <= radius).astype(np.uint8)
        slicer.util.updateSegmentBinaryLabelmapFromArray(
            mask, inputs.segmentationNode, segmentID, inputs.volumeNode
        )

    def pick(self, which):
        ids = self.session.inputs.segmentIDs
        return ids[which % len(ids)]

    def hasSegments(self):
        return bool(self.session.inputs.segmentIDs) and self.session.inputs.volumeNode is not None

    def settle(self):
        def isAtRest():
            return self.session.jobs.state == "idle" and not self.session._edits.isWaiting

        waitFor(isAtRest)
        # What was measured beside may be shown, and measured again, after that.
        self.bench.process(5)
        waitFor(isAtRest)

    @rule()
    def score(self):
        self.session.score()

    @precondition(hasSegments)
    @rule(which=WHICH, place=PLACES, radius=st.sampled_from([3.0, 5.0, 7.0]))
    def edit(self, which, place, radius):
        self.draw(self.pick(which), place, radius)

    @precondition(hasSegments)
    @rule(name=NAMES, place=PLACES)
    def addAndDraw(self, name, place):
        self.draw(self.add(name), place, 4.0)

    @precondition(hasSegments)
    @rule(name=NAMES)
    def addEmpty(self, name):
        self.add(name)

    @precondition(hasSegments)
    @rule(which=WHICH)
    def duplicate(self, which):
        segment = slicer.vtkSegment()
        segment.DeepCopy(self.segmentation.GetSegment(self.pick(which)))
        self.count += 1
        self.segmentation.AddSegment(segment, f"copy_{self.count}")

    @precondition(hasSegments)
    @rule(which=WHICH)
    def delete(self, which):
        self.segmentation.RemoveSegment(self.pick(which))

    @precondition(hasSegments)
    @rule(which=WHICH, name=NAMES)
    def rename(self, which, name):
        self.segmentation.GetSegment(self.pick(which)).SetName(name)

    @precondition(hasSegments)
    @rule()
    def share(self):
        self.segmentation.CollapseBinaryLabelmaps(False)

    @precondition(hasSegments)
    @rule(which=WHICH, isIncluded=st.booleans())
    def tick(self, which, isIncluded):
        self.session.notes.setIncluded(self.pick(which), isIncluded)

    @precondition(hasSegments)
    @rule(which=WHICH, site=st.sampled_from([Site.LIVER, Site.OTHER]))
    def say(self, which, site):
        self.session.notes.setSite(self.pick(which), site)
        self.session.notes.setIrradiated(self.pick(which), True)

    @precondition(hasSegments)
    @rule(which=WHICH, place=PLACES)
    def stroke(self, which, place):
        """What a stroke leaves: a segment that was written, to be taken back."""
        segmentID = self.pick(which)
        before = self.session.history.keep([segmentID])
        self.draw(segmentID, place, 5.0)
        self.session.history.add("stroke", before)
        self.session.measured(segmentID)

    @precondition(hasSegments)
    @rule(which=WHICH, number=st.integers(0, 6), points=st.lists(PLACES, max_size=2))
    def drawing(self, which, number, points):
        """A gesture that was begun, with some of its points; whatever comes next gives it up or goes on."""
        from RadioImmunoScoreLib.panel.state import gestures

        kinds = (gestures.STROKE, gestures.CROSS, gestures.CLICK, gestures.BOX_AROUND)
        self.session.selection.chooseInPlace(self.pick(which))
        self.session.strokes.toggle((*kinds, gestures.MORE, gestures.LESS, gestures.PULL)[number])
        for node in slicer.util.getNodesByClass("vtkMRMLMarkupsNode")[-1:]:
            for k, j, i in points:
                node.AddControlPointWorld(*np.array((i, j, k)) * SPACING[::-1])
        self.bench.process(5)

    @rule()
    def undo(self):
        self.session.undo()

    @rule()
    def redo(self):
        self.session.redo()

    @rule(on=st.booleans())
    def update(self, on):
        self.session.setUpdateWhileEditing(on)

    @rule(on=st.booleans())
    def color(self, on):
        self.session.display.choose("colorByScore", on)

    @precondition(hasSegments)
    @rule(factor=st.sampled_from([None, 1.0, 2.0]))
    def choosePet(self, factor):
        """A PET that was added, another one, or none."""
        node = None
        if factor is not None:
            node = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLScalarVolumeNode", "PET")
            values = np.random.default_rng(4).uniform(0.5, 8.0, SHAPE).astype(np.float32)
            slicer.util.updateVolumeFromArray(node, values * factor)
            node.SetSpacing(*SPACING[::-1])
        self.session.setBeside(node, None)

    @precondition(lambda self: self.session.parameters.petNode is not None)
    @rule()
    def removePet(self):
        slicer.mrmlScene.RemoveNode(self.session.parameters.petNode)
        self.bench.process(5)

    @rule(by=st.sampled_from(["score", "uptake.maximum", "feature.lesion.statistics.mean"]))
    def colorBy(self, by):
        self.session.coloring.choose(by)

    @rule(on=st.booleans())
    def showPet(self, on):
        self.session.display.choose("showPet", on)

    @precondition(hasSegments)
    @rule(which=WHICH, region=st.sampled_from(["", "muscle", "liver"]))
    def reference(self, which, region):
        self.session.notes.setReference(self.pick(which), region)

    @rule(kvp=st.sampled_from([None, 100.0]))
    def kvp(self, kvp):
        self.session.setKvp(kvp)

    @rule(isOther=st.booleans())
    def signature(self, isOther):
        file = self.folder / "other.json"
        if not file.exists():
            content = json.loads(shipped_signatures()[DEFAULT_NAME].read_text())
            file.write_text(json.dumps({**content, "name": "Other", "intercept": 1.0}))
        self.session.setSignature(str(file) if isOther else DEFAULT_NAME)

    @precondition(hasSegments)
    @rule(which=WHICH, name=st.sampled_from(["mean", ""]))
    def showMap(self, which, name):
        self.session.parameters.interiorMap = name
        self.widget.panel.selectLesion(self.pick(which))

    @precondition(hasSegments)
    @rule()
    def editCt(self):
        volumeNode = self.session.inputs.volumeNode
        slicer.util.arrayFromVolume(volumeNode)[5] += 1
        slicer.util.arrayFromVolumeModified(volumeNode)

    @precondition(hasSegments)
    @rule(isBoth=st.booleans())
    def move(self, isBoth):
        transform = slicer.mrmlScene.AddNewNodeByClass("vtkMRMLLinearTransformNode")
        matrix = np.eye(4)
        matrix[:3, 3] = (2.0, 0.0, 0.0)
        slicer.util.updateTransformMatrixFromArray(transform, matrix)
        inputs = self.session.inputs
        inputs.segmentationNode.SetAndObserveTransformNodeID(transform.GetID())
        if isBoth:
            inputs.volumeNode.SetAndObserveTransformNodeID(transform.GetID())

    @precondition(lambda self: len(slicer.util.getNodesByClass("vtkMRMLSegmentationNode")) < 6)
    @rule()
    def openAnother(self):
        self.addPatient()

    @rule(which=WHICH, isOwnCt=st.booleans())
    def switch(self, which, isOwnCt):
        nodes = slicer.util.getNodesByClass("vtkMRMLSegmentationNode")
        lesions = [node for node in nodes if "rings" not in node.GetName()]
        cts = slicer.util.getNodesByClass("vtkMRMLScalarVolumeNode")
        if lesions and cts:
            number = which % len(lesions)
            ct = cts[min(number, len(cts) - 1)] if isOwnCt else cts[0]
            self.session.setInputs(ct, lesions[number])

    @rule()
    def save(self):
        self.settle()
        rows = kept(self.session)
        file = self.bench.host.saveScene(self.folder / f"{len(self.saved)}.mrb")
        self.saved.append((file, rows))

    @rule()
    def close(self):
        slicer.mrmlScene.Clear()
        self.addPatient()

    @precondition(lambda self: self.saved)
    @rule(which=WHICH, isReplacing=st.booleans())
    def load(self, which, isReplacing):
        file, before = self.saved[which % len(self.saved)]
        if isReplacing:
            self.bench.host.loadScene(file)
        else:
            slicer.mrmlScene.Clear(False)
            assert slicer.mrmlScene.ReadFromMRB(str(file), False)
        self.session.setUpdateWhileEditing(False)
        self.settle()
        assert kept(self.session) == before

    @precondition(lambda self: self.saved and slicer.mrmlScene.GetNumberOfNodes() < 150)
    @rule(which=WHICH)
    def importBeside(self, which):
        file, before = self.saved[which % len(self.saved)]
        here, node = kept(self.session), self.session.inputs.segmentationNode
        volumeNode = self.session.inputs.volumeNode
        self.settle()
        here = kept(self.session)
        assert slicer.mrmlScene.ReadFromMRB(str(file), False)
        self.session.setUpdateWhileEditing(False)
        self.settle()
        assert kept(self.session) == before
        if node is not None and volumeNode is not None:
            self.session.setInputs(volumeNode, node)
            self.settle()
            assert [row[:-1] for row in kept(self.session)] == [row[:-1] for row in here]

    @rule()
    def wait(self):
        self.settle()

    @invariant()
    def everythingIsRight(self):
        if self.session.inputs.segmentationNode is None:
            return
        self.settle()
        session = self.session
        assertSceneShowsRows(session)
        assertRowsAreThoseOfAFullScore(session)
        if session.parameters.updateWhileEditing and not session.inputs.missing:
            assert "stale" not in {row.status for row in session.rows}
        assert self.heard() == []
        if session.strokes.placing.gesture is None:
            assert slicer.util.getNodesByClass("vtkMRMLMarkupsNode") == []


def kept(session):
    """What must not be lost: the rows without what loading forgets."""
    return [
        (row.id, row.name, row.site, row.irradiated, row.included, row.score, row.reasons, row.status)
        for row in session.rows
    ]


AnyOrder.TestCase.settings = SETTINGS
TestAnyOrder = pytest.mark.slow(AnyOrder.TestCase)
