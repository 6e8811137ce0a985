"""What the panel says of uptake on the PET: of a lesion, of the patient, of reference regions."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from slicer.i18n import tr as _

from radioimmuno.report.formatting import fixed

from ...services.lesion_values import MAXIMUM, MEAN, PEAK, UPTAKE_DECIMALS, uptakeTitles
from ...services.scene_study import regionTitle
from ..state.panel_state import UptakeState

if TYPE_CHECKING:
    from radioimmuno.pet.lesion_uptake import LesionUptake
    from radioimmuno.pet.patient_uptake import PatientUptake
    from radioimmuno.pet.reference import Reference


def lesionUptakeText(uptake: PatientUptake, lesion: LesionUptake) -> str:
    """A lesion's uptake with units, ratios to reference regions, and what is to be known of it; rich text."""
    titles = uptakeTitles(uptake)
    values = {
        MAXIMUM: lesion.maximum,
        MEAN: lesion.mean,
        PEAK: lesion.peak.value if lesion.peak else None,
    }
    rows = [(*titles[key], value) for key, value in values.items()]
    unit = titles[MAXIMUM][1]
    for threshold in uptake.thresholds:
        volume = lesion.volumes.get(threshold.key)
        if volume is not None:
            rows.append((_("MTV, {what}").format(what=threshold.title), "cc", volume.mtv_cc))
            rows.append((_("TLG, {what}").format(what=threshold.title), f"{unit}\u00b7cc", volume.tlg))
    for name, ratios in lesion.ratios.items():
        title = _("to {region}: maximum").format(region=regionTitle(name))
        rows.append((title, "", ratios.maximum))
        rows.append((_("to {region}: mean").format(region=regionTitle(name)), "", ratios.mean))
        rows.append((_("to {region}: peak").format(region=regionTitle(name)), "", ratios.peak))
    table = _table([(title, unit, value) for title, unit, value in rows if value is not None])
    return table + _paragraph(" ".join(finding.text for finding in lesion.findings))


def referenceText(reference: Reference) -> str:
    """Mean, SD and volume of a reference region."""
    return _("{region}: mean {mean}, SD {sd}, {volume} cc").format(
        region=regionTitle(reference.name).capitalize(),
        mean=_number(reference.mean),
        sd=_number(reference.sd),
        volume=fixed(reference.volume_cc, 1),
    )


def regionText(state: UptakeState, region: str) -> str:
    """What was measured of a reference region, or why it cannot be used."""
    if state.patient is None:
        return state.problem
    reference = state.patient.reference(region)
    if reference is not None:
        return " ".join([f"{referenceText(reference)}.", *(one.text for one in reference.findings)])
    named = [one.text for one in state.patient.findings if region in one.text]
    return " ".join(named)


def patientUptakeText(state: UptakeState) -> str:
    """The patient's uptake: totals, the number of lesions, Dmax, the hottest lesion; rich text."""
    uptake = state.patient
    if uptake is None:
        return _paragraph(state.problem)
    names = {lesion.id: lesion.name for lesion in uptake.lesions}
    unit = uptakeTitles(uptake)[MAXIMUM][1]
    rows: list[tuple[str, str, float | str]] = []
    for total in uptake.totals.values():
        rows.append((_("MTV, {what}").format(what=total.title), "cc", total.mtv_cc))
        rows.append((_("TLG, {what}").format(what=total.title), f"{unit}\u00b7cc", total.tlg))
    rows.append((_("Lesions"), "", str(len(uptake.measured))))
    if uptake.largest_distance is not None:
        apart = uptake.largest_distance
        between = " - ".join(names[one] for one in apart.lesions)
        rows.append((_("Dmax, {between}").format(between=between), "mm", f"{apart.mm:.0f}"))
    if uptake.hottest is not None and uptake.highest_peak is not None:
        title = _("Hottest, {name}: {peak}").format(
            name=names[uptake.hottest], peak=uptakeTitles(uptake)[PEAK][0]
        )
        rows.append((title, unit, uptake.highest_peak))
    regions = ". ".join(referenceText(one) for one in uptake.references)
    notes = " ".join([*(one.text for one in uptake.findings), *uptake.notes])
    return _table(rows) + _paragraph(regions) + _paragraph(" ".join(filter(None, [state.problem, notes])))


def _table(rows: list[tuple[str, str, float | str]]) -> str:
    cells = "".join(
        f"<tr><td>{escape(title)}&nbsp;&nbsp;</td><td align='right'>"
        f"{value if isinstance(value, str) else _number(value)}</td><td>&nbsp;{escape(unit)}</td></tr>"
        for title, unit, value in rows
    )
    return f"<table cellspacing='0' cellpadding='1' width='100%'>{cells}</table>" if rows else ""


def _paragraph(text: str) -> str:
    return f"<p>{escape(text)}</p>" if text else ""


def _number(value: float) -> str:
    return fixed(value, UPTAKE_DECIMALS)
