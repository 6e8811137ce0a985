"""What a family of features is: its rows, and the function that computes them.

A family's file defines `FAMILY`; `registry.FAMILIES` lists them, and all else (catalog, extraction, names of
other programs, DICOM codes) follows from that. Source of the rows' codes and definitions: Image Biomarker
Standardisation Initiative, reference manual (arXiv:1612.07003); LIFEx's names are the column titles of its
result tables, which have the IBSI code beside them; PyRadiomics' names are those of its documentation,
without features that it has marked as deprecated because they repeat another one.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from .neighbours import Neighbours
from .region import Region

T = TypeVar("T")

Values = dict[str, float | None]

# Units of the rows -> UCUM code (as DICOM has units) and what a person reads.
UCUM_UNITS: dict[str, tuple[str, str]] = {
    "1": ("1", "no units"),
    "mm": ("mm", "millimeter"),
    "mm2": ("mm2", "square millimeter"),
    "mm3": ("mm3", "cubic millimeter"),
    "1/mm": ("/mm", "per millimeter"),
    "HU": ("[hnsf'U]", "Hounsfield unit"),
    "HU2": ("[hnsf'U]2", "square Hounsfield unit"),
    "HU.mm3": ("[hnsf'U].mm3", "Hounsfield unit cubic millimeter"),
}


@dataclass(frozen=True, eq=False)
class Measurement:
    """A region that is measured, and what families share about it, each made when first asked for.

    Parameters
    ----------
    region : Region
    """

    region: Region
    _made: dict[Callable[..., Any], Any] = field(default_factory=dict, init=False, repr=False)

    def shared(self, make: Callable[[Measurement], T]) -> T:
        """What a function makes of this measurement; made once, however many ask for it.

        Parameters
        ----------
        make : callable
            A function of a module: what it made is found again by it.
        """
        if make not in self._made:
            self._made[make] = make(self)
        return self._made[make]

    @cached_property
    def neighbours(self) -> Neighbours:
        """Neighbouring voxels and their levels: what all texture families begin with."""
        return Neighbours.of(self.region)


@dataclass(frozen=True)
class Row:
    """What a family's file says of a feature.

    Parameters
    ----------
    name : str
    ibsi_code : str
        Code of the IBSI; DICOM has its features under the same (coding scheme `IBSI`).
    tag : str
        Tag in the table of IBSI consensus values (3D), without the family's `tag_suffix`.
    unit : str
        One of `UCUM_UNITS`, "1" for none.
    on_request : bool
        Whether it is computed only when it is named: it takes long.
    words : str
        The feature in words that need no handbook; empty where there are none. "Dark" and "bright" are low
        and high gray levels, a "run" a row of neighboring voxels of one gray level, a "zone" a connected
        group of them.
    pyradiomics : str
        Name in PyRadiomics, without the class; empty where it has no such feature.
    lifex : str
        Name in LIFEx, without the family's prefix; empty where it has no such feature.
    """

    name: str
    ibsi_code: str
    tag: str
    unit: str = "1"
    on_request: bool = False
    words: str = ""
    pyradiomics: str = ""
    lifex: str = ""


@dataclass(frozen=True, eq=False)
class Family:
    """A family of features.

    Parameters
    ----------
    key : str
        First part of its features' keys.
    title : str
        What a person reads.
    rows : tuple of Row
        Its features, in the order in which results list them.
    compute : callable
        From a measurement and the names of features that are asked for to their values by name; more than
        what is asked for may be among them.
    tag_suffix : str
        Ending of the rows' tags.
    pyradiomics_class : str
        PyRadiomics' class of features.
    lifex_prefix : str
        What LIFEx's names begin with.
    directions : str
        How the 13 directions are summed up: "AVERAGED", "MERGED"; empty where there are none.
    reach_mm : float
        How far beyond the region the features look.
    of_responses : bool
        Whether filtered images are measured, too.
    """

    key: str
    title: str
    rows: tuple[Row, ...]
    compute: Callable[[Measurement, Collection[str]], Values]
    tag_suffix: str = ""
    pyradiomics_class: str = ""
    lifex_prefix: str = ""
    directions: str = ""
    reach_mm: float = 0.0
    of_responses: bool = True


@dataclass(frozen=True, kw_only=True)
class Feature(Row):
    """A feature: its row and its family.

    Parameters
    ----------
    family : Family
    """

    family: Family = field(repr=False)

    @property
    def key(self) -> str:
        """`<family>.<name>`."""
        return f"{self.family.key}.{self.name}"

    @property
    def title(self) -> str:
        """What a person reads: "run length: short runs emphasis"."""
        return f"{self.family.title}: {self.name.replace('_', ' ')}"

    @property
    def reference_tag(self) -> str:
        """The tag in the table of IBSI consensus values (3D)."""
        return self.tag + self.family.tag_suffix

    @property
    def pyradiomics_name(self) -> str:
        """`<class>_<Name>` in PyRadiomics; empty where it has no such feature."""
        return f"{self.family.pyradiomics_class}_{self.pyradiomics}" if self.pyradiomics else ""

    @property
    def lifex_name(self) -> str:
        """`<FAMILY>_<Name>` in LIFEx; empty where it has no such feature."""
        return f"{self.family.lifex_prefix}_{self.lifex}" if self.lifex else ""
