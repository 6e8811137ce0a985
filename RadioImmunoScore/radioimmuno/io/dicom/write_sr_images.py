"""What was measured on images beside the CT, in structured reports: uptake, and features.

A lesion has a group of measurements of its own for each of these images, as the features of two images share
their codes. It has the lesion's tracking UID and segment; each value names its source, the image's slices
that the lesion lies on (TID 1419 and TID 320 of DICOM PS3.16), where the image is DICOM. Concepts of SUV are
those of CID 7469 and 7466, units those of CID 85; a volume at a threshold has the threshold for its method,
under a code of our own, as the standard has none.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ... import __version__
from ...features import catalog
from ...features.family import UCUM_UNITS
from ...modality import PET, image_title, modality_of_role, with_role
from ...pet.masses import BODY_WEIGHT
from ...scoring.results import LesionScore
from .codes import coded, lesion_concepts
from .export_names import derived_uid
from .library import highdicom
from .method import Method
from .sr_items import Export, region_item, use_item
from .sr_numbers import DIGITS, FEATURE_DIGITS, measurement_in, rounded
from .write_seg import Segment, Segmentation

# Kind of SUV -> its concept (CID 7469), its unit (CID 85), and the unit of its product with a volume.
SUV = {
    "bw": (("126401", "SUVbw"), ("g/ml{SUVbw}", "Standardized Uptake Value body weight"), "g"),
    "lbm": (
        ("126405", "SUVlbm(Janma)"),
        ("g/ml{SUVlbm(Janma)}", "Standardized Uptake Value lean body mass (Janma)"),
        "g",
    ),
    "bsa": (("126403", "SUVbsa"), ("cm2/ml{SUVbsa}", "Standardized Uptake Value body surface area"), "cm2"),
    "ideal": (("126404", "SUVibw"), ("g/ml{SUVibw}", "Standardized Uptake Value ideal body weight"), "g"),
    "james": (
        ("126406", "SUVlbm(James128)"),
        ("g/ml{SUVlbm(James128)}", "Standardized Uptake Value lean body mass (James 128 multiplier)"),
        "g",
    ),
    "morgan": (
        ("126402", "SUVlbm"),
        ("g/ml{SUVlbm}", "Standardized Uptake Value lean body mass (James)"),
        "g",
    ),
}
MASSES = {"g": ("g", "gram"), "cm2": ("cm2", "square centimeter")}
METABOLIC_VOLUME = ("126032", "DCM", "Metabolic Volume")
GLYCOLYSIS = ("126033", "DCM", "Total Lesion Glycolysis")
RATIO = ("126039", "DCM", "Lesion to Background SUV Ratio")
TOTAL = ("255619001", "SCT", "Total")
# Column of uptake -> how it is made of a lesion's voxels.
DERIVED = {
    "max": ("56851009", "SCT", "Maximum"),
    "mean": ("373098007", "SCT", "Mean"),
    "peak": ("126031", "DCM", "Peak Value Within ROI"),
}
THRESHOLDS = {"41": "AT_41", "2_5": "AT_2_5", "4": "AT_4", "liver": "AT_LIVER"}
BACKGROUNDS = {"liver": "TO_LIVER", "blood_pool": "TO_BLOOD_POOL", "muscle": "TO_MUSCLE"}
ARBITRARY = ("[arb'U]", "arbitrary unit")
HOUNSFIELD = "[hnsf'U]"


def image_groups(
    export: Export, row: LesionScore, role: str, segmentation: Segmentation, segment: Segment
) -> list[Any]:
    """The group of a lesion or its ring on another image than a CT; none where nothing was measured.

    Parameters
    ----------
    export : Export
    row : LesionScore, the lesion's
    role : str, of the image
    segmentation : Segmentation
    segment : Segment, of it
    """
    hd = highdicom()
    region = "ring" if segment.ring else "lesion"
    measured = image_measurements(row, region, role, export.uptakes.get(role), _slices(export, role, row.id))
    if not measured:
        return []
    category, kind = lesion_concepts()
    if segment.ring:
        category = hd.sr.CodedConcept("309825002", "SCT", "Spatial and Relational Concept")
        kind = coded("RING")
    tracking = segment.tracking if segment.ring else export.trackings[row.id]
    return [
        hd.sr.VolumetricROIMeasurementsAndQualitativeEvaluations(
            tracking_identifier=hd.sr.TrackingIdentifier(
                uid=tracking.uid, identifier=group_title(tracking.identifier, role)
            ),
            finding_category=category,
            finding_type=kind,
            algorithm_id=_software_item(export.method),
            measurements=measured,
            qualitative_evaluations=[use_item(export.method)],
            referenced_segment=region_item(export, segmentation, segment),
        )
    ]


def _slices(export: Export, role: str, lesion: str) -> list[tuple[str, str, int | None]]:
    """SOP class, instance and frame of the slices of a PET that a lesion lies on; none where not known."""
    series = export.source if role == export.main_role else export.images.get(role)
    uptake = export.patient.uptakes.get(role)
    if series is None or uptake is None:
        return []
    slices = next((one.slices for one in uptake.lesions if one.id == lesion), None)
    return [
        (one.sop_class_uid, one.sop_instance_uid, one.frame)
        for one in series.instances
        if slices and slices[0] <= one.k < slices[1]
    ]


def total_group(export: Export, role: str, uptake: Mapping[str, Any]) -> Any:
    """The patient's uptake on a PET, as a group without a region.

    Parameters
    ----------
    export : Export
    role : str, of the PET
    uptake : mapping, as of `scoring.records.uptake_record`
    """
    hd = highdicom()
    return hd.sr.MeasurementsAndQualitativeEvaluations(
        tracking_identifier=hd.sr.TrackingIdentifier(
            uid=derived_uid("uptake", role, *export.lesion_uids), identifier=group_title("Patient", role)
        ),
        finding_type=coded("SUBSET"),
        algorithm_id=_software_item(export.method),
        measurements=total_measurements(uptake),
        qualitative_evaluations=[use_item(export.method)],
    )


def _software_item(method: Method) -> Any:
    """What measured uptake and features: no signature, but the settings are its."""
    name = "RadioImmunoScore, images beside the CT"
    return highdicom().sr.AlgorithmIdentification(name, __version__, [method.parameters])


def image_measurements(
    row: LesionScore,
    region: str,
    role: str,
    uptake: Mapping[str, Any] | None,
    sources: Sequence[Any],
) -> list[Any]:
    """What was measured of a lesion or its ring on an image, highdicom's Measurements.

    Parameters
    ----------
    row : LesionScore
    region : str, `lesion` or `ring`
    role : str, of the image
    uptake : mapping or None, of the patient on it, as of `scoring.records.uptake_record`
    sources : sequence of (str, str, int or None), SOP class, SOP instance and frame of the slices it lies on
    """
    hd = highdicom()
    references = [
        hd.sr.SourceImageForMeasurement(sop_class, instance, None if frame is None else [frame])
        for sop_class, instance, frame in sources
    ]
    more = {"referenced_images": references or None}
    quantity = BODY_WEIGHT.name if uptake is None else str(uptake["quantity"])
    found = list(_features(row, region, role, quantity, more))
    own = next((one for one in (uptake or {}).get("lesions", ()) if one["id"] == row.id), None)
    return [*_uptake(own, quantity, more), *found] if own and region == "lesion" else found


def total_measurements(uptake: Mapping[str, Any]) -> list[Any]:
    """The sums over a patient's lesions on a PET, highdicom's Measurements.

    Parameters
    ----------
    uptake : mapping, as of `scoring.records.uptake_record`
    """
    made = [_number(coded("LESIONS"), uptake["totals"]["measured"], ("1", "no units"))]
    derivation = highdicom().sr.CodedConcept(*TOTAL)
    return [*made, *_volumes(uptake["totals"], str(uptake["quantity"]), {"derivation": derivation})]


def _uptake(values: Mapping[str, Any], quantity: str, more: Mapping[str, Any]) -> Iterator[Any]:
    concept = highdicom().sr.CodedConcept
    if quantity in SUV:
        (code, meaning), unit, _ = SUV[quantity]
        for name, derivation in DERIVED.items():
            if (value := values.get(f"suv_{name}")) is not None:
                made = concept(code, "DCM", meaning)
                yield _number(made, value, unit, derivation=concept(*derivation), **more)
    yield from _volumes(values, quantity, more)
    for background, method in BACKGROUNDS.items():
        for name, derivation in DERIVED.items():
            if (value := values.get(f"{background}_ratio_{name}")) is not None:
                how = {"derivation": concept(*derivation), "method": coded(method)}
                yield _number(concept(*RATIO), value, ("{ratio}", "ratio"), **how, **more)


def _volumes(values: Mapping[str, Any], quantity: str, more: Mapping[str, Any]) -> Iterator[Any]:
    """Metabolic volume and glycolysis at each threshold."""
    concept = highdicom().sr.CodedConcept
    mass = MASSES[SUV[quantity][2]] if quantity in SUV else None
    for key, method in THRESHOLDS.items():
        if (volume := values.get(f"mtv_{key}")) is not None:
            unit = ("cm3", "cubic centimeter")
            yield _number(concept(*METABOLIC_VOLUME), volume, unit, method=coded(method), **more)
        if mass and (glycolysis := values.get(f"tlg_{key}")) is not None:
            yield _number(concept(*GLYCOLYSIS), glycolysis, mass, method=coded(method), **more)


def _features(
    row: LesionScore, region: str, role: str, quantity: str, more: Mapping[str, Any]
) -> Iterator[Any]:
    for identifier, value in row.features.items():
        if not identifier.startswith(f"{with_role(role, region)}.") or not math.isfinite(value):
            continue
        place, feature = catalog.split(identifier)
        if place != with_role(role, region):
            continue  # of a filtered image, which stands in words in the lesion's own group
        name = highdicom().sr.CodedConcept(feature.ibsi_code, "IBSI", feature.title[:64])
        way = feature.family.directions
        unit = feature_unit(feature.unit, role, quantity)
        yield _number(name, value, unit, FEATURE_DIGITS, method=coded(way) if way else None, **more)


def feature_unit(unit: str, role: str, quantity: str) -> tuple[str, str]:
    """The UCUM code and its meaning of a feature's unit on an image beside the CT.

    Parameters
    ----------
    unit : str, of `UCUM_UNITS`, which are those on a CT
    role : str, of the image
    quantity : str, which SUV a PET holds

    Examples
    --------
    >>> feature_unit("HU2", "pet", "bw"), feature_unit("mm", "pet", "bw")
    (('g2/ml2{SUVbw}', 'square of g/ml{SUVbw}'), ('mm', 'millimeter'))
    >>> feature_unit("HU.mm3", "mr_t1", "bw")
    ("[arb'U].mm3", 'arbitrary unit cubic millimeter')
    """
    code, meaning = UCUM_UNITS[unit]
    if HOUNSFIELD not in code:
        return code, meaning
    if modality_of_role(role) is not PET or quantity not in SUV:
        return code.replace(HOUNSFIELD, ARBITRARY[0]), meaning.replace("Hounsfield unit", ARBITRARY[1])
    _, (suv, title), _ = SUV[quantity]
    plain, note = suv.partition("{")[0], suv.partition("{")[2]
    top = plain.removesuffix("/ml")
    squared = {"g": "g2", "cm2": "cm4"}[top]
    return {
        "HU": (suv, title),
        "HU2": (f"{squared}/ml2{{{note}", f"square of {suv}"),
        "HU.mm3": (f"{plain}.mm3{{{note}", f"{suv} times cubic millimeter"),
    }[unit]


def group_title(identifier: str, role: str) -> str:
    """What a lesion's group of an image is called.

    Parameters
    ----------
    identifier : str, the lesion's
    role : str, of the image
    """
    return f"{identifier}, {image_title(role)}"


def _number(name: Any, value: float, unit: tuple[str, str], digits: int = DIGITS, **more: Any) -> Any:
    return measurement_in(name, rounded(value, digits), unit, **more)
