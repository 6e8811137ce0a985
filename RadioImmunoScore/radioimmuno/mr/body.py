"""The body on an MR: what is brighter than air, its largest piece, with its holes filled slice by slice."""

from __future__ import annotations

import numpy as np

from ..geometry.image import Triple
from .cells import factors_of, make_cells

# Ours, chosen on MR of the thigh and of the simulated chest.
CELL_MM = 2.5
BRIGHT_PERCENTILE = 99.0
# Air's noise lies below this share of bright tissue, also under a bias field of 30 %; where a crop holds no
# air, the threshold between dark and bright tissue would be taken for it.
MOST_OF_BRIGHT = 0.15
# Added before the logarithm, as a share of bright tissue: what is darker is air alike.
DARKEST_SHARE = 0.01
HISTOGRAM_BINS = 256


def body_mask(values: np.ndarray, spacing: Triple) -> np.ndarray:
    """The body's voxels, in blocks of about 2.5 mm.

    The threshold is Otsu's on the logarithm, which tells air from tissue and not muscle from fat.

    Parameters
    ----------
    values : ndarray, shape (k, j, i)
        Finite.
    spacing : tuple of float
        Of the voxels, mm.

    Returns
    -------
    ndarray of bool, shape (k, j, i)
        Nowhere true where no voxel is brighter than another.
    """
    from scipy.ndimage import binary_fill_holes, label

    factors = factors_of(spacing, CELL_MM)
    cells = make_cells(values, np.ones(values.shape, bool), spacing, factors).values[1:-1, 1:-1, 1:-1]
    bright = float(np.percentile(cells, BRIGHT_PERCENTILE))
    if bright <= 0:
        return np.zeros(values.shape, bool)
    pieces, count = label(cells > threshold(cells, bright))
    if not count:
        return np.zeros(values.shape, bool)
    largest = pieces == np.argmax(np.bincount(pieces.ravel())[1:]) + 1
    filled = np.stack([binary_fill_holes(plane) for plane in largest])
    for axis, factor in enumerate(factors):
        filled = np.repeat(filled, factor, axis=axis)
    return filled[tuple(slice(n) for n in values.shape)]


def threshold(cells: np.ndarray, bright: float) -> float:
    """What is brighter is body.

    Parameters
    ----------
    cells : ndarray, shape (k, j, i)
        Smoothed intensities.
    bright : float
        Intensity of bright tissue, above 0.
    """
    offset = DARKEST_SHARE * bright
    counts, edges = np.histogram(np.log(np.maximum(cells, 0) + offset), HISTOGRAM_BINS)
    centres = (edges[:-1] + edges[1:]) / 2
    below, first = np.cumsum(counts)[:-1], np.cumsum(counts * centres)[:-1]
    total, mean = counts.sum(), (counts * centres).sum() / counts.sum()
    spread = (mean * below - first) ** 2 / np.maximum(below * (total - below), 1)
    otsu = float(np.exp(edges[1:-1][np.argmax(spread)])) - offset
    return min(otsu, MOST_OF_BRIGHT * bright)
