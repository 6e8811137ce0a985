"""The ways a table of features can lie: a row a feature, a row a region, or a row a lesion."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from .engine_tables import FILTER_COLUMN, IMAGE_COLUMN, NAME_COLUMN, Row, Table

if TYPE_CHECKING:
    from radioimmuno.extraction.lesion_features import LesionFeatures
    from radioimmuno.lesion import Lesion
    from radioimmuno.study import Study

LONG, REGION, LESION = "feature", "region", "lesion"
WIDE = (REGION, LESION)

# What begins a wide row; `region` follows where there is a row a region, then the features.
WHO = ("lesion_id", "name", "site", "status", "reasons")


def arranged(made: Table, study: Study, layout: str, regions: Sequence[str]) -> Table:
    """The table with a row a feature (as it was made), a row a region of a lesion, or a row a lesion.

    A lesion that was refused or left out has its row, with the reason and without values.

    Parameters
    ----------
    layout : str
        `LONG`, `REGION` or `LESION`.
    regions : sequence of str
        The regions that were asked for, with the role of another image than the CT in front.
    """
    if layout == LONG:
        return made
    from radioimmuno.modality import CT, with_role

    values: dict[tuple[str, str], dict[str, float | None]] = {}
    measured_rows = [row for row in made.rows if row["region"]]
    for row in measured_rows:
        place = with_role(row.get(IMAGE_COLUMN, CT.role), row["region"])
        of_place = values.setdefault((row["lesion_id"], place), {})
        of_place[_name(row)] = row["value"]
    names = list(dict.fromkeys(map(_name, measured_rows)))
    learned = {(row["lesion_id"], row["feature"]): row["value"] for row in made.rows if not row["region"]}
    keys = list(dict.fromkeys(key for _, key in learned))
    who = _who(made.measured, study)
    if layout == REGION:
        rows = [
            {**one, **_place(region), **dict.fromkeys(names), **values.get((one["lesion_id"], region), {})}
            for one in who
            for region in regions
        ]
        where = ("region", IMAGE_COLUMN) if made.names_images else ("region",)
        return Table(made.measured, (*WHO, *where, *names), rows)
    columns = [f"{region}.{name}" for region in regions for name in names]
    rows = []
    for one in who:
        found = {
            f"{region}.{name}": value
            for region in regions
            for name, value in values.get((one["lesion_id"], region), {}).items()
        }
        by_models = {key: learned.get((one["lesion_id"], key)) for key in keys}
        rows.append({**one, **dict.fromkeys(columns), **found, **by_models})
    return Table(made.measured, (*WHO, *columns, *keys), rows)


def _name(row: Row) -> str:
    """Name of a feature's column, behind the region: that of a filtered image has the filter in front."""
    name = row["feature"] or row[NAME_COLUMN]
    return f"{row[FILTER_COLUMN]}.{name}" if row.get(FILTER_COLUMN) else name


def _place(region: str) -> Row:
    from radioimmuno.modality import split_role

    role, name = split_role(region)
    return {"region": name, IMAGE_COLUMN: role}


def _who(measured: Sequence[LesionFeatures], study: Study) -> list[Row]:
    lesions: Mapping[str, Lesion] = {lesion.id: lesion for lesion in study.lesions}
    rows: list[Row] = []
    for one in measured:
        site = lesions[one.id].site
        reasons = " ".join(finding.text for finding in one.findings)
        cells = (one.id, one.name, "" if site is None else site.value, one.status, reasons)
        rows.append(dict(zip(WHO, cells, strict=True)))
    for out in study.left_out:
        rows.append(dict(zip(WHO, (out.id, out.name, "", "left out", out.reason), strict=True)))
    return rows
