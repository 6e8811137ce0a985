"""Contours as another reader might have drawn them: a lesion's surface, displaced at random and smoothly.

A lesion's signed distance to its surface, in mm and known below the voxel, is cut not at zero but at a random
displacement: a Gaussian random field plus one number for the whole contour. Without displacement the cut
gives back the mask, voxel for voxel.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ..geometry.distance import contour_distance
from ..geometry.image import Box, Image, Triple
from ..lesion import Lesion
from .perturbation import Perturbation

# The field is cut off here, so that the distance has to be known no further: one point in 16,000 is.
MAX_SDS = 4.0
# How far beyond a box the noise is drawn, in SD of its smoothing kernel: what is further off weighs 3e-4.
NOISE_MARGIN_SDS = 4.0


def perturbed_box(lesion: Lesion, perturbation: Perturbation) -> Box:
    """The box of the CT's voxels that no contour of a lesion (canonical, not empty) leaves."""
    if lesion.box is None:
        raise ValueError("an empty lesion has no contour")
    lattice = lesion.mask.lattice
    reach = _reach_mm(perturbation, lattice.spacing)
    steps = [math.ceil(reach / spacing) for spacing in lattice.spacing]
    return lesion.box.grow(steps).intersect(Box.whole(lattice.shape))


def perturbed(lesion: Lesion, perturbation: Perturbation) -> Iterator[Lesion]:
    """A lesion (canonical, not empty) with one contour after the other; one may have no voxel left.

    Which contours come depends on the lesion's identifier and mask alone, not on the other lesions; the first
    ones are the same however many are drawn.
    """
    lattice, box = lesion.mask.lattice, perturbed_box(lesion, perturbation)
    spacing = lattice.spacing
    distance = contour_distance(lesion.mask, box, _reach_mm(perturbation, spacing))
    weights = [
        _weights(n, step, perturbation.correlation_mm) for n, step in zip(box.shape, spacing, strict=True)
    ]
    growth_mm = perturbation.growth_voxels * min(spacing)
    random = _stream(lesion.id, perturbation.seed)
    for _ in range(perturbation.draws):
        growth = growth_mm * random.uniform(-1.0, 1.0)
        field = np.clip(smooth_field(random, weights), -MAX_SDS, MAX_SDS)
        mask = Image(distance <= perturbation.sd_mm * field + growth, lattice, box.start)
        yield replace(lesion, mask=mask.trimmed())


def smooth_field(random: np.random.Generator, weights: list[np.ndarray]) -> np.ndarray:
    """A Gaussian random field of mean 0 and SD 1 at every point.

    Parameters
    ----------
    random : Generator
    weights : list of ndarray of float, shape (points, nodes), one an axis

    Returns
    -------
    ndarray of float, shape (k, j, i)
    """
    on_k, on_j, on_i = weights
    noise = random.standard_normal((on_k.shape[1], on_j.shape[1], on_i.shape[1]))
    in_slice = on_j @ (noise @ on_i.T)
    return np.tensordot(on_k, in_slice, 1)


def _weights(count: int, spacing: float, correlation_mm: float) -> np.ndarray:
    """How white noise on coarse nodes makes the field along one axis, (count, nodes).

    A Gaussian of SD s smooths white noise to the correlation exp(-(r / 2s)^2). Nodes s apart make it to four
    digits, and every row has a sum of squares of 1: the field's SD is 1 everywhere.
    """
    kernel = correlation_mm / 2
    last = (count - 1) * spacing / kernel
    nodes = np.arange(-NOISE_MARGIN_SDS, math.ceil(last) + NOISE_MARGIN_SDS + 1)
    apart = np.arange(count)[:, None] * (spacing / kernel) - nodes
    weights = np.exp(-np.square(apart) / 2)
    return weights / np.sqrt(np.square(weights).sum(axis=1, keepdims=True))


def _reach_mm(perturbation: Perturbation, spacing: Triple) -> float:
    """The furthest that a contour is displaced."""
    return MAX_SDS * perturbation.sd_mm + perturbation.growth_voxels * min(spacing)


def _stream(lesion_id: str, seed: int) -> np.random.Generator:
    """Random numbers of one lesion's own."""
    digest = hashlib.sha256(lesion_id.encode("utf-8", "surrogatepass")).digest()
    return np.random.default_rng([seed, int.from_bytes(digest[:16], "big")])
