"""The lesion's surface as distances from a centre: an ellipsoid, and how far the border deviates from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.image import Image, Lattice
from .sphere import sphere
from .surroundings import box_around

# Share of neighbours that lie anywhere: an edge of the surface costs no more than this.
JUMP = 1e-3
# Belief propagation is stopped after so many rounds.
ROUNDS, DAMPING = 16, 0.5


@dataclass(frozen=True, eq=False)
class Ellipsoid:
    """An ellipsoid at a place.

    Parameters
    ----------
    centre : (3,) place in mm
    axes : (3, 3) its own axes as rows
    semi_mm : (3,) half lengths along them
    """

    centre: np.ndarray
    axes: np.ndarray
    semi_mm: np.ndarray

    def radii(self) -> np.ndarray:
        """Distance (n,) in mm from the centre to its surface in each of the sphere's directions."""
        return 1 / np.linalg.norm(sphere().directions @ self.axes.T / self.semi_mm, axis=1)

    def depth(self, places: np.ndarray) -> np.ndarray:
        """Distance of places (..., 3) from the centre as a share of the surface's there: 1 on the surface."""
        return np.linalg.norm((places - self.centre) @ self.axes.T / self.semi_mm, axis=-1)


@dataclass(frozen=True, eq=False)
class Surface:
    """A star-shaped surface: one distance from the centre in each of the sphere's directions.

    Parameters
    ----------
    centre : (3,) place in mm
    radii : (n,) mm
    """

    centre: np.ndarray
    radii: np.ndarray

    def ellipsoid(self) -> Ellipsoid:
        """The ellipsoid with the same volume, centre of mass and second moments."""
        directions = sphere().directions
        volume = (self.radii**3).sum()
        shift = 0.75 * (directions * (self.radii**4)[:, None]).sum(axis=0) / volume
        moments = 0.6 * (directions.T * self.radii**5) @ directions / volume - np.outer(shift, shift)
        squares, axes = np.linalg.eigh(moments)
        semi = np.sqrt(5 * squares)
        return Ellipsoid(
            self.centre + shift, axes.T, semi * (volume / len(directions) / semi.prod()) ** (1 / 3)
        )

    def depth(self, places: np.ndarray) -> np.ndarray:
        """Distance of places (..., 3) from the centre as a share of the surface's there: 1 on the surface."""
        offsets = (places - self.centre).reshape(-1, 3)
        share = np.linalg.norm(offsets, axis=1) / sphere().between(self.radii, offsets)
        return share.reshape(places.shape[:-1])

    def reach(self, place: np.ndarray) -> float:
        """Distance in mm from a place to the farthest point of the surface."""
        points = self.centre + sphere().directions * self.radii[:, None]
        return float(np.linalg.norm(points - place, axis=1).max())

    def voxels(self, lattice: Lattice) -> Image:
        """The voxels of a canonical lattice whose centres lie inside."""
        box = box_around(
            lattice, self.centre, (np.abs(sphere().directions) * self.radii[:, None]).max(axis=0)
        )
        axes = [
            np.arange(a, b) * s - c
            for a, b, s, c in zip(box.start, box.stop, lattice.spacing, self.centre, strict=True)
        ]
        offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
        reach = sphere().between(self.radii, offsets)
        inside = (offsets**2).sum(axis=1) <= reach**2
        return Image(inside.reshape(box.shape), lattice, box.start)


def most_likely(evidence: np.ndarray, smoothness: float) -> np.ndarray:
    """Where the border lies on each ray: the median of its marginal distribution, in steps.

    Belief propagation on the sphere's network (sum-product, all messages at once, damped): neighbouring rays
    have borders a few steps apart, seldom more.

    Parameters
    ----------
    evidence : (n, steps) log likelihood of a border at each step of each ray
    smoothness : SD of the difference between neighbours, in steps

    Source: Pearl, Probabilistic Reasoning in Intelligent Systems, 1988; damping as in Murphy, Weiss and
    Jordan, Loopy belief propagation for approximate inference, UAI 1999.
    """
    net = sphere()
    evidence = np.asarray(evidence, np.float32)
    steps = np.arange(evidence.shape[1], dtype=np.float32)
    kernel = np.exp(-0.5 * ((steps[:, None] - steps) / np.float32(smoothness)) ** 2) + np.float32(JUMP)
    messages = np.zeros((net.source.size, steps.size), np.float32)
    belief = evidence
    for _ in range(ROUNDS):
        sent = belief[net.source] - messages[net.opposite]
        sent -= sent.max(axis=1, keepdims=True)
        fresh = np.log(np.exp(sent, out=sent) @ kernel)
        fresh -= fresh.max(axis=1, keepdims=True)
        messages = (1 - DAMPING) * fresh + DAMPING * messages
        belief = evidence + net.incoming @ messages
    return _median(belief.astype(float))


def _median(belief: np.ndarray) -> np.ndarray:
    """Median (n,) of distributions given as logarithms (n, steps), between steps."""
    share = np.exp(belief - belief.max(axis=1, keepdims=True))
    below = np.cumsum(share / share.sum(axis=1, keepdims=True), axis=1)
    step = np.clip((below < 0.5).sum(axis=1), 1, below.shape[1] - 1)
    rows = np.arange(len(below))
    before, after = below[rows, step - 1], below[rows, step]
    return step - 0.5 + (0.5 - before) / np.maximum(after - before, 1e-12)
