"""Score the lesions of a patient: the pipeline that panel, console and shell call.

A function of plain values: the same CT, lesions, signature and acquisition give the same result everywhere.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from ..acquisition import Acquisition
from ..extraction.extract import by_region, extract, measure, measure_images
from ..extraction.lesion_features import Findings, LesionFeatures, Progress
from ..extraction.prepared_images import preparation_records
from ..extraction.regions import Keys
from ..extraction.tissue import check_tissue
from ..findings import Finding, Severity
from ..geometry.image import Image
from ..identity import UNKNOWN, Identity
from ..lesion import LeftOut, Lesion
from ..modality import CT, with_role
from ..settings import Settings
from ..signature.patient_rules import LESION_COUNT, goes_by_volume
from ..signature.signature import Signature
from ..signature.variables import CLINICAL, Source, variable_of
from ..study import Study
from .domain import check_domain
from .images import roles_of
from .learned_terms import models_of_terms, with_terms
from .patient_metrics import subsets
from .patient_value import VOLUME, patient_value, with_weights
from .provenance import provenance
from .results import Contribution, LesionScore, PatientScore, stability_of
from .weighing import NO_EARLIER_STUDY, weighted_sum

if TYPE_CHECKING:
    from ..learned.model import LearnedModel

__all__ = ["LesionFeatures", "extract", "score"]


def score(
    image: Image,
    lesions: Sequence[Lesion],
    signature: Signature,
    acquisition: Acquisition | None = None,
    *,
    inputs: Mapping[str, Any] | None = None,
    identity: Identity = UNKNOWN,
    findings: Findings | None = None,
    progress: Progress | None = None,
    left_out: Sequence[LeftOut] = (),
    models: Sequence[LearnedModel] = (),
) -> PatientScore:
    """Score every lesion and describe the patient.

    Parameters
    ----------
    image : Image
        The CT, HU; any axis order.
    lesions : sequence of Lesion
        On the CT's lattice.
    signature : Signature
    acquisition : Acquisition, optional
        How the CT was made; nothing known by default.
    inputs : mapping of str to object, optional
        What identifies the input, kept in the provenance.
    identity : Identity, optional
        Whose CT it is.
    findings : mapping of str to sequence of Finding, optional
        Lesion's identifier -> what reading the masks found.
    progress : callable, optional
        Called with (lesions done, lesions in all); an exception it raises stops the work.
    left_out : sequence of LeftOut, optional
        Structures that were not taken for lesions; kept in the result.
    models : sequence of LearnedModel, optional
        What makes the values of learned terms.

    Returns
    -------
    PatientScore
        A row for every lesion in the order given; one that cannot be scored has its reasons instead of a
        score.
    """
    study = Study(
        {CT.role: image},
        tuple(lesions),
        acquisition or Acquisition(),
        findings_of_lesions={name: tuple(found) for name, found in (findings or {}).items()},
        identity=identity,
        left_out=tuple(left_out),
        inputs=inputs or {},
    )
    return score_study(study, signature, progress=progress, models=models)


def score_study(
    study: Study,
    signature: Signature,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    models: Sequence[LearnedModel] = (),
) -> PatientScore:
    """Score the lesions of a study and describe the patient; as `score`.

    Parameters
    ----------
    study : Study
    signature : Signature
    only : collection of str, optional
        Ids of the lesions to score; all by default.
    progress : callable, optional
        Called with (lesions done, lesions in all).
    models : sequence of LearnedModel, optional
        What makes the values of learned terms.

    Returns
    -------
    PatientScore
    """
    rows = score_rows(study, signature, only=only, progress=progress, models=models)
    return patient_score(
        rows,
        signature,
        study.acquisition,
        study.inputs,
        study.identity,
        study.left_out,
        about_images(study, signature),
    )


def about_images(study: Study, signature: Signature) -> dict[str, dict[str, Any]]:
    """How the images that a signature measures were made and prepared, for the provenance.

    Parameters
    ----------
    study : Study
    signature : Signature

    Returns
    -------
    dict of str to dict of str to Any
        By role; of an image that cannot be prepared the rows say why.
    """
    about = {role: dict(known) for role, known in study.about_images.items()}
    made = preparation_records(study, signature.settings, roles_of(signature))
    return {
        role: {**about.get(role, {}), **({"preparation": made[role]} if role in made else {})}
        for role in dict.fromkeys((*about, *made))
    }


def score_rows(
    study: Study,
    signature: Signature,
    *,
    only: Collection[str] | None = None,
    progress: Progress | None = None,
    models: Sequence[LearnedModel] = (),
) -> list[LesionScore]:
    """The lesions' rows of `score_study`, for whom the patient is made of these and of earlier rows.

    The other lesions matter where they cut a ring or overlap: an edited lesion is scored again by itself.
    Parameters as of `score_study`.

    Returns
    -------
    list of LesionScore
        In the order of the study's lesions.
    """
    chosen = [lesion for lesion in study.lesions if only is None or lesion.id in only]
    measured = measure_images(
        study,
        signature.settings,
        keys_of(signature, study.role),
        only=only,
        findings=found_before(study, chosen, signature, models),
        progress=progress,
    )
    measured = with_terms(study, measured, models_of_terms(signature, models)[0])
    by_id = {lesion.id: lesion for lesion in with_count(study.lesions, signature)}
    return [score_lesion(by_id[features.id], features, signature, study.acquisition) for features in measured]


def patient_score(
    rows: Sequence[LesionScore],
    signature: Signature,
    acquisition: Acquisition,
    inputs: Mapping[str, Any],
    identity: Identity = UNKNOWN,
    left_out: Sequence[LeftOut] = (),
    images: Mapping[str, Mapping[str, Any]] | None = None,
) -> PatientScore:
    """The patient of these rows: what `score` returns, from rows that were scored at different times."""
    rows = with_weights(rows, signature)
    return PatientScore(
        rows,
        subsets(rows, signature.entropy_edges),
        provenance(signature, acquisition, inputs, images),
        stability_of(rows),
        identity,
        tuple(left_out),
        patient_value(rows, signature, acquisition),
    )


def with_rings(
    rows: Sequence[LesionScore],
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    progress: Progress | None = None,
) -> tuple[LesionScore, ...]:
    """Rows that lost their rings, with the rings of those that have a score: the same voxels as before.

    Parameters
    ----------
    rows : sequence of LesionScore
    image : Image
        The CT that they were scored on.
    lesions : sequence of Lesion
        All of the study: they cut each other's rings.
    settings : Settings
    progress : callable, optional
        As of `score`.

    Returns
    -------
    tuple of LesionScore
    """
    scored = [row.id for row in rows if row.score is not None]
    built = measure(image, lesions, settings, {"ring": ()}, only=scored, progress=progress)
    rings = {lesion.id: lesion.ring for lesion in built}
    return tuple(replace(row, ring=rings.get(row.id)) for row in rows)


def keys_of(signature: Signature, role: str = CT.role) -> Keys:
    """What is measured for a signature, by region.

    Parameters
    ----------
    signature : Signature
    role : str, optional
        Of the image that lesions are drawn on: its ring is built even where no term asks for it, to be shown.

    Returns
    -------
    mapping of str to tuple of str
    """
    volume = (with_role(role, VOLUME),) if goes_by_volume(signature.patient_rule) else ()
    features = dict.fromkeys((*signature.variables_from(Source.FEATURE), *signature.changing, *volume))
    return {with_role(role, "ring"): (), **by_region(tuple(features))}


def with_count(lesions: Sequence[Lesion], signature: Signature) -> Sequence[Lesion]:
    """The lesions, with how many there are where the signature weighs that."""
    if LESION_COUNT not in signature.variables:
        return lesions
    count = {LESION_COUNT.removeprefix(CLINICAL): float(len(lesions))}
    return [replace(lesion, clinical={**lesion.clinical, **count}) for lesion in lesions]


def found_before(
    study: Study,
    lesions: Sequence[Lesion],
    signature: Signature,
    models: Sequence[LearnedModel] = (),
) -> dict[str, tuple[Finding, ...]]:
    """What is known of lesions before they are measured: findings of reading, of the scan, of the tissue.

    Parameters
    ----------
    study : Study
    lesions : sequence of Lesion
        Those of the study that are asked about, or other contours of them.
    signature : Signature
    models : sequence of LearnedModel, optional
        Those at hand.

    Returns
    -------
    dict of str to tuple of Finding
        By lesion id.
    """
    acquisition, before = study.acquisition, study.findings
    of_scan = [*_check_kvp(signature, acquisition), *_check_batch(signature, acquisition)]
    of_scan += models_of_terms(signature, models)[1]
    of_scan += check_domain(acquisition, study.image.lattice.spacing, study.modality)
    source = study.image.canonical()
    return {
        lesion.id: (
            *before.get(lesion.id, ()),
            *of_scan,
            *check_tissue(source, lesion.canonical(), study.modality),
        )
        for lesion in lesions
    }


def score_lesion(
    lesion: Lesion,
    features: LesionFeatures,
    signature: Signature,
    acquisition: Acquisition,
    changes: Mapping[str, float | None] | None = None,
) -> LesionScore:
    """One lesion's score from its features: intercept + sum of coefficient x (value - mean) / scale.

    Parameters
    ----------
    lesion : Lesion
    features : LesionFeatures
    signature : Signature
    acquisition : Acquisition
    changes : mapping of str to float or None, optional
        Changes since an earlier study, by variable, None where one is not defined; without an earlier study
        none are given, and a signature that weighs changes has no score.

    Returns
    -------
    LesionScore
    """
    changes = changes or {}
    findings, values = list(features.findings), dict(features.values)
    contributions: tuple[Contribution, ...] = ()
    total = None
    if not features.refused:
        values |= {**changes, **_other_values(signature, lesion, acquisition)}
        weighed = weighted_sum(signature, values, acquisition.batch)
        findings += [*weighed.missing, *_check_site(lesion, signature), *weighed.beyond]
        total = weighed.score
        contributions = () if total is None else weighed.contributions
    kept = (*features.values, *changes, *(f"{CLINICAL}{name}" for name in signature.clinical))
    return LesionScore(
        id=lesion.id,
        name=lesion.name,
        volume_cc=lesion.volume_cc,
        score=total,
        site=lesion.site,
        irradiated=lesion.irradiated,
        contributions=contributions,
        findings=tuple(findings),
        features={key: value for key in kept if (value := values.get(key)) is not None},
        ring=features.ring,
        expected_agreement=lesion.expected_agreement,
    )


def score_again(
    row: LesionScore,
    lesion: Lesion,
    signature: Signature,
    acquisition: Acquisition,
    changes: Mapping[str, float | None],
) -> LesionScore:
    """A row that was scored without an earlier study, with the changes since one; nothing is measured.

    Parameters
    ----------
    row : LesionScore
        With the features of which the changes are.
    lesion : Lesion
    signature : Signature
        Which made the row.
    acquisition : Acquisition
    changes : mapping of str to float or None
        As of `score_lesion`.

    Returns
    -------
    LesionScore
    """
    before = tuple(finding for finding in row.findings if finding.code != NO_EARLIER_STUDY)
    features = LesionFeatures(row.id, row.name, row.volume_cc, row.features, before)
    made = score_lesion(lesion, features, signature, acquisition, changes)
    return replace(
        row,
        score=made.score,
        contributions=made.contributions,
        findings=tuple(dict.fromkeys(made.findings)),
        features=made.features,
    )


def _other_values(signature: Signature, lesion: Lesion, acquisition: Acquisition) -> dict[str, float | None]:
    """The values that a signature needs and that are not measured, by variable; None where not known."""
    found: dict[str, float | None] = {}
    for variable in map(variable_of, signature.needed):
        if variable.source is Source.TUBE_VOLTAGE:
            found[variable.key] = acquisition.tube_voltage
        elif variable.source is Source.SITE:
            found[variable.key] = float(lesion.site is variable.site)
        elif variable.source is Source.CLINICAL:
            found[variable.key] = lesion.clinical.get(variable.key.removeprefix(CLINICAL))
    return found


def _check_kvp(signature: Signature, acquisition: Acquisition) -> list[Finding]:
    if not signature.variables_from(Source.TUBE_VOLTAGE) or acquisition.tube_voltage is not None:
        return []
    text = "The signature needs the tube voltage and the CT does not say it: give it by hand (kVp)."
    return [Finding("ct.kvp_missing", Severity.REFUSE, text)]


def _check_batch(signature: Signature, acquisition: Acquisition) -> list[Finding]:
    batch, known = acquisition.batch, signature.batches
    if not known or batch in known:
        return []
    named = f"{batch} is none of them" if batch else "it is not named"
    text = (
        f"The signature needs the scanner or center of the CT (ComBat), one of {', '.join(known)}; {named}: "
        "choose it above the lesions (panel), name it by --batch (shell) or in the manifest's column batch."
    )
    return [Finding("combat.unseen_batch" if batch else "combat.batch_missing", Severity.REFUSE, text)]


def _check_site(lesion: Lesion, signature: Signature) -> list[Finding]:
    if lesion.site is not None or not signature.variables_from(Source.SITE):
        return []
    text = "The signature uses the lesion's site and none is given: it was scored as none of its sites."
    return [Finding("site.missing", Severity.WARN, text)]
