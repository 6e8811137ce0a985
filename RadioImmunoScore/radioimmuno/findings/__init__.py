"""What can be wrong with an input: one table of codes, for panel, console and shell.

To add a finding: one row of the table, and the place where it is raised, which says how severe it is: that
depends on the case.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from . import (
    of_cards,
    of_cohorts,
    of_filters,
    of_followup,
    of_images,
    of_inputs,
    of_learned,
    of_lesions,
    of_mr,
    of_pet,
    of_uptake,
)

TABLE = {
    **of_inputs.ROWS,
    **of_images.ROWS,
    **of_lesions.ROWS,
    **of_cohorts.ROWS,
    **of_cards.ROWS,
    **of_followup.ROWS,
    **of_pet.ROWS,
    **of_uptake.ROWS,
    **of_mr.ROWS,
    **of_learned.ROWS,
    **of_filters.ROWS,
}


class Severity(Enum):
    """What a finding does: the lesion is refused, scored with a warning, or the input was mended."""

    REFUSE = "refuse"
    WARN = "warn"
    FIXED = "fixed"


@dataclass(frozen=True)
class Finding:
    """One thing that was found.

    Parameters
    ----------
    code : str
        One of `TABLE`.
    severity : Severity
        What it does.
    text : str
        A sentence for a person, with the numbers of this case.

    Examples
    --------
    >>> Finding("lesion.holes", Severity.WARN, "The lesion has 2 holes inside.").refuses
    False
    """

    code: str
    severity: Severity
    text: str

    def __post_init__(self) -> None:
        if self.code not in TABLE:
            raise ValueError(f"finding code {self.code!r} is not in the table of codes")

    @property
    def refuses(self) -> bool:
        """Whether what it was found in cannot be scored."""
        return self.severity is Severity.REFUSE


class InputError(ValueError):
    """An input that cannot be used at all; `code` is one of `TABLE`, the text says what to do."""

    def __init__(self, code: str, text: str) -> None:
        if code not in TABLE:
            raise ValueError(f"error code {code!r} is not in the table of codes")
        super().__init__(text)
        self.code = code


class GeometryError(InputError):
    """A segmentation that does not lie on the CT."""


class SettingsError(InputError):
    """Extraction or ring settings that cannot be used."""


class EngineError(InputError):
    """An engine for features that cannot be used."""


class SignatureError(InputError):
    """A signature file that cannot be used."""


class ModelError(InputError):
    """A model file, or the card beside it, that cannot be used."""


class TableError(InputError):
    """A lesion table that cannot be used."""


class OutputError(InputError):
    """A place that cannot be written to, or a file that could not be written whole."""


class Refusal(InputError):
    """One lesion (or one region of it) cannot be measured; the others go on."""
