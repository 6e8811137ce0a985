"""Where a result comes from: software, signature, settings, acquisition, inputs."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from typing import Any

from .. import __version__
from ..acquisition import Acquisition, acquisition_record
from ..signature.signature import Signature, signature_record


def provenance(
    signature: Signature,
    acquisition: Acquisition,
    inputs: Mapping[str, Any],
    images: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """Plain values for JSON. No time of day: the same input gives the same result, provenance included.

    Parameters
    ----------
    signature : Signature
    acquisition : Acquisition
    inputs : mapping of str to Any
    images : mapping of str to mapping of str to Any, optional
        As of `Study.about_images`.

    Returns
    -------
    dict of str to Any
    """
    return {
        "software": software(),
        "signature": signature_record(signature, "name", "version", "status", "sha256", "notice"),
        "settings": signature.settings.to_dict(),
        "acquisition": acquisition_record(acquisition),
        "inputs": dict(inputs),
        **({"images": {role: dict(about) for role, about in images.items()}} if images else {}),
    }


def software() -> dict[str, Any]:
    """RadioImmunoScore, its version and those of its libraries."""
    return {"name": "RadioImmunoScore", "version": __version__, "libraries": versions()}


def versions() -> dict[str, str]:
    """Versions of what the numbers depend on; only what is loaded already is asked."""
    import sys

    found = {"python": platform.python_version()}
    for module in ("numpy", "scipy", "SimpleITK"):
        if module in sys.modules:
            found[module] = str(getattr(sys.modules[module], "__version__", "unknown"))
    if "vtkmodules.vtkCommonCore" in sys.modules:
        found["vtk"] = sys.modules["vtkmodules.vtkCommonCore"].vtkVersion.GetVTKVersion()
    return found
