"""What lesions can be colored by besides their scores: uptake on the PET, and any feature. Plain values.

A value has one title and one unit, wherever it is shown: in the legend, in tables, in words.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from radioimmuno.findings import Finding, InputError, SettingsError, Severity
from radioimmuno.modality import CT, PET, settings_on, split_role, with_role
from radioimmuno.settings import Settings
from radioimmuno.signature.variables import Source, Variable, variable_of
from radioimmuno.study import Study

from ..scene import readLesions
from .images_beside import ImageBeside, imageBeside, withImages
from .scene_study import referencesOf, selectRead

if TYPE_CHECKING:
    from radioimmuno.pet.lesion_uptake import LesionUptake
    from radioimmuno.pet.patient_uptake import PatientUptake

FEATURE = "feature."
# More than there are features.
ALL = 1_000_000
MAXIMUM, MEAN, PEAK, MTV, TLG, TO_MUSCLE = UPTAKE = (
    "uptake.maximum",
    "uptake.mean",
    "uptake.peak",
    "uptake.mtv_41",
    "uptake.tlg_41",
    "uptake.ratio_muscle",
)
MUSCLE = "muscle"
SHARE_41 = "41"
UPTAKE_DECIMALS = 2

_UNITS = {"1": "", "mm2": "mm²", "mm3": "mm³", "SUV.mm3": "SUV·mm³", "HU.mm3": "HU·mm³", "a.u.2": "a.u.²"}


@dataclass(frozen=True)
class LesionValues:
    """One value of each lesion.

    Parameters
    ----------
    key : str
        One of `UPTAKE`, or `FEATURE` and a variable.
    title, unit : str
        As a person reads them; the unit is empty for a number without one.
    values : mapping of str to float
        By lesion id, of those that have one.
    reasons : mapping of str to str
        By lesion id, why the others have none.
    """

    key: str
    title: str
    unit: str
    values: Mapping[str, float]
    reasons: Mapping[str, str]

    def text(self, lesionID: str) -> str:
        """A lesion's value as reports write it; empty where it has none."""
        return self.number(self.values[lesionID]) if lesionID in self.values else ""

    def number(self, value: float) -> str:
        """A value as reports write it: of uptake two decimals, of a feature four significant digits."""
        from radioimmuno.report.formatting import fixed, number

        return fixed(value, UPTAKE_DECIMALS) if self.key in UPTAKE else number(value)

    def sentence(self, lesionID: str) -> str:
        """A lesion's value, with its title and, unless the title begins with it, its unit."""
        unit = "" if self.title.startswith(self.unit) else f" {self.unit}"
        return f"{self.title} {self.text(lesionID)}{unit}"

    @property
    def words(self) -> dict[str, str]:
        """Of each lesion by its id: its value with the unit."""
        return {i: f"{self.text(i)} {self.unit}".rstrip() for i in self.values}

    @property
    def heading(self) -> str:
        """Title and unit; of SUVmax the title names it."""
        return titled(self.title, self.unit)


def titled(title: str, unit: str) -> str:
    """A title with its unit behind, unless it begins with it.

    >>> titled("TLG at 41 %", "SUV·cc"), titled("SUVmax", "SUV"), titled("ratio", "")
    ('TLG at 41 % (SUV·cc)', 'SUVmax', 'ratio')
    """
    return title if title.startswith(unit) else f"{title} ({unit})"


def uptakeValues(key: str, uptake: PatientUptake) -> LesionValues:
    """A value of each lesion on the PET.

    Parameters
    ----------
    key : str
        One of `UPTAKE`.
    uptake : PatientUptake
    """
    found = {lesion.id: _uptakeOf(key, lesion, uptake) for lesion in uptake.lesions}
    values = {name: value for name, value in found.items() if isinstance(value, float)}
    reasons = {name: why for name, why in found.items() if isinstance(why, str)}
    title, unit = uptakeTitles(uptake)[key]
    return LesionValues(key, title, unit, values, reasons)


def uptakeTitles(uptake: PatientUptake | None) -> dict[str, tuple[str, str]]:
    """Title and unit of each value of `UPTAKE`, as the PET's values are; of none as of SUV by weight."""
    from radioimmuno.pet.scale import SUL, UptakeScale

    scale = uptake.scale if uptake is not None else UptakeScale()
    name = "SUL" if scale.quantity in SUL else "SUV"
    unit = name
    if not scale.is_suv:
        name, unit = "uptake ", "a.u."
    return {
        MAXIMUM: (f"{name}max", unit),
        MEAN: (f"{name}mean", unit),
        PEAK: (f"{name}peak", unit),
        MTV: ("MTV at 41 %", "cc"),
        TLG: ("TLG at 41 %", f"{unit}·cc"),
        TO_MUSCLE: ("tumor-to-muscle ratio (maximum)", ""),
    }


def _uptakeOf(key: str, lesion: LesionUptake, uptake: PatientUptake) -> float | str:
    """A lesion's value, or why it has none."""
    volume = lesion.volumes.get(SHARE_41)
    ratios = lesion.ratios.get(MUSCLE)
    value = {
        MAXIMUM: lesion.maximum,
        MEAN: lesion.mean,
        PEAK: lesion.peak.value if lesion.peak else None,
        MTV: volume.mtv_cc if volume else None,
        TLG: volume.tlg if volume else None,
        TO_MUSCLE: ratios.maximum if ratios else None,
    }[key]
    if value is not None:
        return float(value)
    if key == TO_MUSCLE and uptake.reference(MUSCLE) is None:
        return "There is no muscle reference region that can be used."
    return lesion.reasons or "It could not be measured."


def measureUptake(study: Study, pet: ImageBeside) -> tuple[PatientUptake, tuple[Finding, ...]]:
    """The uptake of a study's lesions on its PET; on any thread.

    Parameters
    ----------
    study : Study
        With its reference regions.
    pet : ImageBeside

    Returns
    -------
    tuple of PatientUptake, tuple of Finding
        The findings are those of the PET: a refusal among them says why its values are no SUV.

    Raises
    ------
    InputError
        When nothing can be measured on the PET; the text says what to do.
    """
    from radioimmuno.pet.study_uptake import study_uptake

    reading = pet.reading
    scale = reading.scale
    refusals = [finding for finding in reading.findings if finding.refuses]
    blocking = refusals if scale is None or scale.is_suv else [f for f in pet.findings if f.refuses]
    if blocking:
        raise InputError(blocking[0].code, blocking[0].text)
    uptake = study_uptake(withImages(study, [pet]), PET.role, scale)
    assert uptake is not None
    return uptake, reading.findings


def measureNodes(
    petNode: Any, segmentationNode: Any, volumeNode: Any, references: Mapping[str, str] | None = None
) -> PatientUptake:
    """The uptake of a segmentation's lesions; see `console.ConsoleCommands.uptake`."""
    pet = imageBeside(petNode, PET.role, volumeNode)
    reading = readLesions(segmentationNode, volumeNode)
    masks = {lesion.id: lesion.mask for lesion in reading.lesions}
    segmentation = segmentationNode.GetSegmentation()
    named = {region: _segmentOf(segmentation, text) for region, text in (references or {}).items()}
    regions = {region: masks[i] for region, i in named.items()}
    if references is None:
        regions = referencesOf(segmentationNode, masks)
    taken, _left = selectRead(segmentationNode, reading)
    lesions = tuple(lesion for lesion in taken.lesions if lesion.id not in named.values())
    return measureUptake(Study({}, lesions, references=regions), pet)[0]


def _segmentOf(segmentation: Any, text: str) -> str:
    """The ID of the segment with this ID or name."""
    names = {i: segmentation.GetSegment(i).GetName() for i in segmentation.GetSegmentIDs()}
    found = [i for i, name in names.items() if text in (i, name)]
    if not found:
        raise ValueError(f"there is no segment {text!r}; there are: {', '.join(names.values())}")
    return found[0]


def measureFeature(
    study: Study, settings: Settings, variable: str, only: Collection[str] | None = None
) -> LesionValues:
    """A feature of each lesion, measured as the settings say, in the SUV that a PET has; on any thread.

    Parameters
    ----------
    study : Study
        With the image that it is measured on.
    settings : Settings
    variable : str
        A feature's variable, as `ring.statistics.mean` or `pet.lesion.statistics.mean`.
    only : collection of str, optional
        Ids of the lesions; all by default.
    """
    from radioimmuno.extraction.asked_suv import settings_as_read
    from radioimmuno.extraction.extract import by_region, measure_images

    rows = measure_images(study, settings_as_read(study, settings), by_region([variable]), only=only)
    known = variable_of(variable)
    values, reasons = {}, {}
    for row in rows:
        value = row.values.get(variable)
        if value is not None and np.isfinite(value):
            values[row.id] = float(value)
        else:
            reasons[row.id] = _whyNot(row.findings, known)
    return LesionValues(FEATURE + variable, known.title, _UNITS.get(known.unit, known.unit), values, reasons)


def _whyNot(findings: Sequence[Finding], variable: Variable) -> str:
    """Why a lesion has no value of a feature, as far as measuring said so."""
    texts = [finding.text for finding in findings if finding.severity is Severity.REFUSE]
    if not texts and (variable.filter or variable.image != CT.role):
        # What a filter or another image cannot give refuses nothing else.
        texts = [finding.text for finding in findings if finding.severity is Severity.WARN]
    return " ".join(texts) or "It is not defined for this lesion."


def featuresLike(text: str, roles: Collection[str], most: int = 50) -> tuple[Variable, ...]:
    """The features that can be measured and are called so, on the CT and on images beside it.

    Parameters
    ----------
    text : str
        As of `variable_search.matches`.
    roles : collection of str
        Of the images beside the CT.
    most : int
        How many at most, of each image.
    """
    from radioimmuno.signature.variable_search import matches

    found = [entry.variable for entry in matches(text, most) if entry.variable.source is Source.FEATURE]
    # Words as "pet" find features of images beside the CT by themselves.
    ofCt = [one for one in found if split_role(one.key)[0] == CT.role]
    keys = [one.key for one in found if split_role(one.key)[0] in {CT.role, *roles}]
    keys += [with_role(role, one.key) for role in roles for one in ofCt]
    return tuple(map(variable_of, dict.fromkeys(keys)))


def featuresAfter(
    name: str, text: str, roles: Collection[str], settings: Settings, most: int = 50
) -> tuple[Variable, ...]:
    """The features of images after a filter that are called so.

    Parameters
    ----------
    name : str
        Of the filter.
    text, roles, most : Any
        As of `featuresLike`.
    settings : Settings
        Which know the filter, or do not, on each of the images.
    """
    from radioimmuno.features.catalog import with_filter

    found: dict[str, list[str]] = {}
    for one in featuresLike(text, roles, ALL):
        if one.feature is not None and one.feature.family.of_responses and not one.filter:
            key = f"{with_filter(one.region, name)}.{one.feature.key}"
            found.setdefault(one.image, []).append(with_role(one.image, key))
    known = [role for role in found if _knows(settings_on(settings, role), name)]
    return tuple(variable_of(key) for role in known for key in found[role][:most])


def _knows(settings: Settings, name: str) -> bool:
    try:
        settings.response(name)
    except SettingsError:
        return False
    return True


def imageOf(key: str) -> str:
    """The role of the image that a value is measured on."""
    return split_role(key.removeprefix(FEATURE))[0] if key.startswith(FEATURE) else PET.role


def isFeature(key: str) -> bool:
    """Whether a key is that of a feature that can be measured."""
    if not key.startswith(FEATURE):
        return False
    try:
        return variable_of(key.removeprefix(FEATURE)).source is Source.FEATURE
    except ValueError:
        return False
