"""What stands in for PyRadiomics where it is not: of our mind but for kurtosis and filters."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from itertools import product
from types import ModuleType
from typing import Any

import numpy as np
import pytest
import SimpleITK as sitk

from radioimmuno.engines import pyradiomics
from radioimmuno.features.catalog import BY_KEY
from radioimmuno.features.compute import compute_features
from radioimmuno.filters.boundary import PERIODIC
from radioimmuno.filters.wavelet import Wavelet


def stand_in(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """Put it in PyRadiomics' place; the sizes of the images that it will have filtered come back."""
    sizes: list[tuple[int, ...]] = []

    def laplacians(volume: Any, mask: Any, *, sigma: list[float]) -> Iterator[tuple[Any, str, Any]]:
        """As in PyRadiomics 3.0.1."""
        sizes.append(volume.GetSize())
        for each in sigma:
            recursive = sitk.LaplacianRecursiveGaussianImageFilter()
            recursive.SetNormalizeAcrossScale(True)
            recursive.SetSigma(each)
            yield recursive.Execute(volume), f"log-sigma-{each}-mm-3D".replace(".", "-"), {}

    def wavelets(volume: Any, mask: Any, *, wavelet: str, **_: Any) -> Iterator[tuple[Any, str, Any]]:
        """Periodic, letters along x, y and z."""
        sizes.append(volume.GetSize())
        values = sitk.GetArrayFromImage(volume)
        for letters in product("lh", repeat=3):
            bands = "".join(letters)
            made = Wavelet(family=wavelet, bands=bands, boundary=PERIODIC).response(values, (1.0,) * 3)
            yield sitk.GetImageFromArray(made), f"wavelet-{bands.upper()}", {}

    operations = ModuleType("radiomics.imageoperations")
    monkeypatch.setattr(operations, "getLoGImage", laplacians, raising=False)
    monkeypatch.setattr(operations, "getWaveletImage", wavelets, raising=False)
    monkeypatch.setitem(sys.modules, "radiomics", ModuleType("radiomics"))
    monkeypatch.setitem(sys.modules, operations.__name__, operations)
    monkeypatch.setattr(pyradiomics, "require", lambda: None)
    monkeypatch.setattr(pyradiomics, "extract", _extract)
    return sizes


def _extract(region: Any, keys: Any) -> dict[str, float | None]:
    values = compute_features(region, [key for key in keys if BY_KEY[key].pyradiomics])
    kurtosis = values.get("statistics.kurtosis")
    more = {} if kurtosis is None else {"statistics.kurtosis": kurtosis + 3}
    return {**values, **more}


def quadratic(shape: tuple[int, int, int]) -> np.ndarray:
    """The sum of the squares of the voxels' places: its Laplacian is 6 everywhere, per voxel squared."""
    places = np.indices(shape) - np.array(shape).reshape(3, 1, 1, 1) / 2
    return np.asarray((places**2).sum(0))
