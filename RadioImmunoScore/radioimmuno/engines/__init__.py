"""What computes features: our own definitions (IBSI 1), and PyRadiomics where it is installed.

Scores are always made with our own. The other one is there to compare with, feature by feature, and for its
filtered images.
"""

from __future__ import annotations

from ..extraction.lesion_features import Engine
from ..features.compute import compute_features
from ..findings import EngineError
from . import pyradiomics

OWN, PYRADIOMICS = "radioimmuno", "pyradiomics"


def engine_named(name: str | None) -> Engine:
    """The engine of this name, to hand to `extraction.extract`; our own for None.

    Parameters
    ----------
    name : str or None
        `OWN` or `PYRADIOMICS`.

    Raises
    ------
    EngineError
        When there is no such engine, or it is not installed; the text says what to do.
    """
    if name is None or name == OWN:
        return compute_features
    if name == PYRADIOMICS:
        pyradiomics.require()
        return pyradiomics.extract
    raise EngineError("engine.missing", f"There is no engine {name!r}; known are {OWN} and {PYRADIOMICS}.")
