"""Image types of PyRadiomics' parameter files as filters of ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import product
from typing import Any

from ..filters.laplacian_of_gaussian import MAX_MM
from ..filters.presets import named
from ..filters.wavelet import HIGH, LOW, MAX_LEVEL
from ..filters.wavelet_coefficients import SCALING_FILTERS
from ..numbers import is_number, is_whole_number
from ..setting_fields import invalid
from ..signature.filtered_names import DEFAULT_WAVELET, RECURSIVE, SCALED, SECOND_LEVEL

_OPTIONS = {"LoG": ("sigma",), "Wavelet": ("wavelet", "level", "start_level")}
_BORDER = (
    "Wavelet: PyRadiomics repeats the image periodically beyond its border, here it is mirrored: responses "
    "differ near it."
)
_SAME_NAMES = {"db1": "haar"}


@dataclass(frozen=True)
class Filtered:
    """The images that features are measured on.

    Parameters
    ----------
    original : bool
    filters : tuple of str
    differs : tuple of str
        What is filtered otherwise or not at all, a line each.
    """

    original: bool
    filters: tuple[str, ...]
    differs: tuple[str, ...]


def filters_of(image_types: Mapping[str, Any], setting: Mapping[str, Any]) -> Filtered:
    """The filters that image types ask for.

    Parameters
    ----------
    image_types : mapping of str to mapping or None
        Without any the image itself is measured.
    setting : mapping of str to Any
        What the file sets for all images.

    Raises
    ------
    SettingsError
        `settings.invalid`, for an option that cannot be.

    Examples
    --------
    >>> filters_of({"LoG": {"sigma": [1.5, 3]}}, {}).filters
    ('log_sigma_1_5mm', 'log_sigma_3mm')
    """
    names: list[str] = []
    lines: list[str] = []
    for kind, own in image_types.items():
        options = _options(kind, own)
        merged = {**setting, **options}
        if kind == "LoG":
            found, more = _log(merged)
        elif kind == "Wavelet":
            found, more = _wavelet(merged)
        elif kind == "Original":
            found, more = [], []
        else:
            found, more = [], [f"imageType {kind}: none of IBSI 2's filters, left out."]
        names += found
        lines += more
        strange = [name for name in options if name not in _OPTIONS.get(kind, ())]
        if strange and (found or kind == "Original"):
            lines.append(f"imageType {kind}: {', '.join(strange)} not read; settings hold for all images.")
    return Filtered(not image_types or "Original" in image_types, tuple(names), tuple(lines))


def _options(kind: str, own: Any) -> dict[str, Any]:
    if own is None:
        return {}
    if not isinstance(own, Mapping):
        raise invalid(f"imageType.{kind}", "must hold names with a value each, or nothing")
    return {str(name): value for name, value in own.items()}


def _log(options: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    sigmas = options.get("sigma") or []
    if not isinstance(sigmas, list) or not all(is_number(one, 0, MAX_MM) and one for one in sigmas):
        raise invalid("imageType.LoG.sigma", f"must be a list of numbers above 0 and up to {MAX_MM:g} (mm)")
    if not sigmas:
        return [], ["imageType LoG: without sigma there is no image."]
    # At most six decimals, as names have.
    sizes = [f"{float(one):.6f}".rstrip("0").rstrip(".").replace(".", "_") for one in sigmas]
    names = [f"log_sigma_{size}mm" for size in sizes]
    return [one for name in names for one in named(name)], [f"LoG: {RECURSIVE}", f"LoG: {SCALED}"]


def _wavelet(options: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    asked = options.get("wavelet", DEFAULT_WAVELET)
    family = _SAME_NAMES.get(asked, asked) if isinstance(asked, str) else asked
    if not isinstance(family, str) or family not in SCALING_FILTERS:
        return [], [f"Wavelet: no {asked} here, left out; there are {', '.join(SCALING_FILTERS)}."]
    levels, start = options.get("level", 1), options.get("start_level", 0)
    for name, value, least in (("level", levels, 1), ("start_level", start, 0)):
        if not is_whole_number(value, least, MAX_LEVEL):
            raise invalid(f"imageType.Wavelet.{name}", f"must be a whole number from {least} to {MAX_LEVEL}")
    names = [
        f"wavelet_{family}_{''.join(bands)}" + (f"_level_{level}" if level > 1 else "")
        for level in range(start + 1, start + levels + 1)
        for bands in product(LOW + HIGH, repeat=3)
        # What is low-pass along all axes comes of the last level alone.
        if HIGH in bands or level == start + levels
    ]
    further = [f"Wavelet: {SECOND_LEVEL}"] if start + levels > 1 else []
    return [one for name in names for one in named(name)], [_BORDER, *further]
