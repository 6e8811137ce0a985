"""Names of features on filtered images in PyRadiomics as variables of ours, and where values differ.

Of the features of LIFEx on filtered images no table of names is public: its columns stay what they are.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ..features.catalog import REGIONS, split
from ..features.family import Feature
from ..filters.wavelet_coefficients import SCALING_FILTERS
from ..modality import split_role, with_role
from .plain_names import REGION_WORDS, plain_variable

# Of intensities, and so of the response: every other family's features are made of levels.
INTENSITY_FAMILY = "statistics"
WITHOUT_UNIT = "1"

DEFAULT_WAVELET = "coif1"

RECURSIVE = (
    "PyRadiomics' Laplacian of Gaussian is a recursive approximation, here the kernel is sampled and ends at "
    "4 SD: on CT responses are 1 to 3 % of their spread apart, and far more at an SD of less than a voxel."
)
SCALED = (
    "PyRadiomics multiplies the response by the square of the SD in voxels (normalization across scale), "
    "here it is as IBSI 2 has it."
)
SECOND_LEVEL = (
    "PyRadiomics repeats the kernels of the first level on further ones; an undecimated transform (IBSI 2) "
    "puts zeros between their values."
)
LEVELS = (
    "levels are made by a fixed number of bins, the same as here (binCount): a bin width of PyRadiomics "
    "begins anew at each lesion's minimum"
)
AXES = "the image is stored with axes to the left, the back and up, as axial DICOM is"


@dataclass(frozen=True)
class FilteredName:
    """What a column of PyRadiomics on a filtered image is here.

    Parameters
    ----------
    variable : str or None
        `<region>.<filter>.<family>.<name>`; None where there is no such filter or feature.
    shift : float
        What is added to the column's values so that they are the variable's.
    differs : tuple of str
        Why values are others, a sentence each; empty where they are the same.
    provided : tuple of str
        What has to be so for that and does not stand in the name, the end of a sentence each.
    """

    variable: str | None
    shift: float = 0.0
    differs: tuple[str, ...] = ()
    provided: tuple[str, ...] = ()

    @property
    def is_same(self) -> bool:
        """Whether the values are the variable's, where what `provided` says is so."""
        return self.variable is not None and not self.differs


# Its first letter is that of x, as here; of a first level the name has no number.
_COLUMN = re.compile(
    rf"(?:(?P<region>{'|'.join(REGION_WORDS)})[._-])?"
    r"(?P<image>log-sigma-(?P<sigma>[0-9]+(?:-[0-9]+)?)-mm-3D"
    r"|wavelet(?P<level>[0-9]*)-(?P<bands>[LH]{3})"
    r"|squareroot|square|logarithm|exponential|gradient|lbp-[23]D[\w-]*?)"
    r"_(?P<feature>[a-z0-9]+_[a-z0-9]+)",
    re.IGNORECASE,
)


def filtered_variable(column: str, wavelet: str = DEFAULT_WAVELET) -> FilteredName | None:
    """The variable of a column that PyRadiomics measured on a filtered image.

    Parameters
    ----------
    column : str
        As PyRadiomics has it, with `lesion_` or `ring_` in front or with nothing, which is the lesion.
    wavelet : str, optional
        Which wavelet it was, which the name does not say: PyRadiomics' default.

    Returns
    -------
    FilteredName or None
        None for a column of another form.

    Examples
    --------
    >>> filtered_variable("wavelet-LHL_firstorder_Skewness").variable
    'lesion.wavelet_coif1_lhl.statistics.skewness'
    >>> filtered_variable("ring_log-sigma-3-0-mm-3D_glcm_Contrast").variable
    'ring.log_sigma_3mm.glcm.contrast'
    """
    role, rest = split_role(column)
    found = _COLUMN.fullmatch(rest)
    if found is None:
        return None
    region = REGION_WORDS[found["region"].lower()] if found["region"] else REGIONS[0]
    plain, shift = plain_variable(with_role(role, f"{region}_{found['feature']}"))
    try:
        where, feature = split(plain)
    except KeyError:
        return FilteredName(None, differs=(f"There is no feature {found['feature']} here.",))
    of_levels = () if feature.family.key == INTENSITY_FAMILY else (LEVELS,)
    if found["sigma"]:
        name = f"log_sigma_{_sigma(found['sigma'])}mm"
        return FilteredName(f"{where}.{name}.{feature.key}", shift, _log_differs(feature), of_levels)
    if not found["bands"]:
        return FilteredName(None, differs=(f"The filter {found['image']} is none of IBSI 2's.",))
    if wavelet not in SCALING_FILTERS:
        known = ", ".join(SCALING_FILTERS)
        return FilteredName(None, differs=(f"There is no wavelet {wavelet} here; there are {known}.",))
    level = int(found["level"] or 1)
    name = f"wavelet_{wavelet}_{found['bands'].lower()}" + (f"_level_{level}" if level > 1 else "")
    return FilteredName(
        f"{where}.{name}.{feature.key}",
        shift,
        (SECOND_LEVEL,) if level > 1 else (),
        (f"the wavelet is {wavelet}, which the name does not say", AXES, *of_levels),
    )


def assumed(column: str) -> str:
    """What has to be so for a column of PyRadiomics on a filtered image to be a variable's; else "".

    Parameters
    ----------
    column : str

    Examples
    --------
    >>> assumed("wavelet-LHL_firstorder_Mean").startswith("the wavelet is coif1, which the name does not say")
    True
    """
    one = filtered_variable(column)
    return "; ".join(one.provided) if one and one.is_same else ""


def notes_of_columns(columns: Iterable[str]) -> tuple[str, ...]:
    """What is said of a table's columns of PyRadiomics on filtered images.

    Parameters
    ----------
    columns : iterable of str

    Returns
    -------
    tuple of str
        Of those that are taken for variables what is assumed, of the others why they are not; a sentence or
        two for all columns of which it is the same.
    """
    taken: dict[str, list[str]] = defaultdict(list)
    left: dict[str, list[str]] = defaultdict(list)
    for column in columns:
        one = filtered_variable(column)
        if one is not None and one.is_same:
            taken["; ".join(one.provided)].append(f"{column} for {one.variable}")
        elif one is not None:
            left[" ".join(one.differs)].append(column)
    notes = [
        f"{_count(which)} of PyRadiomics on filtered images {_are(which)} taken for what is measured here "
        f"({_first(which)}), provided that {why}. Where that is not so, call it table.NAME."
        for why, which in taken.items()
    ]
    notes += [
        f"{_count(which)} of PyRadiomics on filtered images {_are(which)} no variable here "
        f"({_first(which)}): {why}"
        for why, which in left.items()
    ]
    return tuple(notes)


def _count(columns: list[str]) -> str:
    return "1 column" if len(columns) == 1 else f"{len(columns)} columns"


def _are(columns: list[str]) -> str:
    return "is" if len(columns) == 1 else "are"


def _first(columns: list[str]) -> str:
    return columns[0] if len(columns) == 1 else f"{columns[0]}, ..."


def _sigma(text: str) -> str:
    """`3-0` as `3`, `1-5` as `1_5`."""
    whole, _, part = text.partition("-")
    part = part.rstrip("0")
    return f"{int(whole)}_{part}" if part else str(int(whole))


def _log_differs(feature: Feature) -> tuple[str, ...]:
    has_unit = feature.family.key == INTENSITY_FAMILY and feature.unit != WITHOUT_UNIT
    return (RECURSIVE, SCALED) if has_unit else (RECURSIVE,)
