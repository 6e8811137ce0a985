"""What a person says of the lesions of a course: a table of roles, sites and irradiation."""

from __future__ import annotations

from pathlib import Path

from ..findings import TableError
from ..site import Site
from ..tables.cells import Cells, read_cells
from .course import Course
from .follow_up import GivenRole, named_lesion
from .response.measured import Role
from .response.table import ANSWERS

CODE = "response.row"


def read_roles(path: Path, course: Course) -> dict[str, GivenRole]:
    """The roles that a table gives.

    Parameters
    ----------
    path : Path
        With the column `lesion` (its id in the course, its name or id in a study) and any of `role` (target,
        non-target), `site` and `irradiated` (yes, no). An empty cell says nothing.
    course : Course

    Returns
    -------
    dict of str to GivenRole
        By the lesion's id in the course.

    Raises
    ------
    InputError
        `followup.names` where a lesion is not known, `response.row` for a cell that cannot be understood or a
        lesion with two rows.
    """
    cells = read_cells(path)
    found: dict[str, GivenRole] = {}
    for place, line in enumerate(cells.lines):
        lesion = named_lesion(course, cells.column("lesion")[place])
        if lesion in found:
            raise TableError(CODE, f"Line {line} of {path}: the lesion {lesion} has two rows; keep one.")
        found[lesion] = _given(cells, place, f"Line {line} of {path}")
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
