"""The last scores of the selected segmentation, which of them are stale, and the scene that shows them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from typing import Any

from radioimmuno.findings import InputError
from radioimmuno.lesion import Site
from radioimmuno.scoring.results import LesionScore, PatientScore

from ...scene import clearScores, hideOthers, paintScores, showScores
from ...scene.segment_properties import irradiatedOf, sitesOf
from ...scene.showing import BY_OTHERS, BY_SCORE, OWN_COLORS
from .edits import changedSince, stampsOf
from .inputs import Inputs
from .study_reader import Snapshot

# No lesion has this digest: its score is stale whatever happens.
STALE = ""


class ScoreStore:
    """Scores by segment ID, each with the digest of what it was measured on (see `inputs`).

    A score is stale when its digest is another one now: by an edit of its segment or of a neighbour, by
    another signature, tube voltage, CT or transform, by a site that counts. Everything is kept on the
    segmentation node, so that each segmentation has its own and a saved scene has all of them.

    Parameters
    ----------
    inputs : Inputs
        The patient's inputs.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        # With their rings, which are not kept on the node; by IDs of node and segment.
        self._measured: dict[tuple[str, str], LesionScore] = {}
        self._lastOf: tuple[Any, ...] = ()
        self._last: dict[str, float] = {}
        self.begin()

    def begin(self) -> None:
        """Go on with the scores that are kept of the segmentation that is selected now."""
        kept = self._inputs.parameters.savedScores
        self.scores: dict[str, LesionScore] = {i: self._measuredOr(row) for i, row in kept.rows.items()}
        self._digests: dict[str, str | None] = {i: kept.digests.get(i) for i in kept.rows}
        self.restored = {i for i, row in kept.rows.items() if self.scores[i] is row}
        self._ctStamp: int | None = None
        self._now: Mapping[str, str] | None = None
        node = self._inputs.segmentationNode
        self._seen = stampsOf(node) if node else {}
        self._stamps = self._seen
        self._asked: set[str] = set()
        self._kept: _Kept | None = None
        self.compare()

    @property
    def stale(self) -> set[str]:
        """IDs of the scores that are no longer those of the lesions as they are."""
        node = self._inputs.segmentationNode
        if node is None:
            return set()
        if self._isOtherCt:
            return set(self.scores)
        # What was edited after the last look may be the same in the end.
        stale = changedSince(self._stamps, node) & set(self.scores)
        for segmentID, digest in self._digests.items():
            isKnown = self._now is not None and segmentID in self._now
            if digest == STALE or (isKnown and digest != self._now[segmentID]):
                stale.add(segmentID)
        return stale

    @property
    def due(self) -> set[str]:
        """IDs of the lesions that are to be scored when edits are: stale, or drawn since and never scored."""
        included = set(self._inputs.included)
        now = stampsOf(self._inputs.segmentationNode)
        fresh = {i for i in included - set(self.scores) if i in self._asked or self._seen.get(i) != now[i]}
        if fresh and (snapshot := self._snapshot()) is not None:
            fresh &= snapshot.drawn
        return (self.stale & included) | fresh

    def ask(self, segmentID: str) -> None:
        """Have a lesion scored when edits are, though nobody drew it since."""
        self._asked.add(segmentID)

    def compare(self) -> None:
        """Look at segments and CT as they are: scores of segments that are gone go, others may be stale."""
        inputs = self._inputs
        present = set(inputs.segmentIDs)
        for gone in set(self.scores) - present:
            del self.scores[gone], self._digests[gone]
        if self._lastOf and self._lastOf[0] is inputs.segmentationNode:
            # A segment that is made later may get the ID of one that is gone.
            self._last = {i: score for i, score in self._last.items() if i in present}
        self.restored &= set(self.scores)
        self._asked &= present
        if inputs.segmentationNode is not None:
            self._stamps = stampsOf(inputs.segmentationNode)
            sites = sitesOf(inputs.segmentationNode)
            self.scores = {i: self._asTagged(row, sites[i]) for i, row in self.scores.items()}
        if self.scores and (snapshot := self._snapshot()) is not None:
            self._take(snapshot)
        self.keep()

    def enter(self, snapshot: Snapshot, rows: Iterable[LesionScore]) -> None:
        """Enter new scores, measured on what the snapshot holds; `compare` sees what became of it since."""
        parameters = self._inputs.parameters
        if self._isOtherCt or self._ctStamp not in (None, snapshot.ctStamp):
            self._digests = dict.fromkeys(self._digests, STALE)
        parameters.scoredVolumeNode = self._inputs.volumeNode
        self._ctStamp = snapshot.ctStamp
        present = set(self._inputs.segmentIDs)
        for row in rows:
            if row.id in present:
                self.scores[row.id] = row
                self._digests[row.id] = snapshot.digests.get(row.id, STALE)
                self.restored.discard(row.id)
                self._asked.discard(row.id)

    @property
    def last(self) -> Mapping[str, float]:
        """Scores by segment ID at the last Score of these inputs, which later ones are compared with.

        Scores of another CT or by another signature measure something else.
        """
        return self._last if self._lastOf == self._comparable else {}

    def remember(self, rows: Iterable[LesionScore]) -> None:
        """Have later scores compared with these, and with no older ones."""
        self._lastOf = self._comparable
        self._last = {row.id: row.score for row in rows if row.id in self.scores and row.score is not None}

    def write(self, what: Mapping[str, Mapping[str, Any]]) -> None:
        """Write fields into rows, by segment ID."""
        present = {i: fields for i, fields in what.items() if i in self.scores}
        self.scores.update({i: replace(self.scores[i], **fields) for i, fields in present.items()})
        self.keep()

    def keep(self) -> None:
        """Keep the scores for a saved scene."""
        node = self._inputs.segmentationNode
        if node is not None:
            measured = {i: row for i, row in self.scores.items() if i not in self.restored}
            self._measured.update({(node.GetID(), i): row for i, row in measured.items()})
        what = node, dict(self.scores), dict(self._digests)
        # Writing all rows takes longer than anything else that follows an edit.
        if not _isKept(what, self._kept):
            self._kept = what
            self._inputs.parameters.saveScores(self.scores, self._digests)

    def _measuredOr(self, kept: LesionScore) -> LesionScore:
        """The row as it was measured here; else as it was kept."""
        measured = self._measured.get((self._inputs.segmentationNode.GetID(), kept.id))
        return measured if measured is not None and replace(measured, ring=None) == kept else kept

    @property
    def _comparable(self) -> tuple[Any, ...]:
        inputs = self._inputs
        return inputs.segmentationNode, inputs.volumeNode, inputs.signature.sha256

    @property
    def _isOtherCt(self) -> bool:
        scored = self._inputs.parameters.scoredVolumeNode
        return scored is not None and scored is not self._inputs.volumeNode

    def _snapshot(self) -> Snapshot | None:
        """The patient as it is; None when there is nothing that could be measured."""
        try:
            return None if self._inputs.missing else self._inputs.snapshot()
        except InputError:
            return None

    def _take(self, snapshot: Snapshot) -> None:
        self._now = snapshot.digests
        if not self._isOtherCt:
            if self._ctStamp not in (None, snapshot.ctStamp):
                self._digests = dict.fromkeys(self._digests, STALE)
            self._ctStamp = snapshot.ctStamp
        # Scenes that were saved before there were digests.
        for segmentID, digest in self._digests.items():
            if digest is None:
                self._digests[segmentID] = snapshot.digests.get(segmentID, STALE)

    def _asTagged(self, row: LesionScore, site: Site | None) -> LesionScore:
        """The row with what is said of the lesion now."""
        segment = self._inputs.segmentationNode.GetSegmentation().GetSegment(row.id)
        stated = {"name": segment.GetName(), "irradiated": irradiatedOf(segment), "site": site}
        return row if all(getattr(row, k) == v for k, v in stated.items()) else replace(row, **stated)


_Kept = tuple[Any, dict[str, LesionScore], dict[str, str | None]]


def _isKept(what: _Kept, kept: _Kept | None) -> bool:
    """Whether it is what was kept last: the same rows, not only equal ones."""
    if kept is None or what[0] is not kept[0] or what[2] != kept[2] or list(what[1]) != list(kept[1]):
        return False
    return all(row is kept[1][i] for i, row in what[1].items())


def _idsOfSame(before: Collection[LesionScore], now: Collection[LesionScore]) -> frozenset[str]:
    """IDs of the rows that are as before; their weights are others when any lesion is."""
    known = {row.id: row for row in before}
    return frozenset(row.id for row in now if row.id in known and _isSame(known[row.id], row))


def _isSame(before: LesionScore, now: LesionScore) -> bool:
    return before is now or (before.ring is now.ring and replace(before, weight=now.weight) == now)


class SceneView:
    """Brings the scene to the rows; nothing is touched when it shows them already.

    Parameters
    ----------
    inputs : Inputs
        The patient's inputs.
    """

    def __init__(self, inputs: Inputs) -> None:
        self._inputs = inputs
        self._shown: Any = None

    def begin(self) -> None:
        """Show this segmentation's results, and those of no other."""
        self._shown = None
        if self._inputs.segmentationNode is not None:
            hideOthers(self._inputs.segmentationNode)

    def paint(self, patient: PatientScore | None) -> None:
        """Give the lesions the colors of the patient's scores, and leave the rest to `show`."""
        inputs = self._inputs
        if patient is not None and inputs.parameters.paintsScores:
            paintScores(inputs.segmentationNode, patient, inputs.signature)

    def show(self, patient: PatientScore | None, stale: Collection[str], restored: Collection[str]) -> None:
        """Bring the scene to the patient's rows.

        Parameters
        ----------
        patient : PatientScore, optional
            The included rows; None where nothing is scored.
        stale, restored : IDs of the rows that are stale, and of those that came without their rings
        """
        inputs = self._inputs
        nodes = inputs.volumeNode, inputs.segmentationNode
        if None in nodes or not inputs.parameters.hasSavedScores:
            return
        parameters = inputs.parameters
        colored = BY_SCORE if parameters.paintsScores else OWN_COLORS
        if parameters.paintsValues:
            colored = BY_OTHERS
        lesions = patient.lesions if patient else ()
        above = nodes[0].GetTransformNodeID()
        # A duplicate wears its original's color until it is looked at.
        left = tuple(one.id for one in patient.left_out) if patient else ()
        what = inputs.signature.sha256, colored, above, tuple(inputs.segmentIDs), left
        state = (*nodes, *what, frozenset(stale), frozenset(restored))
        if self._isShown(state, lesions):
            return
        before = self._shown
        # Rings are looked at again where the CT, its transform or the signature is another.
        isAsBefore = before is not None and before[0][:-2] == state[:-2]
        unchanged = _idsOfSame(before[1], lesions) if before is not None and isAsBefore else frozenset()
        self._shown = state, lesions
        if patient is None:
            clearScores(nodes[1])
        else:
            showScores(
                *nodes,
                patient,
                inputs.signature,
                stale=stale,
                restored=restored,
                colored=colored,
                unchanged=unchanged,
            )

    def _isShown(self, state: Any, lesions: Collection[Any]) -> bool:
        if self._shown is None or self._shown[0] != state or len(self._shown[1]) != len(lesions):
            return False
        return all(one is other for one, other in zip(self._shown[1], lesions, strict=True))
