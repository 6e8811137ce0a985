"""Names of other programs as variables of ours: PyRadiomics, LIFEx, IBSI codes and tags.

The one translation of the columns of tables and of the terms of published signatures.
"""

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


def variable_named(column: str) -> tuple[str, float]:
    """The variable of a column, and what is added to the column's values so that they are the variable's.

    Parameters
    ----------
    column : str
        An identifier of ours, a name of PyRadiomics or LIFEx, an IBSI code or tag, each with `lesion_` or
        `ring_` in front or with nothing, which is the lesion, and before that the role of another image than
        the CT (`pet.`); or any other name.

    Returns
    -------
    variable : str
        `table.<column>` for a name that the catalog does not know, and for one of PyRadiomics on a filtered
        image whose values are others here (`filtered_names` says why).
    shift : float

    Examples
    --------
    >>> variable_named("original_firstorder_Mean")
    ('lesion.statistics.mean', 0.0)
    >>> variable_named("ring_original_firstorder_Kurtosis")
    ('ring.statistics.kurtosis', -3.0)
    >>> variable_named("INTENSITY-BASED_MeanIntensity(IBSI:Q4LE)[HU]")
    ('lesion.statistics.mean', 0.0)
    >>> variable_named("pet.firstorder_Maximum")
    ('pet.lesion.statistics.maximum', 0.0)
    >>> variable_named("wavelet-LLH_glcm_Contrast")
    ('lesion.wavelet_coif1_llh.glcm.contrast', 0.0)
    >>> variable_named("log-sigma-3-0-mm-3D_glcm_Contrast")
    ('table.log-sigma-3-0-mm-3D_glcm_Contrast', 0.0)
    """
    # It asks this function what a name means on the image itself.
    from .filtered_names import filtered_variable

    try:
        return variable_of(column).key, 0.0
    except ValueError:
        pass
    filtered = filtered_variable(column)
    if filtered is not None and filtered.is_same:
        return str(filtered.variable), filtered.shift
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
