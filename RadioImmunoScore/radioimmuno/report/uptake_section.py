"""What the page has on uptake: totals of the patient, a row a lesion, reference regions, notes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..modality import image_title
from ..naming import lesion_names
from ..pet.scale import SHARE_41
from .formatting import fixed
from .markup import Markup, element, join, table

if TYPE_CHECKING:
    from ..pet.lesion_uptake import LesionUptake
    from ..pet.patient_uptake import PatientUptake

NO_VALUE = "\N{EN DASH}"
COLUMNS = ("Lesion", "Volume, cc", "SUVmax", "SUVmean", "SUVpeak", "MTV 41 %, cc", "TLG 41 %")


def uptake_tables(uptakes: Mapping[str, PatientUptake]) -> Markup | None:
    """A table for each PET; None where no uptake was measured.

    Parameters
    ----------
    uptakes : mapping of str to PatientUptake
        By role of the image.

    Returns
    -------
    Markup or None
    """
    parts = [_of_pet(role, uptake, len(uptakes) > 1) for role, uptake in uptakes.items()]
    return join(parts) if parts else None


def uptake_words(uptakes: Mapping[str, PatientUptake]) -> list[str]:
    """The patient's totals and what was not measured in sentences, each PET's behind its name.

    Parameters
    ----------
    uptakes : mapping of str to PatientUptake
        By role of the image.

    Returns
    -------
    list of str
    """
    return [
        f"{image_title(role)}: {text}"
        for role, uptake in uptakes.items()
        for text in _words(uptake, lesion_names(uptake.lesions))
    ]


def shared_findings(uptake: PatientUptake) -> list[str]:
    """What was found of all of several lesions alike, as it is of their image, and refuses none.

    Parameters
    ----------
    uptake : PatientUptake

    Returns
    -------
    list of str
        A sentence or more each.
    """
    texts = [[one.text for one in lesion.findings if not one.refuses] for lesion in uptake.lesions]
    return [text for text in texts[0] if all(text in one for one in texts)] if len(texts) > 1 else []


def _words(uptake: PatientUptake, names: Mapping[str, str]) -> list[str]:
    refused = [
        f"{names[lesion.id]} is not measured: {' '.join(one.text for one in lesion.findings if one.refuses)}"
        for lesion in uptake.lesions
        if lesion.is_refused
    ]
    return [*_total_words(uptake, names), *refused, *shared_findings(uptake)]


def _of_pet(role: str, uptake: PatientUptake, is_named: bool) -> Markup:
    names = lesion_names(uptake.lesions)
    title = f"Uptake on the {image_title(role)}"
    ratios = [f"To {one.name.replace('_', ' ')}, max" for one in uptake.references]
    rows = [_row(lesion, names[lesion.id], uptake) for lesion in uptake.lesions]
    notes = [*_total_words(uptake, names), *_reference_words(uptake), *shared_findings(uptake), *uptake.notes]
    notes += [finding.text for finding in uptake.findings]
    return join(
        [
            element("h3", title) if is_named else None,
            table(title, (*COLUMNS, *ratios), rows, "metrics together"),
            [element("p", text, class_="note") for text in notes],
        ]
    )


def _row(lesion: LesionUptake, name: str, uptake: PatientUptake) -> Markup:
    heading = element("th", element("bdi", name), scope="row")
    if lesion.is_refused:
        columns = len(COLUMNS) - 1 + len(uptake.references)
        return element("tr", heading, element("td", lesion.reasons, colspan=columns, class_="words"))
    is_suv, region = uptake.scale.is_suv, lesion.volumes.get(SHARE_41.key)
    suv = (lesion.maximum, lesion.mean, None if lesion.peak is None else lesion.peak.value)
    ratios = [lesion.ratios.get(one.name) for one in uptake.references]
    cells = [
        lesion.volume_cc,
        *(value if is_suv else None for value in suv),
        None if region is None else region.mtv_cc,
        None if region is None or not is_suv else region.tlg,
        *(None if ratio is None else ratio.maximum for ratio in ratios),
    ]
    shown = (NO_VALUE if value is None else fixed(value, 2) for value in cells)
    return element("tr", heading, [element("td", text) for text in shown])


def _total_words(uptake: PatientUptake, names: Mapping[str, str]) -> list[str]:
    """The patient in sentences."""
    texts = []
    for threshold in uptake.thresholds:
        total = uptake.totals[threshold.key]
        if not total.lesions:
            continue
        tlg = f", total glycolysis (TLG) {fixed(total.tlg, 1)}" if uptake.scale.is_suv else ""
        texts.append(
            f"Total metabolic volume (MTV) at {threshold.title}: {fixed(total.mtv_cc, 2)} cc{tlg}, of "
            f"{total.lesions} of {len(uptake.measured)} lesions."
        )
    if uptake.largest_distance is not None:
        one, other = (names[name] for name in uptake.largest_distance.lesions)
        distance = fixed(uptake.largest_distance.mm, 0)
        texts.append(f"Largest distance between two lesions: {distance} mm, {one} to {other}.")
    if uptake.hottest is not None:
        texts.append(f"Hottest lesion (SUVpeak): {names[uptake.hottest]}.")
    return texts


def _reference_words(uptake: PatientUptake) -> list[str]:
    return [
        f"Reference {one.name.replace('_', ' ')}: mean {fixed(one.mean, 2)}, SD {fixed(one.sd, 2)}, "
        f"{fixed(one.volume_cc, 1)} cc."
        for one in uptake.references
    ]
