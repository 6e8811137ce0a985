"""PyRadiomics' parameter files as settings of ours, with a line for all that is measured otherwise here.

Source: the schema of PyRadiomics 3.0.1 (`schemas/paramSchema.yaml`), its defaults
(`RadiomicsFeatureExtractor._getDefaultSettings`) and what its `imageoperations` do with them.
"""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ..features.catalog import BY_KEY, FEATURES
from ..filters.presets import named
from ..filters.response_settings import RESPONSE_BINS, ResponseSettings
from ..findings import SettingsError
from ..numbers import is_number
from ..setting_fields import invalid
from ..settings import ExtractionSettings, Settings
from .pyradiomics_images import Filtered, filters_of

SECTIONS = ("setting", "imageType", "featureClass", "voxelSetting")
DEFAULT_BIN_WIDTH = 25.0
SHAPE = "shape"
TWICE = "stands twice in the same place"
HOW_TO_INSTALL = (
    "The file is no JSON, and the library that reads YAML is not installed: pip install pyyaml (in Slicer's "
    "Python console: slicer.util.pip_install('pyyaml')). Written as JSON the same parameters need no library."
)

# SimpleITK's interpolators, by name and by number, that there are here.
_INTERPOLATIONS = {"sitkLinear": "linear", 2: "linear", "sitkBSpline": "cubic", 3: "cubic"}

# Features of PyRadiomics 3.0.1 that there are not here.
_NOT_HERE = {
    "firstorder": ("TotalEnergy",),
    "glcm": ("MCC",),
    "shape": ("Maximum2DDiameterSlice", "Maximum2DDiameterColumn", "Maximum2DDiameterRow"),
}
_KURTOSIS = "firstorder.Kurtosis is excess kurtosis here (IBSI), 3 less."

# What changes no value, goes with another setting, or says which lesions are measured.
_WITHOUT_EFFECT = (
    *("additionalInfo", "geometryTolerance", "preCrop", "padDistance", "label", "label_channel"),
    *("normalizeScale", "removeOutliers", "force2Ddimension", "resegmentMode"),
)
# Settings of ours that have no other value, and what a line says where the file has one.
_FIXED: dict[str, tuple[Any, str]] = {
    "normalize": (False, "intensities keep their unit; an MR has a preparation of its own (`mr`)"),
    "resegmentShape": (False, "shape is that of the whole lesion"),
    "correctMask": (False, "lesions on other voxels are carried to the image's, or refused"),
    "minimumROISize": (None, "which lesions are too small has rules of its own"),
    "minimumROIDimensions": (2, "which lesions are too small has rules of its own"),
    "distances": ([1], "neighbours are at distance 1"),
    "symmetricalGLCM": (True, "the co-occurrence matrix is symmetrical"),
    "gldm_a": (0, "dependence is of equal levels (coarseness 0)"),
    "voxelArrayShift": (0, "energy and root mean square are of the intensities as they are"),
    "force2D": (False, "features and filters are in three dimensions"),
}
_READ = (
    *("binWidth", "binCount", "resampledPixelSpacing", "interpolator", "resegmentRange", "weightingNorm"),
    *("sigma", "wavelet", "level", "start_level"),
)
_OF_OTHER_FILTERS = ("gradientUseSpacing", "lbp2D", "lbp3D")

_GRID = (
    "resampledPixelSpacing: the grid is centred on the image here (IBSI), PyRadiomics aligns it with the "
    "image's corner; lesions are interpolated linearly here, there they are their nearest voxels."
)
_ISOTROPIC = "here a grid has one spacing along all axes"
_RANGES = "here a range is of intensities, or as many SD to both sides"

DEFAULT_PAD = 5
_NO_WEIGHTING = "no_weighting"
_MERGED = "_merged"


@dataclass(frozen=True)
class Parameters:
    """What a parameter file of PyRadiomics asks for, as far as it is measured here.

    Parameters
    ----------
    settings : Settings
        With the filters.
    original : bool
        Whether the image itself is measured, besides filters.
    filters : tuple of str
        Names of filters, as `filters.presets.named` takes them.
    features : tuple of str
        Keys of the catalog; those of shape are of the image itself.
    differs : tuple of str
        What is measured otherwise or not at all, a line each.
    """

    settings: Settings
    original: bool
    filters: tuple[str, ...]
    features: tuple[str, ...]
    differs: tuple[str, ...]

    @property
    def features_of_image(self) -> tuple[str, ...]:
        """Those of the image itself: of shape alone where only filtered images are asked for."""
        shape = (key for key in self.features if BY_KEY[key].family.pyradiomics_class == SHAPE)
        return self.features if self.original else tuple(shape)


def is_parameter_file(data: Any) -> bool:
    """Whether what was read of a file has sections of PyRadiomics' parameters, and so is not of our settings.

    Parameters
    ----------
    data : Any

    Examples
    --------
    >>> is_parameter_file({"setting": {"binWidth": 25}}), is_parameter_file({"extraction": {}})
    (True, False)
    """
    return isinstance(data, Mapping) and bool(set(data) & set(SECTIONS))


def read_parameters(text: str) -> Parameters:
    """The parameters in the text of a file.

    Parameters
    ----------
    text : str
        JSON, or YAML where PyYAML is installed.

    Raises
    ------
    SettingsError
        `settings.invalid`: it is neither, is no parameter file, or has a value that cannot be; the text names
        the field.

    Examples
    --------
    >>> found = read_parameters('{"setting": {"binCount": 32}, "imageType": {"LoG": {"sigma": [3.0]}}}')
    >>> found.settings.extraction.bin_count, found.filters
    (32, ('log_sigma_3mm',))
    """
    return parameters_of(plain_values(text))


def parameters_of(data: Any) -> Parameters:
    """The parameters in what was read of a file.

    Parameters
    ----------
    data : Any
        Of which `is_parameter_file` holds.

    Raises
    ------
    SettingsError
        `settings.invalid`: it has other sections, or a value that cannot be; the text names the field.
    """
    if not is_parameter_file(data):
        text = f"This is no parameter file of PyRadiomics: it has none of the sections {', '.join(SECTIONS)}."
        raise SettingsError("settings.invalid", text)
    for name in data:
        if name not in SECTIONS:
            known = ", ".join(SECTIONS)
            raise invalid(str(name), f"is no section of PyRadiomics' parameters; these are {known}")
    parts = {name: _section(data, name) for name in SECTIONS}
    setting = parts["setting"]
    extraction, lines = _extraction(setting)
    images = filters_of(parts["imageType"], setting)
    features, left_out = _features(parts["featureClass"], setting)
    lines += [*_bins(extraction, images), *_fixed(setting), *images.differs]
    lines += [*_margin(setting, images, extraction.spacing_mm is not None), *left_out]
    if parts["voxelSetting"]:
        lines.append("voxelSetting: not read; `radioimmuno maps` makes maps of local features.")
    levels = extraction.bin_count or RESPONSE_BINS
    filters = {name: ResponseSettings(named(name)[name], levels) for name in images.filters}
    return Parameters(
        Settings(extraction, filters=filters),
        images.original,
        tuple(filters),
        features,
        tuple(dict.fromkeys(lines)),
    )


def plain_values(text: str) -> Any:
    """What a text of JSON or YAML holds.

    Parameters
    ----------
    text : str
        JSON, or YAML where PyYAML is installed.

    Raises
    ------
    SettingsError
        `settings.invalid` where it is neither, or a name comes twice in the same place.
    """
    try:
        return json.loads(text, object_pairs_hook=_named_once)
    except SettingsError:
        raise
    except (ValueError, RecursionError):
        pass
    try:
        import yaml
    except ImportError:
        raise SettingsError("settings.invalid", HOW_TO_INSTALL) from None
    try:
        twice = _named_twice(yaml.compose(text, yaml.SafeLoader), set())
        found = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise SettingsError("settings.invalid", f"The file is neither JSON nor YAML: {error}.") from None
    if twice:
        raise invalid(twice, TWICE)
    return found


def _named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object of JSON."""
    if twice := _repeated([name for name, _ in pairs]):
        raise invalid(twice, TWICE)
    return dict(pairs)


def _repeated(names: Iterable[str]) -> str:
    """The first name that comes more than once; else ""."""
    return next((name for name, count in Counter(names).items() if count > 1), "")


def _named_twice(node: Any, seen: set[int]) -> str:
    """A name that comes twice in a part of a YAML text, of which the library takes the last; else "".

    Parameters
    ----------
    node : Any
        Of the library; None for nothing.
    seen : set of int
        Parts that were looked through, which an alias may name again.
    """
    if node is None or isinstance(node.value, str) or id(node) in seen:
        return ""
    seen.add(id(node))
    parts = node.value
    if node.id == "mapping":
        if twice := _repeated([name.value for name, _ in parts if isinstance(name.value, str)]):
            return twice
        parts = [own for _, own in parts]
    return next(filter(None, (_named_twice(part, seen) for part in parts)), "")


def _section(data: Mapping[str, Any], name: str) -> dict[str, Any]:
    """A section's fields; an empty one of YAML is null."""
    found = data.get(name)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise invalid(name, "must hold names with a value each")
    return {str(key): value for key, value in found.items()}


def _extraction(setting: Mapping[str, Any]) -> tuple[ExtractionSettings, list[str]]:
    """How intensities are prepared, and what of that is otherwise."""
    spacing, interpolation, lines = _resampling(setting)
    range_hu, sigma, more = _resegmentation(setting)
    count, width = setting.get("binCount"), setting.get("binWidth")
    if count is None and width is not None and not (is_number(width) and width > 0):
        raise invalid("setting.binWidth", "must be a number above 0")
    extraction = ExtractionSettings(
        spacing_mm=spacing,
        interpolation=interpolation,
        round_intensities=False,
        range_hu=range_hu,
        outlier_sigma=sigma,
        bin_width_hu=None if count is not None else float(width or DEFAULT_BIN_WIDTH),
        bin_count=count,
    )
    return extraction, lines + more


def _resampling(setting: Mapping[str, Any]) -> tuple[float | None, str, list[str]]:
    spacing = setting.get("resampledPixelSpacing")
    asked = setting.get("interpolator", "sitkBSpline")
    if spacing is None or asked is None:
        return None, "linear", []
    if not (_is_list(spacing, 3) and all(is_number(mm, 0) for mm in spacing)):
        raise invalid("setting.resampledPixelSpacing", "must be three numbers (mm), or null")
    if not any(spacing):
        return None, "linear", []
    if len(set(spacing)) > 1:
        sizes = " x ".join(f"{mm:g}" for mm in spacing)
        return (
            None,
            "linear",
            [f"resampledPixelSpacing {sizes}: not read, nothing is resampled; {_ISOTROPIC}."],
        )
    lines = [_GRID]
    interpolation = _INTERPOLATIONS.get(asked) if isinstance(asked, (str, int)) else None
    if interpolation is None:
        lines.append(f"interpolator {asked}: not here; intensities are interpolated linearly.")
    return float(spacing[0]), interpolation or "linear", lines


def _resegmentation(
    setting: Mapping[str, Any],
) -> tuple[tuple[float, float] | None, float | None, list[str]]:
    """The range, the number of SD, and lines."""
    ends, mode = setting.get("resegmentRange"), setting.get("resegmentMode", "absolute")
    if ends is None:
        return None, None, []
    if not (_is_list(ends, 1, 2) and all(is_number(end) for end in ends)):
        raise invalid("setting.resegmentRange", "must be one or two numbers, or null")
    low, high = sorted([*ends, math.inf])[:2] if len(ends) == 1 else sorted(ends)
    if mode == "absolute":
        return (float(low), float(high)), None, []
    if mode == "sigma" and low == -high and high > 0:
        return None, float(high), []
    return None, None, [f"resegmentMode {mode}: not read, no voxel is left out; {_RANGES}."]


def _bins(extraction: ExtractionSettings, images: Filtered) -> list[str]:
    """What is otherwise about levels."""
    width = extraction.bin_width_hu
    if width is None:
        return []
    lines = [_first_level(width, extraction.range_hu)]
    if images.filters:
        lines.append(
            f"binWidth {width:g} on filtered images: levels of a response are {RESPONSE_BINS} bins over its "
            "range in the region here; binCount is the same in both."
        )
    return lines


def _first_level(width: float, range_hu: tuple[float, float] | None) -> str:
    if range_hu is None or not math.isfinite(range_hu[0]):
        return (
            f"binWidth {width:g}: bins begin at the lesion's minimum here (IBSI), PyRadiomics' at the "
            "multiple of the width below it: edges are up to a bin apart."
        )
    edges = " Edges are elsewhere, too." if math.remainder(range_hu[0], width) else ""
    return (
        f"binWidth {width:g}: level 1 begins at {range_hu[0]:g} here, PyRadiomics re-bases it to the "
        "lesion's minimum: features of a level's number (gray level emphases and averages, busyness) are not "
        f"reproducible.{edges}"
    )


def _margin(setting: Mapping[str, Any], images: Filtered, is_resampled: bool) -> list[str]:
    """What is otherwise about how much of the image a filter sees."""
    if not images.filters or not (is_resampled or setting.get("preCrop")):
        return []
    pad = setting.get("padDistance", DEFAULT_PAD)
    text = (
        f"padDistance {_short(pad)}: PyRadiomics cuts the image so many voxels around the lesion before it "
        "filters; here a filter sees as far as it reaches."
    )
    return [text]


def _fixed(setting: Mapping[str, Any]) -> list[str]:
    lines = [
        f"{name} {_short(setting[name])}: not read; {why}."
        for name, (usual, why) in _FIXED.items()
        if setting.get(name) not in (None, usual)
    ]
    known = {*_FIXED, *_WITHOUT_EFFECT, *_READ}
    strange = [name for name in setting if name not in known and not name.startswith(_OF_OTHER_FILTERS)]
    return lines + [f"{name}: not known here, not read." for name in strange]


def _features(classes: Mapping[str, Any], setting: Mapping[str, Any]) -> tuple[tuple[str, ...], list[str]]:
    """The keys of the features that are asked for, and what of these there is not."""
    weighting = setting.get("weightingNorm")
    lines = []
    if weighting not in (None, _NO_WEIGHTING):
        lines.append(f"weightingNorm {_short(weighting)}: not read; directions are averaged.")
    known: dict[tuple[str, str], str] = {}
    for feature in FEATURES:
        kind, name = feature.family.pyradiomics_class, feature.pyradiomics
        if name and (weighting == _NO_WEIGHTING or not feature.family.key.endswith(_MERGED)):
            # Merged matrices come after averaged ones, and count where they are asked for.
            known[kind, name] = feature.key
    all_classes = dict.fromkeys(kind for kind, _ in known)
    keys: list[str] = []
    for kind, names in (classes or all_classes).items():
        if kind not in all_classes:
            lines.append(f"featureClass {kind}: not here.")
            continue
        of_kind = [name for known_kind, name in known if known_kind == kind]
        wanted = _names(kind, names) or [*of_kind, *_NOT_HERE.get(kind, ())]
        missing = [name for name in wanted if (kind, name) not in known]
        keys += [known[kind, name] for name in wanted if (kind, name) in known]
        lines += [f"{kind}.{name}: not here." for name in missing]
        if kind == "firstorder" and "Kurtosis" in wanted:
            lines.append(_KURTOSIS)
    return tuple(dict.fromkeys(keys)), lines


def _names(kind: str, names: Any) -> list[str]:
    """The names of a class; none where all are meant."""
    if names is None:
        return []
    if not isinstance(names, Sequence) or isinstance(names, str):
        raise invalid(f"featureClass.{kind}", "must be a list of names, or empty for all")
    return [str(name) for name in names]


def _is_list(value: Any, *lengths: int) -> bool:
    return isinstance(value, (list, tuple)) and len(value) in lengths


def _short(value: Any) -> str:
    text = json.dumps(value, default=str)
    return text if len(text) <= 40 else f"{text[:37]}..."
