"""Measure the lesions of a study: ring, preprocessing and features, on each image that features are asked of.

A lesion is drawn once. For another image of the study it is carried to that image's voxels through physical
space, and measured there by that image's settings.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ..features import catalog
from ..features.compute import compute_features
from ..findings import Finding, InputError, Severity
from ..geometry.image import Image, Lattice
from ..lesion import Lesion
from ..modality import CT, image_title, modality_of_role, settings_on, split_role, with_role
from ..settings import Settings
from ..study import Study
from . import measurability
from .asked_suv import other_suv
from .lesion_features import Engine, Findings, LesionFeatures, Progress, Task, measure_lesion, task_of
from .prepared_images import prepared_image
from .regions import Keys, ResampledImage

if TYPE_CHECKING:
    from .carried_lesions import Carried, PointMap


def extract(
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    wanted: Collection[str],
    *,
    only: Collection[str] | None = None,
    findings: Findings | None = None,
    progress: Progress | None = None,
    engine: Engine = compute_features,
) -> list[LesionFeatures]:
    """Features of every lesion, in the order of the lesions.

    Parameters
    ----------
    image : Image
        The CT; any axis order.
    lesions : sequence of Lesion
        On the CT's lattice.
    settings : Settings
        How to measure.
    wanted : collection of str
        Identifiers `<region>.<family>.<name>`; only what they need is computed.
    only : collection of str, optional
        Ids of the lesions to measure; the others still cut rings and overlap. All by default.
    findings : mapping of str to sequence of Finding, optional
        Lesion id -> what is known to be wrong already (reading found it); kept, a refusal is obeyed.
    progress : callable, optional
        Called with (lesions done, lesions in all) on the calling thread; an exception it raises stops the
        work.
    engine : callable, optional
        What computes the features of a region; scores are always made with our own.

    Raises
    ------
    KeyError
        When an identifier is not in the catalog.

    Examples
    --------
    A ball of 6 mm in a CT of one intensity:

    >>> import numpy as np
    >>> from radioimmuno.geometry.image import Lattice
    >>> lattice = Lattice((24, 24, 24), (1.0, 1.0, 1.0), (0.0, 0.0, 0.0))
    >>> ct = Image(np.full(lattice.shape, 40.0, np.float32), lattice)
    >>> k, j, i = np.indices(lattice.shape) - 12
    >>> ball = Lesion("1", "ball", Image(k**2 + j**2 + i**2 <= 36, lattice))
    >>> wanted = ["lesion.statistics.mean", "lesion.morphology.approximate_volume", "ring.statistics.mean"]
    >>> (measured,) = extract(ct, [ball], Settings(), wanted)
    >>> measured.values["lesion.statistics.mean"], measured.values["ring.statistics.mean"]
    (40.0, 40.0)
    >>> measured.values["lesion.morphology.approximate_volume"] == ball.voxels
    True
    """
    return measure(
        image,
        lesions,
        settings,
        by_region(wanted),
        only=only,
        findings=findings,
        progress=progress,
        engine=engine,
    )


def by_region(identifiers: Collection[str]) -> dict[str, tuple[str, ...]]:
    """The keys asked for of each region.

    Parameters
    ----------
    identifiers : collection of str

    Examples
    --------
    >>> by_region(["ring.glcm.contrast", "ring.statistics.mean", "lesion.statistics.mean"])
    {'ring': ('glcm.contrast', 'statistics.mean'), 'lesion': ('statistics.mean',)}
    """
    keys: dict[str, list[str]] = {}
    for identifier in identifiers:
        region, feature = catalog.split(identifier)
        keys.setdefault(region, []).append(feature.key)
    return {region: tuple(names) for region, names in keys.items()}


def measure(
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    keys: Keys,
    *,
    only: Collection[str] | None = None,
    findings: Findings | None = None,
    progress: Progress | None = None,
    engine: Engine = compute_features,
    margin_mm: float = 0.0,
) -> list[LesionFeatures]:
    """As `extract`, with keys by region; a ring is built when `keys` has `ring`, be it without keys.

    Parameters
    ----------
    image : Image
        This and the parameters that are not described here are those of `extract`.
    lesions : sequence of Lesion
    settings : Settings
    keys : mapping of str to tuple of str
        Region -> keys of the catalog.
    only : collection of str, optional
    findings : mapping of str to sequence of Finding, optional
    progress : callable, optional
    engine : callable, optional
    margin_mm : float, optional
        How much of the CT around a region the engine gets at least.
    """
    study = Study({CT.role: image}, tuple(lesions))
    return measure_images(
        study,
        settings,
        keys,
        only=only,
        findings=findings,
        progress=progress,
        engine=engine,
        margin_mm=margin_mm,
    )


@dataclass(frozen=True, eq=False)
class ImageTask:
    """What is measured on an image beside the one that lesions were drawn on.

    Parameters
    ----------
    task : Task
        Of the lesions as they were carried to the image.
    carried : mapping of Lesion to (Lesion, tuple of Finding)
        The study's lesions (canonical) -> what `carried_lesions` made of them.
    findings : tuple of Finding
        What was found of the image.
    to_main : callable or None
        As of `Study.to_main`; None in the same frame of reference.
    """

    task: Task
    carried: Mapping[Lesion, Carried]
    findings: tuple[Finding, ...]
    to_main: PointMap | None = None

    def measure(self, lesion: Lesion) -> LesionFeatures:
        """A lesion of the study (canonical), or another contour of it, on this image."""
        if lesion.mask.lattice == self.task.image.lattice and self.to_main is None:
            return measure_lesion(self.task, lesion)
        known = self.carried.get(lesion)
        ((carried, found),) = [known] if known else self._on(lesion, self.task.image.lattice)
        # Carried to the image's voxels first and interpolated then, what is round would shrink by a tenth.
        ((on_grid, _),) = self._on(lesion, self.task.grid.lattice)
        return measure_lesion(self.task, replace(carried.canonical(), resampled=on_grid.mask), found)

    def _on(self, lesion: Lesion, lattice: Lattice) -> list[Carried]:
        from .carried_lesions import carried_lesions

        return carried_lesions([lesion], lattice, self.to_main)


@dataclass(frozen=True, eq=False)
class StudyTask:
    """What is measured of a study.

    Parameters
    ----------
    main : Task
        On the image that lesions were drawn on.
    beside : mapping of str to ImageTask
        By role, on the others.
    findings : tuple of Finding
        What was found of the main image, and an image that features are asked of and that there is not.
    """

    main: Task
    beside: Mapping[str, ImageTask]
    findings: tuple[Finding, ...] = ()

    def measure(
        self, lesion: Lesion, known: Sequence[Finding] = (), resampled: ResampledImage | None = None
    ) -> LesionFeatures:
        """One lesion, or another contour of it, on all images.

        What refuses it on the main image refuses it; where it cannot be measured on another one, it has no
        values of that image and a warning.

        Parameters
        ----------
        lesion : Lesion
        known : sequence of Finding, optional
        resampled : ResampledImage, optional
            As of `lesion_features.measure_lesion`.

        Returns
        -------
        LesionFeatures
        """
        found = measure_lesion(self.main, lesion, (*known, *self.findings), resampled)
        if found.refused:
            return found
        values = {with_role(self.main.role, name): value for name, value in found.values.items()}
        findings = list(found.findings)
        for role, image in self.beside.items():
            own = image.measure(lesion)
            findings += [found_on_image(one, role) for one in (*image.findings, *own.findings)]
            values.update({with_role(role, name): value for name, value in own.values.items()})
        return replace(found, values=values, findings=tuple(findings))


def study_task(
    study: Study,
    settings: Settings,
    keys: Keys,
    engine: Engine = compute_features,
    margin_mm: float = 0.0,
) -> StudyTask:
    """The task of measuring a study's lesions.

    Parameters
    ----------
    study : Study
    settings : Settings
        Of all images.
    keys : mapping of str to tuple of str
        Region, with the role of another image than the CT in front (`pet.lesion`) -> keys of the catalog.
    engine : callable, optional
    margin_mm : float, optional
        As of `extract.measure`.

    Returns
    -------
    StudyTask

    Raises
    ------
    InputError
        Where the image that lesions were drawn on cannot be prepared (`prepared_images`).
    """
    parts: dict[str, dict[str, tuple[str, ...]]] = {study.role: {}}
    for region, names in keys.items():
        role, region = split_role(region)
        parts.setdefault(role, {})[region] = names
    of_main = settings_on(settings, study.role)
    image, made = prepared_image(study, study.role, settings)
    main = task_of(image, study.lesions, of_main, parts[study.role], engine, margin_mm, study.role)
    beside: dict[str, ImageTask] = {}
    found = [*(made.findings if made else ()), *filter(None, [other_suv(study, study.role, settings)])]
    for role, own in parts.items():
        if role == study.role or not any(own.values()):
            continue
        if role not in study.images:
            found.append(missing_image(role, study))
            continue
        refusals = [one for one in study.findings_of_images.get(role, ()) if one.refuses]
        refusals += filter(None, [other_suv(study, role, settings)])
        if refusals:
            found += [found_on_image(one, role) for one in refusals]
            continue
        try:
            beside[role] = _image_task(study, main, role, settings, own)
        except InputError as problem:
            found.append(found_on_image(Finding(problem.code, Severity.REFUSE, str(problem)), role))
    return StudyTask(main, beside, tuple(found))


def _image_task(study: Study, main: Task, role: str, settings: Settings, keys: Keys) -> ImageTask:
    """What is measured on an image beside the main one, as that task has it."""
    from .carried_lesions import carried_lesions

    to_main = study.to_main.get(role)
    image, made = prepared_image(study, role, settings)
    carried = carried_lesions(main.lesions, image.lattice, to_main)
    task = task_of(
        image,
        [lesion for lesion, _ in carried],
        settings_on(settings, role),
        keys,
        main.engine,
        main.margin_mm,
        role,
    )
    known = dict(zip(main.lesions, carried, strict=True))
    findings = (*study.findings_of_images.get(role, ()), *(made.findings if made else ()))
    return ImageTask(task, known, findings, to_main)


def measure_images(
    study: Study,
    settings: Settings,
    keys: Keys,
    *,
    only: Collection[str] | None = None,
    findings: Findings | None = None,
    progress: Progress | None = None,
    engine: Engine = compute_features,
    margin_mm: float = 0.0,
) -> list[LesionFeatures]:
    """Features of a study's lesions on all of its images that are asked for, in the order of the lesions.

    Parameters
    ----------
    study : Study
    settings : Settings
    keys : mapping of str to tuple of str
        As of `study_task`; a ring is built when the main image's `ring` is among them, be it without keys.
    only : collection of str, optional
        Ids of the lesions to measure; the others still cut rings and overlap. All by default.
    findings : mapping of str to sequence of Finding, optional
        Lesion id -> what is known to be wrong already; by default the study's own.
    progress : callable, optional
        Called with (lesions done, lesions in all); an exception it raises stops the work.
    engine : callable, optional
    margin_mm : float, optional
        As of `extract.measure`.

    Returns
    -------
    list of LesionFeatures
        Values by identifier; those of other images have the role in front.
    """
    task = study_task(study, settings, keys, engine, margin_mm)
    before = study.findings if findings is None else findings
    shared = measurability.overlaps(task.main.lesions)
    chosen = [lesion for lesion in task.main.lesions if only is None or lesion.id in only]
    rows: list[LesionFeatures] = []
    for lesion in chosen:
        rows.append(task.measure(lesion, (*before.get(lesion.id, ()), *shared.get(lesion.id, ()))))
        if progress:
            progress(len(rows), len(chosen))
    return rows


def lesions_on(study: Study, role: str) -> tuple[Lesion, ...]:
    """The lesions of a study on the voxels of one of its images.

    Parameters
    ----------
    study : Study
    role : str
        Of the image.

    Returns
    -------
    tuple of Lesion
        In the order of the study's; empty where one covers no voxel by half.
    """
    if role == study.role:
        return study.lesions
    from .carried_lesions import carried_lesions

    lattice = study.images[role].lattice
    return tuple(lesion for lesion, _ in carried_lesions(study.lesions, lattice, study.to_main.get(role)))


def missing_image(role: str, study: Study) -> Finding:
    """That an image is asked for and not there.

    Parameters
    ----------
    role : str
        Of the image.
    study : Study

    Returns
    -------
    Finding
        A refusal where it is the CT, on which all else would be looked for; a warning else.
    """
    wanted, main = modality_of_role(role) or CT, modality_of_role(study.role) or CT
    if role == CT.role:
        text = f"The signature measures the CT, and this is a {main.name}: take the CT."
        return Finding(wanted.kind_code, Severity.REFUSE, text)
    how = f"add it (in the shell --{wanted.role}, in Slicer under Inputs)"
    text = f"The {image_title(role)} is asked for and not there: {how}."
    return Finding("study.image_missing", Severity.WARN, text)


def found_on_image(finding: Finding, role: str) -> Finding:
    """What was found of an image beside the main one, or of a lesion on it: it names the image.

    Parameters
    ----------
    finding : Finding
    role : str

    Returns
    -------
    Finding
        What refuses there is a warning of the lesion, which nothing else is refused for.

    Examples
    --------
    >>> found_on_image(Finding("mask.carried", Severity.REFUSE, "It lies outside."), "pet_late").text
    'On the PET LATE: It lies outside. It is not measured there.'
    """
    text = f"On the {image_title(role)}: {finding.text}"
    if not finding.refuses:
        return replace(finding, text=text)
    return Finding(finding.code, Severity.WARN, f"{text} It is not measured there.")
