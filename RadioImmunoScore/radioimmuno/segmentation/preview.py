"""What a stroke would become, roughly, while it is still being drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..geometry.image import Image, Triple, as_index, as_triple
from .boosted_trees import shipped_model
from .lesion_field import lesion_field, surface_of
from .parameters import PARAMETERS as P
from .stroke import checked_ends, stroke_prior
from .surface import sphere


@dataclass(frozen=True, eq=False)
class SurfaceMesh:
    """A closed surface of triangles.

    Parameters
    ----------
    points : ndarray, shape (n, 3)
        LPS mm.
    triangles : ndarray of int, shape (m, 3)
        Numbers of their corners, seen from outside against the clock.
    """

    points: np.ndarray
    triangles: np.ndarray


def preview_stroke(image: Image, start: Triple, end: Triple) -> SurfaceMesh:
    """About the surface that `segment_stroke` would find, within 100 ms.

    Parameters
    ----------
    image : Image
        CT in HU, in any axis order.
    start, end : tuple of 3 floats
        The stroke's ends, LPS mm.

    Raises
    ------
    InputError
        `stroke.outside` or `stroke.too_short`.
    """
    ct = image.canonical()
    ends = checked_ends(ct, start, end)
    prior = stroke_prior(ct, ends)
    thinned = _thinned(ct, prior.length_mm / P.preview_cells)
    surface = surface_of(lesion_field(thinned, prior, shipped_model().voxels, P.preview_cells))
    places = surface.points()
    points = ct.lattice.to_lps(places / np.array(ct.lattice.spacing))
    return SurfaceMesh(points, sphere().triangles)


def _thinned(ct: Image, detail_mm: float) -> Image:
    """Every few voxels of a canonical CT, at least two in this length where it has as many: a view."""
    steps = np.maximum(1, (detail_mm / np.array(ct.lattice.spacing) / 2).astype(int))
    values = ct.values[:: steps[0], :: steps[1], :: steps[2]]
    spacing = as_triple((np.array(ct.lattice.spacing) * steps).tolist())
    return Image(values, replace(ct.lattice, shape=as_index(values.shape), spacing=spacing))
