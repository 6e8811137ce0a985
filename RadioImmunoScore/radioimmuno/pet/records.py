"""Uptake as plain values, for tables and JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .scale import FIXED, SHARE_41

if TYPE_CHECKING:
    from .lesion_uptake import LesionUptake
    from .patient_uptake import PatientUptake

RATIOS = ("max", "mean", "peak")
KEYS = (SHARE_41.key, *(threshold.key for threshold in FIXED))
NUMBER_COLUMNS = (
    *("suv_max", "suv_mean", "suv_peak"),
    *(f"mtv_{key}" for key in KEYS),
    *(f"tlg_{key}" for key in KEYS),
)
LIVER_COLUMNS = ("mtv_liver", "tlg_liver")


def reference_columns(patient: PatientUptake) -> list[str]:
    """The columns that a patient's reference regions add to `NUMBER_COLUMNS`.

    Parameters
    ----------
    patient : PatientUptake

    Returns
    -------
    list of str
        `<reference>_ratio_max|mean|peak`, then `LIVER_COLUMNS` where the liver gives a threshold.
    """
    ratios = [f"{one.name}_ratio_{what}" for one in patient.references for what in RATIOS]
    return [*ratios, *(LIVER_COLUMNS if "liver" in patient.totals else ())]


def totals_record(patient: PatientUptake) -> dict[str, Any]:
    """The totals as plain values; null where no lesion has a volume, and for TLG of values that are no SUV.

    Parameters
    ----------
    patient : PatientUptake
    """
    is_suv, distance = patient.scale.is_suv, patient.largest_distance
    found: dict[str, Any] = {"lesions": len(patient.lesions), "measured": len(patient.measured)}
    for key, total in patient.totals.items():
        found[f"mtv_{key}"] = total.mtv_cc if total.lesions else None
        found[f"tlg_{key}"] = total.tlg if total.lesions and is_suv else None
    return found | {
        "largest_distance_mm": None if distance is None else distance.mm,
        "largest_distance_lesions": None if distance is None else list(distance.lesions),
        "hottest_lesion": patient.hottest,
        "hottest_suv_peak": patient.highest_peak if is_suv else None,
    }


def uptake_numbers(lesion: LesionUptake, is_suv: bool) -> dict[str, float | None]:
    """A lesion's values by column; those that depend on the scale of SUV only where it is one.

    Parameters
    ----------
    lesion : LesionUptake
    is_suv : bool

    Returns
    -------
    dict of str to float or None
        `suv_max`, `mtv_41`, `muscle_ratio_max` ...; MTV in cc, TLG in cc times the unit.
    """
    peak, around = lesion.peak, lesion.peak_at_maximum
    scaled: dict[str, float | None] = {
        "suv_max": lesion.maximum,
        "suv_mean": lesion.mean,
        "suv_peak": None if peak is None else peak.value,
        "suv_peak_at_max": None if around is None else around.value,
        **{f"tlg_{key}": volume.tlg for key, volume in lesion.volumes.items()},
    }
    found: dict[str, float | None] = {"volume_cc": lesion.volume_cc}
    found |= {name: value if is_suv else None for name, value in scaled.items()}
    found |= {f"mtv_{key}": volume.mtv_cc for key, volume in lesion.volumes.items()}
    for name, ratio in lesion.ratios.items():
        pairs = zip(RATIOS, (ratio.maximum, ratio.mean, ratio.peak), strict=True)
        found |= {f"{name}_ratio_{what}": value for what, value in pairs}
    return found
