"""The studies of a patient, read and scored one after the other, each registered to the one before.

Two CT are in memory at most, whatever the number of studies: what is needed of one later is read again.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from ..acceptance import how_to_accept
from ..extraction.extract import by_region, measure
from ..findings import Finding, InputError, Severity
from ..geometry.image import Image
from ..identity import Identity, in_part, same_patient
from ..io.ct import read_ct
from ..io.dicom import SourceSeries
from ..io.study_files import ReadStudy, StudyFiles, read_study
from ..lesion import Lesion
from ..scoring.results import LesionScore, PatientScore
from ..scoring.score import score_rows
from ..settings import Settings
from ..signature.signature import Signature
from ..study import Study
from .course import DATES, PATIENT, Course, acquisition_findings
from .exported_study import STUDY, check_exported
from .followed_lesion import ScoredStudy, days_between, unions_in
from .registration import Registration, register

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
    """

    name: str
    files: StudyFiles
    result: PatientScore | None = None
    is_scored: bool = False
    date: str = ""
    is_exported: bool = False


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
    """

    studies: tuple[ScoredStudy, ...]
    registrations: tuple[Registration | None, ...]
    findings: tuple[tuple[Finding, ...], ...]
    patient: str
    images: Images
    sources: tuple[SourceSeries | None, ...]

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
        while len(self._held) >= MOST_IMAGES:
            del self._held[next(iter(self._held))]
        self._held[number] = image
        return image

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
            files = self.files[number]
            image = read_ct(files.ct, files.series, accepted=files.accepted, naming=files.naming).image
        return self.hold(number, image)


def read_studies(
    orders: Sequence[StudyOrder], signature: Signature | None, stage: Stage, features: Collection[str] = ()
) -> ReadStudies:
    """Read and score studies, and register each to the one before.

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
    patients: list[str] = []
    sources: list[SourceSeries | None] = []
    found: list[ScoredStudy] = []
    registrations: list[Registration | None] = []
    findings: list[tuple[Finding, ...]] = []
    settings = signature.settings if signature else Settings()
    for number, order in enumerate(orders):
        stage("reading", number)
        read = read_study(order.files, settings)
        study, rows = _with_result(order, read)
        patients.append(_patient_in(read, study.identity))
        sources.append(read.source)
        mismatch = patient_findings(patients, order.files.accepted)
        if order.is_exported:
            check_exported(order.files.ct, sources)
        study = replace(study, date=order.date or study.date)
        images.hold(number, study.image)
        _check_dates([*(one.study for one in found), study])
        if rows is None:
            assert signature is not None
            rows = score_rows(study, signature, progress=stage("scoring", number))
        if signature is not None:
            rows = with_features(rows, study, signature.settings, features)
        found.append(
            ScoredStudy(
                _name_of(order, read),
                replace(study, images={}),
                {row.id: replace(row, ring=None) for row in rows},
            )
        )
        refused: tuple[Finding, ...] = ()
        if number:
            made, refused = registered(images, (number - 1, number), stage("registering", number))
            registrations.append(made)
        differing = acquisition_findings(found[0].study.acquisition, study.acquisition)
        findings.append((*mismatch, *refused, *differing))
    named = _named(found)
    return ReadStudies(
        named, tuple(registrations), tuple(findings), _patient_of(named), images, tuple(sources)
    )


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


def _check_dates(studies: Sequence[Study]) -> None:
    """Refuse a last study that is not later than the dated ones before."""
    day = studies[-1].date
    for number, one in enumerate(studies[:-1], start=1):
        days = days_between(one, studies[-1])
        if days == 0:
            text = (
                f"Studies {number} and {len(studies)} have the same date, {day}. Give the one that was made "
                f"later its date (--dates), or name one of them alone."
            )
            raise InputError(DATES, text)
        if days is not None and days < 0:
            text = (
                f"Study {len(studies)} of {day} is earlier than study {number} of {one.date}: name the "
                f"studies in order of time, the baseline first."
            )
            raise InputError(DATES, text)


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


def with_unions(
    course: Course,
    studies: Sequence[ScoredStudy],
    number: int,
    image: Callable[[], Image],
    signature: Signature | None,
    features: Collection[str] = (),
) -> ScoredStudy:
    """A study with the scores of parts that are one lesion, as one.

    Parameters
    ----------
    course : Course
    studies : sequence of ScoredStudy
    number : int
        Which one.
    image : callable
        Gives its CT, where there is something to score.
    signature : Signature or None
        None where it is not known: then they have no score.
    features : collection of str, optional
        As of `read_studies`.

    Returns
    -------
    ScoredStudy
    """
    here, unions = studies[number], unions_in(course, number)
    if not unions or signature is None:
        return here
    rows: dict[str, LesionScore] = dict(here.rows)
    for parts, whole in unions.items():
        others = tuple(lesion for lesion in here.study.lesions if lesion.id not in parts)
        images: Mapping[str, Image] = {"ct": image()}
        study = replace(here.study, images=images, lesions=(whole, *others))
        made = score_rows(study, signature, only=[whole.id])
        made = with_features(made, study, signature.settings, features)
        rows |= {row.id: replace(row, ring=None) for row in made}
    return replace(here, rows=rows)


def with_features(
    rows: Sequence[LesionScore], study: Study, settings: Settings, features: Collection[str]
) -> list[LesionScore]:
    """Rows with further features, which change nothing in their scores.

    Parameters
    ----------
    rows : sequence of LesionScore
    study : Study
        With its CT and the lesions of the rows.
    settings : Settings
        Those of the signature that made the rows.
    features : collection of str
        Identifiers of what the rows shall have; what they have already is not measured again.

    Returns
    -------
    list of LesionScore
    """
    known = set(features).intersection(*(row.features for row in rows if row.features))
    keys = by_region([name for name in features if name not in known])
    if not keys:
        return list(rows)
    only = [row.id for row in rows]
    measured = measure(study.image, study.lesions, settings, keys, only=only, findings=study.findings)
    values = {
        one.id: {name: value for name, value in one.values.items() if value is not None} for one in measured
    }
    return [replace(row, features={**values[row.id], **row.features}) for row in rows]


def checked_dates(texts: Sequence[str], studies: int) -> tuple[str, ...]:
    """Dates that a person gives, one a study.

    Parameters
    ----------
    texts : sequence of str
        As 2024-03-05; empty for that of the study's files.
    studies : int
        How many there are.

    Returns
    -------
    tuple of str
        ISO 8601.

    Raises
    ------
    InputError
        `followup.dates`.
    """
    if len(texts) != studies:
        raise InputError(DATES, f"{len(texts)} dates for {studies} studies: give one for each.")
    found = []
    for text in texts:
        try:
            found.append(date.fromisoformat(text.strip()).isoformat() if text.strip() else "")
        except ValueError:
            raise InputError(DATES, f"{text!r} is no date: write it as 2024-03-05.") from None
    return tuple(found)
