"""A filter in words: a line that says what it does, with its parameters, and a title of a few words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ..findings import SettingsError
from .boundary import Boundary
from .filter import IN_SLICES, Filter
from .gabor import Gabor
from .laplacian_of_gaussian import LaplacianOfGaussian
from .laws import Laws
from .mean import Mean
from .presets import PRESETS, named
from .riesz import Riesz
from .simoncelli import Simoncelli
from .wavelet import Wavelet

_BORDERS = {"nearest": "nearest voxel repeated", "periodic": "periodic", "mirror": "mirrored"}


def in_words(one: Filter) -> str:
    """What a filter does, in a line.

    Parameters
    ----------
    one : Filter

    Examples
    --------
    >>> in_words(LaplacianOfGaussian(sigma_mm=1.5))
    'Laplacian of Gaussian, SD 1.5 mm; 3D, border mirrored'
    """
    return f"{_SAID[type(one)](one)}; {_where(one)}, border {border_in_words(one.boundary)}"


def border_in_words(boundary: Boundary) -> str:
    """What lies beyond the border of an image, in a word or two.

    Parameters
    ----------
    boundary : Boundary

    Examples
    --------
    >>> border_in_words(Boundary("constant", -1000))
    'constant -1000'
    """
    return _BORDERS.get(boundary.kind, f"constant {boundary.value:g}")


def title_of(name: str) -> str:
    """What a person reads for a filter: what its name says, in words; a name that says nothing as it is.

    Parameters
    ----------
    name : str

    Examples
    --------
    >>> title_of("log_sigma_1_5mm"), title_of("wavelet_coif1_lhl_level_2"), title_of("my_filter")
    ('LoG 1.5 mm', 'wavelet coif1 LHL level 2', 'my_filter')
    >>> title_of("ibsi2-ct-2_b")
    'mean of 5 voxels, ibsi2-ct-2_b'
    """
    try:
        one = named(name).get(name)
    except SettingsError:
        return name
    if one is None:
        return name
    # Tests of IBSI 2 differ by what has no room here.
    words = _TITLES[type(one)](one)
    return f"{words}, {name}" if name in PRESETS else words


def _where(one: Filter) -> str:
    if one.dimensions == IN_SLICES:
        return "in slices"
    return "in slices across three axes" if isinstance(one, Gabor) else "3D"


def _pooled(pooling: str | None) -> str:
    return "" if pooling is None else f", {pooling} over rotations"


def _mean(one: Mean) -> str:
    return f"mean of {one.support} voxels along each axis"


def _log(one: LaplacianOfGaussian) -> str:
    return f"Laplacian of Gaussian, SD {one.sigma_mm:g} mm"


def _laws(one: Laws) -> str:
    distance = one.energy_distance
    energy = "" if distance is None else f", energy within {distance} voxels"
    return f"Laws {' '.join(one.kernels)}{_pooled(one.pooling)}{energy}"


def _gabor(one: Gabor) -> str:
    angle = f"{one.theta_deg:g} degrees"
    if one.step_deg is not None:
        angle = f"{one.pooling} over steps of {one.step_deg:g} degrees"
    return f"Gabor, SD {one.sigma_mm:g} mm, wave {one.wavelength_mm:g} mm, ratio {one.gamma:g}, {angle}"


def _wavelet(one: Wavelet) -> str:
    axes = ", ".join("xyz"[: one.dimensions])
    return f"wavelet {one.family}, {one.bands.upper()} along {axes}, level {one.level}{_pooled(one.pooling)}"


def _simoncelli(one: Simoncelli) -> str:
    return f"Simoncelli wavelet, level {one.level}"


def _riesz(one: Riesz) -> str:
    return f"Riesz transform of order {', '.join(map(str, one.order))} of: {_SAID[type(one.of)](one.of)}"


_SAID: Mapping[type[Filter], Callable[[Any], str]] = {
    Mean: _mean,
    LaplacianOfGaussian: _log,
    Laws: _laws,
    Gabor: _gabor,
    Wavelet: _wavelet,
    Simoncelli: _simoncelli,
    Riesz: _riesz,
}


def _mean_title(one: Mean) -> str:
    return f"mean of {one.support} voxels"


def _log_title(one: LaplacianOfGaussian) -> str:
    return f"LoG {one.sigma_mm:g} mm"


def _laws_title(one: Laws) -> str:
    return f"Laws {' '.join(one.kernels)}{'' if one.energy_distance is None else ' energy'}"


def _gabor_title(one: Gabor) -> str:
    return f"Gabor {one.sigma_mm:g} mm"


def _wavelet_title(one: Wavelet) -> str:
    level = f" level {one.level}" if one.level > 1 else ""
    return f"wavelet {one.family} {one.bands.upper()}{level}"


def _simoncelli_title(one: Simoncelli) -> str:
    return f"Simoncelli level {one.level}"


def _riesz_title(one: Riesz) -> str:
    return f"Riesz {'-'.join(map(str, one.order))} of {_TITLES[type(one.of)](one.of)}"


_TITLES: Mapping[type[Filter], Callable[[Any], str]] = {
    Mean: _mean_title,
    LaplacianOfGaussian: _log_title,
    Laws: _laws_title,
    Gabor: _gabor_title,
    Wavelet: _wavelet_title,
    Simoncelli: _simoncelli_title,
    Riesz: _riesz_title,
}
