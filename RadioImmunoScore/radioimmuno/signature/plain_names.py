"""Names of other programs for features of the image itself: PyRadiomics, LIFEx, IBSI codes and tags."""

from __future__ import annotations

import re
from functools import cache

from ..features.catalog import FEATURES
from ..features.family import Feature
from ..modality import CT, split_role, with_role
from .variables import KVP, TABLE, variable_of

REGION_WORDS = {"lesion": "lesion", "tumor": "lesion", "ring": "ring", "peritumoral": "ring"}
_REGION = re.compile(rf"({'|'.join(REGION_WORDS)})[._-]", re.IGNORECASE)
# LIFEx writes the IBSI code and the unit behind its names.
_BEHIND = re.compile(r"\s*[(\[].*")

# PyRadiomics' kurtosis is not excess kurtosis, which the IBSI's is.
SHIFTS = {"firstorder_kurtosis": -3.0}


@cache
def _known() -> dict[str, str]:
    """Other programs' names in lower case -> key of the feature, or of the tube voltage.

    Where a feature comes twice (averaged over the directions, merged) a name without its tag is the averaged
    one: PyRadiomics and LIFEx average by default.
    """
    found: dict[str, str] = {"kvp": KVP}
    for feature in FEATURES:
        for name in names_of(feature):
            found.setdefault(name.lower(), feature.key)
    return found


def names_of(feature: Feature) -> tuple[str, ...]:
    """What other programs call a feature.

    Parameters
    ----------
    feature : Feature

    Returns
    -------
    tuple of str
        Without a region in front; the most telling first.

    Examples
    --------
    >>> names_of(FEATURES[0])[:4]
    ('MORPHOLOGICAL_Volume', 'shape_MeshVolume', 'original_shape_MeshVolume', 'RNU0')
    """
    pyradiomics = feature.pyradiomics_name
    names = (
        *(feature.lifex_name, pyradiomics, f"original_{pyradiomics}" if pyradiomics else ""),
        *(feature.ibsi_code, f"ibsi:{feature.ibsi_code}", feature.reference_tag),
    )
    return tuple(filter(None, names))


def plain_variable(column: str) -> tuple[str, float]:
    """The variable of a column, as of `names.variable_named`; of filtered images our own names alone.

    Parameters
    ----------
    column : str

    Returns
    -------
    variable : str
    shift : float

    Examples
    --------
    >>> plain_variable("wavelet-LLH_glcm_Contrast")
    ('table.wavelet-LLH_glcm_Contrast', 0.0)
    """
    try:
        return variable_of(column).key, 0.0
    except ValueError:
        pass
    role, rest = split_role(column)
    region = _REGION.match(rest)
    name = _BEHIND.sub("", rest[region.end() :] if region else rest).lower()
    key = _known().get(name)
    if key is None or (key == KVP and (region or role != CT.role)):
        return f"{TABLE}{column}", 0.0
    if key == KVP:
        return key, 0.0
    where = REGION_WORDS[region[1].lower()] if region else "lesion"
    return with_role(role, f"{where}.{key}"), SHIFTS.get(name.removeprefix("original_"), 0.0)
