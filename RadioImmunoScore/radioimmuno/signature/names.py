"""Names of other programs as variables of ours: PyRadiomics, LIFEx, IBSI codes and tags.

The one translation of the columns of tables and of the terms of published signatures.
"""

from __future__ import annotations

from .filtered_names import filtered_variable
from .plain_names import plain_variable


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
    filtered = filtered_variable(column)
    if filtered is not None and filtered.is_same:
        return str(filtered.variable), filtered.shift
    return plain_variable(column)
