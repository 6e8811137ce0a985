"""The studies of a patient, all read, then scored one after the other and each registered to the one before.

Two CT are in memory at most, whatever the number of studies: what is needed of one later is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from ..acceptance import how_to_accept
from ..extraction.extract import found_on_image
from ..findings import Finding, InputError, Severity
from ..geometry.image import Image
from ..identity import Identity, in_part, same_patient
from ..io.dicom import SourceSeries
from ..io.study_files import ReadStudy, StudyFiles, read_main, read_study
from ..learned.model import LearnedModel
from ..lesion import Lesion
from ..scoring.given_values import with_given
from ..scoring.results import LesionScore, PatientScore
from ..scoring.score import score_rows
from ..settings import Settings
from ..signature.signature import Signature
from ..study import Study
from .course import PATIENT, Course, acquisition_findings
from .exported_study import STUDY, check_exported
from .followed_lesion import ScoredStudy
from .registration import Registration, register
from .study_dates import check_later
from .study_rows import with_features

ACCEPTED = "patient.mismatch"
MOST_IMAGES = 2

Stage = Callable[[str, int], Callable[[int, int], None]]


@dataclass(frozen=True)
class StudyOrder:
    """Where a study is, and what a person says of it.

    Parameters
    ----------
    name : str
        What to call it where its files do not say it.
    files : StudyFiles
    result : PatientScore or None
        The scores that it has already.
    is_scored : bool
        Whether these scores are kept.
    date : str
        ISO 8601, "" for that of its files.
    is_exported : bool
        Whether it will be written as DICOM, into the study of its CT.
    clinical : mapping of str to float
        Values of the patient that the signature needs.
    batch : str
        Scanner or center of the CT, for a signature that was trained with ComBat.
    findings : tuple of Finding
        What was found while its files were looked for.
    """

    name: str
    files: StudyFiles
    result: PatientScore | None = None
    is_scored: bool = False
    date: str = ""
    is_exported: bool = False
    clinical: Mapping[str, float] = field(default_factory=dict)
    batch: str = ""
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, eq=False)
class ReadStudies:
    """What was read of a patient.

    Parameters
    ----------
    studies : tuple of ScoredStudy
    registrations : tuple of Registration or None
        From each study to the next; None where they could not be registered.
    findings : tuple of tuple of Finding
        Of each study, as of `Course`.
    patient : str
        What the studies call the patient.
    images : Images
    sources : tuple of SourceSeries or None
        The DICOM series of each CT; None for other files.
    beside : tuple of mapping of str to SourceSeries
        By role, those of the images beside each.
    """

    studies: tuple[ScoredStudy, ...]
    registrations: tuple[Registration | None, ...]
    findings: tuple[tuple[Finding, ...], ...]
    patient: str
    images: Images
    sources: tuple[SourceSeries | None, ...]
    beside: tuple[Mapping[str, SourceSeries], ...]

    @property
    def course(self) -> Course:
        """The course, its lesions not matched yet."""
        studies = tuple(one.study for one in self.studies)
        return Course(studies, self.registrations, (), (), self.findings)


@dataclass(eq=False)
class Images:
    """The CT of studies, of which the two that were asked for last are held.

    Parameters
    ----------
    files : tuple of StudyFiles
    """

    files: tuple[StudyFiles, ...]
    _held: dict[int, Image] = field(default_factory=dict)

    def hold(self, number: int, image: Image) -> Image:
        """Hold a study's CT; the one that was asked for first is let go."""
        self._held.pop(number, None)
        self.make_room()
        self._held[number] = image
        return image

    def make_room(self) -> None:
        """Let go of what is held, as far as one more CT takes it; to be called before one is read."""
        while len(self._held) >= MOST_IMAGES:
            del self._held[next(iter(self._held))]

    def of(self, number: int) -> Image:
        """A study's CT, read again where it is held no longer.

        Parameters
        ----------
        number : int

        Returns
        -------
        Image
        """
        image = self._held.get(number)
        if image is None:
            self.make_room()
            image = read_main(self.files[number], Settings()).image
        return self.hold(number, image)


def read_studies(
    orders: Sequence[StudyOrder],
    signature: Signature | None,
    stage: Stage,
    features: Collection[str] = (),
    check: Callable[[Sequence[ScoredStudy]], None] | None = None,
    models: Sequence[LearnedModel] = (),
) -> ReadStudies:
    """Read all studies; then score them, the last one first, and register each to the one before.

    Parameters
    ----------
    orders : sequence of StudyOrder
        In order of time.
    signature : Signature or None
        By which to score; None where all studies keep their scores.
    stage : callable
        Called with what begins, `reading`, `scoring` or `registering`, and the study's number; what it
        returns is called with the steps done and in all, and what that raises ends the work.
    features : collection of str, optional
        Identifiers of what is measured besides, with the signature's settings; nothing without a signature.
    check : callable, optional
        Called with all studies, not scored yet: what it raises ends the work before it takes long.
    models : sequence of LearnedModel, optional
        What makes the values of the signature's learned terms.

    Returns
    -------
    ReadStudies

    Raises
    ------
    InputError
        `followup.dates` where dates go back or are equal, `followup.patient` where the patients differ,
        `followup.study` where a result was made of another CT, or what is exported is no DICOM, and what
        reading raises.
    """
    images = Images(tuple(order.files for order in orders))
    opened: list[_Opened] = []
    for number, order in enumerate(orders):
        stage("reading", number)
        images.make_room()
        opened.append(_open(order, signature, opened))
        images.hold(number, opened[-1].study.image)
        opened[-1] = replace(opened[-1], study=opened[-1].study.without_main_image())
    named = _named([ScoredStudy(one.name, one.study, {}) for one in opened])
    if check is not None:
        check(named)
    studies = list(named)
    made: list[tuple[Registration | None, tuple[Finding, ...]]] = [(None, ())] * len(orders)
    # The last CT first: they are in memory still.
    for number in reversed(range(len(orders))):
        is_last = number + 1 == len(orders)
        if not is_last:
            images.of(number + 1)
        whole = replace(opened[number], study=opened[number].study.with_main_image(images.of(number)))
        rows = _scored(whole, signature, stage("scoring", number), features, models)
        studies[number] = replace(studies[number], rows=rows)
        if not is_last:
            progress = stage("registering", number + 1)
            made[number + 1] = registered(images, (number, number + 1), progress)
    first = opened[0].study.acquisition
    findings = tuple(
        (*one.findings, *refused, *acquisition_findings(first, one.study.acquisition))
        for one, (_, refused) in zip(opened, made, strict=True)
    )
    sources = tuple(one.source for one in opened)
    between = tuple(registration for registration, _ in made[1:])
    beside = tuple(one.beside for one in opened)
    return ReadStudies(tuple(studies), between, findings, _patient_of(named), images, sources, beside)


@dataclass(frozen=True, eq=False)
class _Opened:
    """A study that was read, its patient, the scores that it keeps, its series, and what was found of it."""

    name: str
    study: Study
    patient: str
    rows: Sequence[LesionScore] | None
    source: SourceSeries | None
    beside: Mapping[str, SourceSeries]
    findings: tuple[Finding, ...]


def _open(order: StudyOrder, signature: Signature | None, before: Sequence[_Opened]) -> _Opened:
    """Read a study that comes after others, and refuse what does not follow them."""
    read = read_study(order.files, signature.settings if signature else Settings())
    study, rows = _with_result(order, read)
    patient = _patient_in(read, study.identity)
    findings = (
        *patient_findings([*(one.patient for one in before), patient], order.files.accepted),
        *order.findings,
        *_of_images(study),
    )
    if order.is_exported:
        check_exported(order.files.ct, [*(one.source for one in before), read.source])
    study = replace(study, date=order.date or study.date)
    check_later([one.study.date for one in before], study.date)
    if signature is not None:
        study = _with_given(order, study, signature)
    return _Opened(_name_of(order, read), study, patient, rows, read.source, read.images, findings)


def _of_images(study: Study) -> list[Finding]:
    """What was found of the images beside the CT; each names its image."""
    return [found_on_image(one, role) for role, found in study.findings_of_images.items() for one in found]


def _with_given(order: StudyOrder, study: Study, signature: Signature) -> Study:
    """The study with what a person gives; where it keeps its scores, with what was given for them, too."""
    known: Mapping[str, float] = {}
    batch = order.batch
    if order.is_scored and order.result is not None:
        known = order.result.provenance["inputs"].get("clinical", {})
        batch = batch or study.acquisition.batch
    return with_given(study, signature, {**known, **order.clinical}, batch)


def _scored(
    opened: _Opened,
    signature: Signature | None,
    progress: Callable[[int, int], None],
    features: Collection[str],
    models: Sequence[LearnedModel],
) -> dict[str, LesionScore]:
    """The rows of a study by lesion id, without rings; what it keeps is not scored again."""
    study, rows = opened.study, opened.rows
    if rows is None:
        assert signature is not None
        rows = score_rows(study, signature, progress=progress, models=models)
    if signature is not None:
        rows = with_features(rows, study, signature.settings, features)
    return {row.id: replace(row, ring=None) for row in rows}


def _name_of(order: StudyOrder, read: ReadStudy) -> str:
    """What a study without a date is called: DICOM folders often have the patient's name."""
    return order.name if read.source is None or order.files.naming.identify else "study"


def registered(
    images: Images, numbers: tuple[int, int], progress: Callable[[int, int], None] | None = None
) -> tuple[Registration | None, tuple[Finding, ...]]:
    """The registration of a study's CT to another one's, and why there is none.

    Parameters
    ----------
    images : Images
    numbers : tuple of (int, int)
        Of the earlier study and of the later one.
    progress : callable, optional
        Called with the steps done and in all.

    Returns
    -------
    registration : Registration or None
    findings : tuple of Finding
    """
    try:
        return register(images.of(numbers[0]), images.of(numbers[1]), progress), ()
    except InputError as error:
        return None, (Finding(error.code, Severity.WARN, str(error)),)


def _with_result(order: StudyOrder, read: ReadStudy) -> tuple[Study, Sequence[LesionScore] | None]:
    """The study as it was scored, with these scores where they are kept."""
    study, result = read.study, order.result
    if result is None:
        return study, None
    recorded, own = (inputs.get("ct", {}) for inputs in (result.provenance["inputs"], study.inputs))
    for key in ("series_uid", "sha256"):
        if key in recorded and recorded[key] != own.get(key):
            text = f"{order.files.ct} is not the CT that {order.name} was scored on. Name that one: --ct."
            raise InputError(STUDY, text)
    known = {row.id: row for row in result.lesions}
    if set(known) != {lesion.id for lesion in study.lesions}:
        text = f"The lesions of {order.name} are not those that have its scores. Score it again."
        raise InputError(STUDY, text)
    lesions = tuple(_as_scored(lesion, known[lesion.id]) for lesion in study.lesions)
    acquisition = replace(
        study.acquisition,
        **{key: value for key, value in result.provenance["acquisition"].items() if value is not None},
    )
    study = replace(study, lesions=lesions, acquisition=acquisition, identity=result.identity)
    return study, result.lesions if order.is_scored else None


def _as_scored(lesion: Lesion, row: LesionScore) -> Lesion:
    return replace(lesion, name=row.name, site=row.site, irradiated=row.irradiated)


def _patient_in(read: ReadStudy, identity: Identity) -> str:
    """The patient's identifier in DICOM, else the name that a person gave; "" where only files are named."""
    if read.source is not None:
        return read.source.patient_id
    return identity.patient if is_named(identity) else ""


def patient_findings(patients: Sequence[str], accepted: frozenset[str]) -> tuple[Finding, ...]:
    """What there is to find where the last patient is not the one before.

    Parameters
    ----------
    patients : sequence of str
        What the studies' files call the patient, "" where they do not say it.
    accepted : frozenset of str
        Codes that a person accepted.

    Returns
    -------
    tuple of Finding

    Raises
    ------
    InputError
        `followup.patient` unless it is accepted.
    """
    one, other = next((name for name in patients if name), ""), patients[-1]
    if same_patient(one, other):
        return ()
    first, second = in_part(one, other)
    text = f"Study {len(patients)} is of the patient {second!r}, one before it of {first!r}."
    if ACCEPTED not in accepted:
        raise InputError(PATIENT, text + how_to_accept(ACCEPTED))
    return (Finding(PATIENT, Severity.WARN, f"{text} Accepted by hand."),)


def _named(studies: Sequence[ScoredStudy]) -> tuple[ScoredStudy, ...]:
    """The studies by their dates where all have one, else by their own names; no two alike."""
    dates = [one.study.date for one in studies]
    names = dates if all(dates) else [one.name for one in studies]
    return tuple(
        replace(one, name=name if names.count(name) == 1 else f"{name} ({number})")
        for number, (one, name) in enumerate(zip(studies, names, strict=True), start=1)
    )


def _patient_of(studies: Sequence[ScoredStudy]) -> str:
    """The first name that is the patient's; else that of the first study's file."""
    known = [one.study.identity for one in studies]
    named = [one.patient for one in known if is_named(one)]
    return next(iter(named), known[0].patient or studies[0].name)


def is_named(identity: Identity) -> bool:
    """Whether an identity has a name of the patient, and not that of a file.

    Parameters
    ----------
    identity : Identity
    """
    return bool(identity.patient) and identity.patient != identity.study
