"""The file of a model that is no weighted sum: skops, which holds no code that loading would run.

Nothing here reads it: `skops.io.load` does, for whoever names the types that he trusts.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from ..files.atomic import replacing
from .trainer import Fitted


def write_model(fitted: Fitted, variables: Sequence[str], path: str | os.PathLike[str]) -> None:
    """Write a fitted pipeline, whole or not at all.

    Parameters
    ----------
    fitted : Fitted
    variables : sequence of str
        Names of the columns that it takes.
    path : path-like

    Raises
    ------
    ImportError
        When skops is not installed.
    """
    try:
        from skops.io import dump
    except ImportError as problem:
        text = "Keeping this model needs skops: python -m pip install 'radioimmuno[train]'"
        raise ImportError(text) from problem
    document = {"pipeline": fitted.pipeline, "variables": list(variables), "rule": fitted.specification.rule}
    with replacing(path) as unfinished:
        dump(document, unfinished)
