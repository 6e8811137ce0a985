"""PyRadiomics' filters in the place of ours, where it has the same: to measure with, and to compare.

They get the image on the grid around the lesion as far as they look, and beyond the image's border what the
boundary of ours says. PyRadiomics by itself repeats the image there (wavelets); and before it filters it cuts
an image that it resampled 5 voxels around the lesion (`padDistance`), while one that it did not it filters
as a whole.
"""

from __future__ import annotations

import math
from abc import abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..filters.filter import IN_SPACE, Filter, Window
from ..filters.laplacian_of_gaussian import LaplacianOfGaussian
from ..filters.response_settings import ResponseSettings
from ..filters.wavelet import Wavelet
from ..findings import EngineError
from ..settings import Settings

# PyRadiomics gives no Laplacian of Gaussian of an image that is smaller.
LEAST_VOXELS = 4

# How far the recursive Laplacian looks, in SD. It has no end: with 4 as ours features on CT change by up to
# 6 %, beyond 8 by less than 1e-4 (3 mm on the CT of a sarcoma at 1 mm).
RECURSIVE_REACH_SD = 8.0


@dataclass(frozen=True, kw_only=True)
class PyRadiomicsFilter(Filter):
    """A filter of PyRadiomics.

    Parameters
    ----------
    of : Filter
        The one of ours that it stands for.
    """

    of: Filter

    @property
    @abstractmethod
    def image_name(self) -> str:
        """What PyRadiomics calls the filtered image; its features have this in front."""

    @property
    def on_our_scale(self) -> PyRadiomicsFilter:
        """The same without a factor that ours has not."""
        return self

    @abstractmethod
    def images(self, volume: Any) -> Iterator[tuple[Any, str, Any]]:
        """PyRadiomics' filtered images, each with its name and settings.

        Parameters
        ----------
        volume : SimpleITK.Image
        """

    def reach(self, voxel_mm: float) -> int:
        """How far it looks: as far as our filter.

        Parameters
        ----------
        voxel_mm : float
        """
        return self.of.reach(voxel_mm)

    def least_size(self, voxel_mm: float) -> int:
        """As of our filter, so that none of them is refused alone.

        Parameters
        ----------
        voxel_mm : float
        """
        return self.of.least_size(voxel_mm)

    def filtered(self, image: np.ndarray, voxel_mm: float, window: Window) -> np.ndarray:
        """The response in a part of the image.

        Parameters
        ----------
        image : ndarray of float, shape (k, j, i)
        voxel_mm : float
        window : tuple of slice, (k, j, i)

        Returns
        -------
        ndarray of float64, shape (k, j, i)
        """
        import SimpleITK as sitk

        width = max(self.reach(voxel_mm), LEAST_VOXELS)
        # Double: PyWavelets is as precise as its image.
        padded = self.boundary.padded(image.astype(float), (width,) * image.ndim)
        volume = sitk.GetImageFromArray(padded)
        volume.SetSpacing((voxel_mm,) * image.ndim)
        made = next(found for found, name, _ in self.images(volume) if name == self.image_name)
        inside = tuple(slice(part.start + width, part.stop + width) for part in window)
        # A copy: the view ends with its image.
        return np.array(sitk.GetArrayViewFromImage(made)[inside], float)


@dataclass(frozen=True, kw_only=True)
class PyRadiomicsLaplacian(PyRadiomicsFilter):
    """Its Laplacian of Gaussian: a recursive approximation, times the square of the SD in voxels.

    Parameters
    ----------
    of : LaplacianOfGaussian
    """

    of: LaplacianOfGaussian

    @property
    def image_name(self) -> str:
        """As `log-sigma-3-0-mm-3D`."""
        return f"log-sigma-{float(self.of.sigma_mm)}-mm-3D".replace(".", "-")

    @property
    def on_our_scale(self) -> PyRadiomicsFilter:
        """Not multiplied."""
        return UnscaledPyRadiomicsLaplacian(of=self.of, boundary=self.boundary)

    def images(self, volume: Any) -> Iterator[tuple[Any, str, Any]]:
        """The one of this SD.

        Parameters
        ----------
        volume : SimpleITK.Image
        """
        from radiomics.imageoperations import getLoGImage

        yield from getLoGImage(volume, None, sigma=[float(self.of.sigma_mm)])

    def reach(self, voxel_mm: float) -> int:
        """Further than our kernel, which has an end.

        Parameters
        ----------
        voxel_mm : float
        """
        return math.ceil(RECURSIVE_REACH_SD * self.of.sigma_mm / voxel_mm)

    def scale(self, voxel_mm: float) -> float:
        """What PyRadiomics multiplies the response by.

        Parameters
        ----------
        voxel_mm : float
        """
        return (self.of.sigma_mm / voxel_mm) ** 2


@dataclass(frozen=True, kw_only=True)
class UnscaledPyRadiomicsLaplacian(PyRadiomicsLaplacian):
    """The same without that factor, to compare with ours."""

    def filtered(self, image: np.ndarray, voxel_mm: float, window: Window) -> np.ndarray:
        """The response in a part of the image.

        Parameters
        ----------
        image : ndarray of float, shape (k, j, i)
        voxel_mm : float
        window : tuple of slice, (k, j, i)

        Returns
        -------
        ndarray of float64, shape (k, j, i)
        """
        return super().filtered(image, voxel_mm, window) / self.scale(voxel_mm)


@dataclass(frozen=True, kw_only=True)
class PyRadiomicsWavelet(PyRadiomicsFilter):
    """A band of the first level of its wavelet transform, by PyWavelets.

    Parameters
    ----------
    of : Wavelet
    """

    of: Wavelet

    @property
    def image_name(self) -> str:
        """As `wavelet-LHL`."""
        return f"wavelet-{self.of.bands.upper()}"

    def images(self, volume: Any) -> Iterator[tuple[Any, str, Any]]:
        """All bands.

        Parameters
        ----------
        volume : SimpleITK.Image
        """
        from radiomics.imageoperations import getWaveletImage

        yield from getWaveletImage(volume, None, wavelet=self.of.family, level=1, start_level=0)


def counterpart(one: Filter) -> PyRadiomicsFilter | None:
    """The filter of PyRadiomics that gives what one of ours does; None where it has none.

    A Laplacian of Gaussian and a wavelet of the first level that is not pooled, in three dimensions. Further
    levels are other images there (`filtered_names.SECOND_LEVEL`).

    Parameters
    ----------
    one : Filter

    Examples
    --------
    >>> from ..filters.presets import named
    >>> [counterpart(one).image_name for name in ("log_sigma_1_5mm", "wavelet_haar_lhl")
    ...  for one in named(name).values()]
    ['log-sigma-1-5-mm-3D', 'wavelet-LHL']
    """
    if one.dimensions != IN_SPACE:
        return None
    if isinstance(one, LaplacianOfGaussian):
        return PyRadiomicsLaplacian(of=one, boundary=one.boundary)
    if isinstance(one, Wavelet) and one.level == 1 and one.pooling is None:
        return PyRadiomicsWavelet(of=one, boundary=one.boundary)
    return None


@dataclass(frozen=True)
class Counterparts:
    """The filtered images of settings that PyRadiomics has, too.

    Parameters
    ----------
    ours : Settings
        Without the filters that it has not.
    missing : tuple of str, optional
        Names of these.
    """

    ours: Settings
    missing: tuple[str, ...] = ()

    @property
    def theirs(self) -> Settings:
        """With PyRadiomics' filters under the names of ours."""
        return self._with(self._filters())

    @property
    def comparable(self) -> Settings:
        """The same, on the scale of ours."""
        return self._with({name: one.on_our_scale for name, one in self._filters().items()})

    @property
    def sentence(self) -> str:
        """What is not measured; empty where all is."""
        if not self.missing:
            return ""
        return (
            f"Left out, as PyRadiomics has no such filter: {', '.join(self.missing)} (it has Laplacians of "
            "Gaussian and the first level of wavelets, in three dimensions)."
        )

    def _filters(self) -> dict[str, PyRadiomicsFilter]:
        found = {name: counterpart(one.filter) for name, one in self.ours.filters.items()}
        return {name: one for name, one in found.items() if one is not None}

    def _with(self, filters: Mapping[str, Filter]) -> Settings:
        made: dict[str, ResponseSettings] = {
            name: replace(one, filter=filters[name]) for name, one in self.ours.filters.items()
        }
        return replace(self.ours, filters=made)


def counterparts(settings: Settings) -> Counterparts:
    """The filtered images of settings that PyRadiomics has, too.

    Parameters
    ----------
    settings : Settings
        Of one image.
    """
    known = {name: one for name, one in settings.filters.items() if counterpart(one.filter) is not None}
    missing = tuple(name for name in settings.filters if name not in known)
    return Counterparts(replace(settings, filters=known), missing)


def require_counterparts(settings: Settings) -> Counterparts:
    """The same where there are any.

    Parameters
    ----------
    settings : Settings

    Raises
    ------
    EngineError
        `engine.no_filter` where there are filters, and PyRadiomics has none of them.
    """
    found = counterparts(settings)
    if found.missing and not found.ours.filters:
        text = f"{found.sentence} Leave them out to measure the image itself."
        raise EngineError("engine.no_filter", text)
    return found
