"""The values of an image that a picture tells apart."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.image import Image
from ..modality import CT, Modality

# Of an image in arbitrary units: what lies beyond these percentiles of its voxels is black or white.
PERCENTILES = (1.0, 99.0)
SAMPLED_VOXELS = 1_000_000


@dataclass(frozen=True)
class Window:
    """A window of values, and the image that it is of.

    Parameters
    ----------
    low, high : float
        Black and white.
    name : str
        Of the image's kind, for captions.
    is_inverted : bool
        Whether high values are black, as a PET is read.

    Examples
    --------
    >>> SOFT_TISSUE.words
    'W 400 L 40'
    """

    low: float
    high: float
    name: str = CT.name
    is_inverted: bool = False

    @property
    def words(self) -> str:
        """Width and level."""
        return f"W {self.high - self.low:.4g} L {(self.high + self.low) / 2:.4g}"

    def gray(self, values: np.ndarray) -> np.ndarray:
        """Values as gray.

        Parameters
        ----------
        values : ndarray, any shape

        Returns
        -------
        ndarray of uint8, the same shape
            As the lowest value where a value is no number.
        """
        share = (values.astype(float) - self.low) / (self.high - self.low)
        gray = np.round(255 * np.nan_to_num(np.clip(share, 0.0, 1.0))).astype(np.uint8)
        return 255 - gray if self.is_inverted else gray


SOFT_TISSUE = Window(*(CT.window or (0.0, 1.0)))


def window_of(image: Image, modality: Modality) -> Window:
    """The window that an image is shown in: its modality's, or of arbitrary units its own.

    Parameters
    ----------
    image : Image
    modality : Modality

    Returns
    -------
    Window
    """
    if modality.window is not None:
        return Window(*modality.window, modality.name)
    flat = image.values.ravel()
    sampled = flat[:: max(1, flat.size // SAMPLED_VOXELS)]
    finite = sampled[np.isfinite(sampled)]
    low, high = np.percentile(finite, PERCENTILES) if finite.size else (0.0, 1.0)
    return Window(float(low), float(max(high, low + 1e-6)), modality.name)
