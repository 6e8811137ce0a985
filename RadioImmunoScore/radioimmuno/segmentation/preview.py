"""What a stroke would become, roughly, while it is still being drawn."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.image import Image, Triple
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
    reach = P.search_share * prior.length_mm
    around = surroundings(ct, ends.mean(axis=0), reach, P.preview_detail_share * prior.length_mm)
    surface = fit_surface(around, prior, 1).surface
    places = surface.centre + sphere().directions * surface.radii[:, None]
    points = ct.lattice.to_lps(places / np.array(ct.lattice.spacing))
    return SurfaceMesh(points, sphere().triangles)
