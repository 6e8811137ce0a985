"""All that the panel shows, at one moment: frozen values that the session makes and the sections show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from radioimmuno.acquisition import Acquisition
from radioimmuno.findings import Finding
from radioimmuno.identity import Identity
from radioimmuno.scoring.results import LesionScore, PatientScore
from radioimmuno.signature.signature import Signature

from ...scene.interior_map import MapScale
from ...scene.parameters import BY_SCORE
from .gestures import Gesture
from .rows import Row

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowedLesion
    from radioimmuno.followup.metabolic import MetabolicCourse
    from radioimmuno.followup.response.course_response import CourseResponse
    from radioimmuno.followup.response.measured import Role
    from radioimmuno.pet.patient_uptake import PatientUptake
    from radioimmuno.quality.check import LesionFinding
    from radioimmuno.signature.value_scale import ValueScale

    from ...services.course_display import LesionCurve
    from ...services.followup import Ids
    from ...services.lesion_values import LesionValues


@dataclass(frozen=True)
class ImageState:
    """An image beside the CT.

    `problem` is why nothing can be measured on it, `source` where its values are from, `notes` what is to be
    known of it, each empty as long as it is not known.
    """

    node: Any
    problem: str = ""
    source: str = ""
    notes: str = ""


@dataclass(frozen=True)
class InputsState:
    """What is scored, and with what.

    `missing` is what is missing before scoring can run (see `Inputs.missing`), `isKvpAsked` whether the tube
    voltage is to be given by hand or was, `chosenSignature` the name or path that was chosen, `clinical` and
    `batch` what was given for it, `findings` what concerns all lesions, `leftOut` (name, reason) of what is
    no lesion, `pet` and `mr` the images beside the CT, `asked` the titles of those that the signature
    measures and that are not there, `models` the paths of cards of the outside models that it needs, by name,
    empty for one that was not chosen, and `hasLibrary` whether what runs them is installed.
    """

    volumeNode: Any
    segmentationNode: Any
    missing: tuple[str, ...]
    identity: Identity
    acquisition: Acquisition
    kvp: float | None
    isKvpAsked: bool
    signature: Signature
    chosenSignature: str
    clinical: Mapping[str, float]
    batch: str
    accepted: frozenset[str]
    findings: tuple[Finding, ...]
    leftOut: tuple[tuple[str, str], ...]
    pet: ImageState | None = None
    mr: ImageState | None = None
    asked: frozenset[str] = frozenset()
    models: Mapping[str, str] = field(default_factory=dict)
    hasLibrary: bool = True


@dataclass(frozen=True)
class ShownMap:
    """A map that is shown: of what, of which lesion, whether of its ring, too, and what its colors mean."""

    title: str
    lesion: str
    hasRing: bool
    scale: MapScale


@dataclass(frozen=True)
class DisplayState:
    """How the lesions look; `map` is what the colors of the map of an interior mean, None without one."""

    colorByScore: bool
    showLegend: bool
    showRings: bool
    showLabels: bool
    showSurfaces: bool
    showPet: bool
    opacity: float
    interiorMap: str
    map: ShownMap | None


@dataclass(frozen=True)
class UptakeState:
    """The uptake of the lesions on the PET, None where it was not measured.

    `problem` is why nothing could be measured, or why the values are no SUV.
    """

    patient: PatientUptake | None = None
    problem: str = ""


@dataclass(frozen=True)
class ColoringState:
    """What the lesions' colors mean.

    `choices` are what they can mean; `values` and `scale` are those of a value that is no score and no
    change, None for these, and until it was measured.
    """

    by: str = BY_SCORE
    choices: tuple[str, ...] = (BY_SCORE,)
    values: LesionValues | None = None
    scale: ValueScale | None = None


@dataclass(frozen=True)
class StrokeState:
    """What is being drawn, None for nothing, and how many of its markups are whole.

    `placedOn` is the name of the lesion that it changes; empty for a new one.
    """

    gesture: Gesture | None
    wholeCount: int
    placedOn: str
    undoTitle: str
    redoTitle: str

    @property
    def isAdjusting(self) -> bool:
        """Whether what was placed is adjusted before it is used."""
        return self.gesture is not None and self.gesture.isAdjusted and self.wholeCount > 0


@dataclass(frozen=True)
class ChecksState:
    """What a check found, None before the first; `names` are those of the lesions that were checked."""

    found: tuple[LesionFinding, ...] | None
    isStale: bool
    names: Mapping[str, str]


@dataclass(frozen=True)
class StudyState:
    """A study of a course.

    `date` is empty where it is not known, `isByHand` when a person gave it, `petName` empty without a PET.
    """

    key: str
    ctName: str
    lesionsName: str
    date: str
    isByHand: bool
    petName: str = ""


@dataclass(frozen=True)
class FollowUpState:
    """The studies of the patient, and what became of the lesions.

    `studies` are in order of time as far as that is known, `lesions` empty before the first matching,
    `stale` the lesions that were edited since, by ID, `problem` what a person is asked before matching,
    `notes` what makes studies hard to compare, `later` the number of the study that is shown below,
    `candidates` (segment IDs, name) of those that the selected lesion may be in that study, `byHand` the (ID,
    number of the study) of lesions that a person paired with the study before, `role` what a person chose for
    the selected lesion, `canSegment` whether it can be segmented in that study, too, `metabolic` the uptake
    on the studies' PET, None without any.
    """

    studies: tuple[StudyState, ...] = ()
    lesions: tuple[FollowedLesion, ...] = ()
    stale: frozenset[str] = frozenset()
    problem: str = ""
    notes: tuple[str, ...] = ()
    selectedID: str | None = None
    later: int = 1
    candidates: tuple[tuple[Ids, str], ...] = ()
    byHand: frozenset[tuple[str, int]] = frozenset()
    isSideBySide: bool = False
    colorBy: str = BY_SCORE
    curves: tuple[LesionCurve, ...] = ()
    response: CourseResponse | None = None
    role: Role | None = None
    canSegment: bool = False
    metabolic: MetabolicCourse | None = None

    @property
    def selected(self) -> FollowedLesion | None:
        """The lesion that is selected."""
        return next((each for each in self.lesions if each.id == self.selectedID), None)


@dataclass(frozen=True)
class PanelState:
    """The panel at one moment.

    `rows` has one for every segment; `patient` is of the included rows, None before anything was scored.
    """

    inputs: InputsState
    rows: tuple[Row, ...]
    patient: PatientScore | None
    selectedID: str | None
    display: DisplayState
    stroke: StrokeState
    checks: ChecksState
    followUp: FollowUpState
    updateWhileEditing: bool
    uptake: UptakeState = field(default_factory=UptakeState)
    coloring: ColoringState = field(default_factory=ColoringState)

    @property
    def isColoredByOthers(self) -> bool:
        """Whether the lesions have the colors of something else than their scores."""
        return self.display.colorByScore and self.coloring.by != BY_SCORE

    @property
    def selectedRow(self) -> Row | None:
        """The row of the lesion that is selected."""
        return next((row for row in self.rows if row.id == self.selectedID), None)

    @property
    def selectedScore(self) -> LesionScore | None:
        """The last score of the lesion that is selected; None for one that is left out or has none."""
        scores: Sequence[LesionScore] = self.patient.lesions if self.patient else ()
        return next((score for score in scores if score.id == self.selectedID), None)
