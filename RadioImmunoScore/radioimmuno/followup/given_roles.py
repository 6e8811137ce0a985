"""What a person says of the lesions of a course: a table of roles, sites and irradiation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from ..findings import TableError
from ..site import Site
from ..tables.cells import Cells, read_cells
from .course import Course
from .follow_up import GivenRole, named_lesion
from .response.measured import Role
from .response.table import ANSWERS

CODE = "response.row"


@dataclass(frozen=True)
class RoleRow:
    """A row of a table of roles.

    Parameters
    ----------
    where : str
        The line and the file.
    lesion : str
        What the lesion is called there.
    given : GivenRole
    """

    where: str
    lesion: str
    given: GivenRole


def read_role_rows(path: Path) -> list[RoleRow]:
    """The rows of a table of roles, whatever the lesions are.

    Parameters
    ----------
    path : Path
        With the column `lesion` (its id in the course, its name or id in a study) and any of `role` (target,
        non-target), `site` and `irradiated` (yes, no). An empty cell says nothing.

    Returns
    -------
    list of RoleRow

    Raises
    ------
    InputError
        `response.row` for a cell that cannot be understood.
    """
    cells = read_cells(path)
    lesions = cells.column("lesion")
    places = [f"Line {line} of {path}" for line in cells.lines]
    return [
        RoleRow(where, lesions[number], _given(cells, number, where)) for number, where in enumerate(places)
    ]


def roles_of(rows: Sequence[RoleRow], course: Course) -> dict[str, GivenRole]:
    """The roles that rows give to the lesions of a course.

    Parameters
    ----------
    rows : sequence of RoleRow
    course : Course

    Returns
    -------
    dict of str to GivenRole
        By the lesion's id in the course.

    Raises
    ------
    InputError
        `followup.names` where a lesion is not known, `response.row` for a lesion with two rows.
    """
    found: dict[str, GivenRole] = {}
    for row in rows:
        lesion = named_lesion(course, row.lesion)
        if lesion in found:
            raise TableError(CODE, f"{row.where}: the lesion {lesion} has two rows; keep one.")
        found[lesion] = row.given
    return found


def _given(cells: Cells, place: int, where: str) -> GivenRole:
    role, site, irradiated = (
        cells.column(name)[place] if name in cells.columns else "" for name in ("role", "site", "irradiated")
    )
    try:
        return GivenRole(
            Role(role.lower().replace("_", "-")) if role else None,
            Site.parse(site) if site else None,
            ANSWERS[irradiated.lower()] if irradiated else None,
        )
    except (ValueError, KeyError):
        text = f"{where}: role is target or non-target, site one of the sites, irradiated yes or no."
        raise TableError(CODE, text) from None
