"""PyRadiomics as another engine, where it is installed: to compare with, and for its filtered images.

It gets what our own features are computed on: the same voxels, the same masks of lesion and ring, the same
grid, so that only the definitions of the features differ. Nothing of it is imported before it is used, and
whether it is there is decided by importing it, never by a version.
"""

from __future__ import annotations

import importlib.util
import logging
import math
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..extraction.extract import measure
from ..extraction.lesion_features import Findings, LesionFeatures, Progress
from ..features.catalog import BY_KEY, REGIONS
from ..features.family import Values
from ..features.region import Region
from ..findings import EngineError
from ..geometry.image import Image
from ..lesion import Lesion
from ..settings import ExtractionSettings, Settings

HOW_TO_INSTALL = (
    "PyRadiomics is not installed. In Slicer: install the extension SlicerRadiomics (Extensions Manager) and "
    "restart. In a shell: pip install pyradiomics; its release 3.0.1 is compiled on the way, which needs a C "
    "compiler and Python 3.11 or older."
)

# PyRadiomics' names of image types, each with its own options: {"Wavelet": {}, "LoG": {"sigma": [2.0, 4.0]}}.
ImageTypes = Mapping[str, Mapping[str, Any]]

# How much of the CT around a region filters get. A wavelet of one level reaches a few voxels, each further
# level doubles that; a Gaussian fades within some sigmas.
FILTER_MARGIN_MM = 16.0
GAUSSIAN_REACH_SIGMAS = 4.0

# What PyRadiomics sums over the directions before it computes: the merged matrix of IBSI.
_MERGED = {"weightingNorm": "no_weighting"}


def is_installed() -> bool:
    """Whether PyRadiomics can be found; it is not imported for that."""
    return importlib.util.find_spec("radiomics") is not None


def is_available() -> bool:
    """Whether PyRadiomics can be imported; takes a moment the first time."""
    try:
        import radiomics.featureextractor  # noqa: F401
    except ImportError:
        return False
    return True


def require() -> None:
    """See to it that PyRadiomics can be used.

    Raises
    ------
    EngineError
        When it cannot; the text says what to install.
    """
    if not is_available():
        raise EngineError("engine.missing", HOW_TO_INSTALL)


def extract(region: Region, keys: Collection[str]) -> Values:
    """The values of the catalog's features by PyRadiomics' definitions; an engine for `extraction.extract`.

    Parameters
    ----------
    region : Region
    keys : collection of str
        Keys of the catalog; those that PyRadiomics has no feature for are left out of the result.
    """
    known = [key for key in keys if BY_KEY[key].pyradiomics]
    shape = [key for key in known if key.startswith("morphology.")]
    merged = [key for key in known if key.partition(".")[0].endswith("_merged")]
    others = [key for key in known if key not in shape and key not in merged]
    found = {
        **_original(region, region.mask, shape, {}),
        **_original(region, region.intensity_mask, others, {}),
        **_original(region, region.intensity_mask, merged, _MERGED),
    }
    return {key: found[key] for key in known}


def extract_filtered(
    image: Image,
    lesions: Sequence[Lesion],
    settings: Settings,
    image_types: ImageTypes,
    *,
    regions: Collection[str] = REGIONS,
    only: Collection[str] | None = None,
    findings: Findings | None = None,
    progress: Progress | None = None,
) -> list[LesionFeatures]:
    """All features but shape on PyRadiomics' filtered images, by `<region>.<PyRadiomics' own name>`.

    Filters see the CT around the region too, not only the region.

    Parameters
    ----------
    image : Image
        The CT; this and the parameters that are not described here are those of `extraction.extract`.
    lesions : sequence of Lesion
    settings : Settings
    image_types : mapping of str to mapping
        PyRadiomics' names and options, e.g. `{"Wavelet": {}, "LoG": {"sigma": [2.0, 4.0]}}`.
    regions : collection of str, optional
        `lesion`, `ring`; both by default.
    only : collection of str, optional
    findings : mapping of str to sequence of Finding, optional
    progress : callable, optional

    Raises
    ------
    EngineError
        When PyRadiomics is not installed, has no image type of such a name, or LoG comes without a sigma.
    """
    _check(image_types)

    def engine(region: Region, names: Collection[str]) -> Values:
        classes: dict[str, list[str]] = {kind: [] for kind in _texture_classes()}
        chosen = {name: dict(image_types[name]) for name in names}
        return dict(_execute(region, region.intensity_mask, classes, chosen, {}))

    return measure(
        image,
        lesions,
        settings,
        {region: tuple(image_types) for region in regions},
        only=only,
        findings=findings,
        progress=progress,
        engine=engine,
        margin_mm=_reach_mm(image_types),
    )


def _original(region: Region, mask: np.ndarray, keys: Sequence[str], more: Mapping[str, Any]) -> Values:
    """Features of the image as it is, by our keys."""
    if not keys:
        return {}
    classes: dict[str, list[str]] = {}
    for key in keys:
        feature = BY_KEY[key]
        classes.setdefault(feature.family.pyradiomics_class, []).append(feature.pyradiomics)
    values = _execute(region, mask, classes, {"Original": {}}, more)
    return {key: values.get(f"original_{BY_KEY[key].pyradiomics_name}") for key in keys}


def _execute(
    region: Region,
    mask: np.ndarray,
    classes: Mapping[str, list[str]],
    image_types: ImageTypes,
    more: Mapping[str, Any],
) -> Values:
    """What PyRadiomics gives, by its own names; a class without names stands for all of its features."""
    from radiomics.featureextractor import RadiomicsFeatureExtractor

    with _warnings_kept_back():
        extractor = RadiomicsFeatureExtractor(**_settings(region.settings), **more)
        extractor.disableAllFeatures()
        extractor.enableFeaturesByName(**classes)
        extractor.disableAllImageTypes()
        extractor.enableImageTypes(**image_types)
        # A voxel more on every side: PyRadiomics takes a mask that fills its image for an empty one.
        extracted = extractor.execute(
            _to_sitk(np.pad(region.values, 1, mode="edge"), region),
            _to_sitk(np.pad(mask.astype(np.uint8), 1), region),
        )
    return {name: _number(value) for name, value in extracted.items()}


def _settings(extraction: ExtractionSettings) -> dict[str, Any]:
    """PyRadiomics' settings for a region that is resampled and resegmented already."""
    return {
        # Without bins, whole-number intensities are the levels.
        "binWidth": extraction.bin_width_hu or 1.0,
        "binCount": extraction.bin_count,
        "distances": [1],
        "symmetricalGLCM": True,
        "gldm_a": 0,
        "force2D": False,
        "additionalInfo": False,
    }


def _to_sitk(values: np.ndarray, region: Region) -> Any:
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(values)
    image.SetSpacing(region.spacing[::-1])
    return image


def _number(value: Any) -> float | None:
    number = float(np.asarray(value))
    return number if math.isfinite(number) else None


def _check(image_types: ImageTypes) -> None:
    require()
    from radiomics import getImageTypes

    known = getImageTypes()
    for name in image_types:
        if name not in known:
            text = f"PyRadiomics has no image type {name!r}; it has {', '.join(sorted(known))}."
            raise EngineError("engine.missing", text)
        if name == "LoG" and not image_types[name].get("sigma"):
            raise EngineError("engine.missing", "The image type LoG needs sigmas in mm, as in LoG:2,4.")


def _texture_classes() -> list[str]:
    from radiomics import getFeatureClasses

    return [kind for kind in getFeatureClasses() if not kind.startswith("shape")]


def _reach_mm(image_types: ImageTypes) -> float:
    sigmas = [float(s) for options in image_types.values() for s in options.get("sigma", ())]
    levels = [int(options.get("level", 1)) for options in image_types.values()]
    return max(
        FILTER_MARGIN_MM * 2 ** (max(levels, default=1) - 1), GAUSSIAN_REACH_SIGMAS * max(sigmas, default=0.0)
    )


@contextmanager
def _warnings_kept_back() -> Iterator[None]:
    """PyRadiomics warns on every call of what was asked for on purpose: bins by count, deprecated names."""
    logger = logging.getLogger("radiomics")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        yield
    finally:
        logger.setLevel(before)
