"""What a stroke would become, roughly, while it is still being drawn."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..geometry.image import Image, Triple, as_index, as_triple
from .parameters import PARAMETERS as P
from .stroke import checked_ends, stroke_prior
from .surface import sphere
from .surface_fit import fit_surface
from .surroundings import surroundings


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
    detail_mm = P.preview_detail_share * prior.length_mm
    around = surroundings(
        _thinned(ct, detail_mm), ends.mean(axis=0), P.search_share * prior.length_mm, detail_mm
    )
    surface = fit_surface(around, prior, 1, P.preview_rounds).surface
    places = surface.centre + sphere().directions * surface.radii[:, None]
    points = ct.lattice.to_lps(places / np.array(ct.lattice.spacing))
    return SurfaceMesh(points, sphere().triangles)


def _thinned(ct: Image, detail_mm: float) -> Image:
    """Every few voxels of a canonical CT, at least two in this length where it has as many: a view."""
    steps = np.maximum(1, (detail_mm / np.array(ct.lattice.spacing) / 2).astype(int))
    values = ct.values[:: steps[0], :: steps[1], :: steps[2]]
    spacing = as_triple((np.array(ct.lattice.spacing) * steps).tolist())
    return Image(values, replace(ct.lattice, shape=as_index(values.shape), spacing=spacing))
