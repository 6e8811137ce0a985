"""Simulated lesions: where they sit, what shape they have, and how infiltration shows in them.

What infiltration (0 to 1) does, in HU at 120 kVp and against a lesion's own, random, look:
the rim takes up more contrast agent, tissue around the lesion thickens, the inside grows more even and its
unevenness coarser. Each of these also varies by itself, so that no single one gives the infiltration away.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..geometry.image import Box, Image, Lattice
from ..lesion import Lesion, Site
from .canvas import Canvas, Places, Point
from .fields import WaveField, gaussian_field, swell

REACH = 1.5  # no surface reaches farther from the centre than this many radii
SURROUNDINGS_MM = 10.0
RIM_DEPTH_MM = 2.0

# HU without contrast agent, and uptake at 120 kVp, of a lesion at each site
LOOKS: dict[Site, tuple[float, float]] = {
    Site.LUNG: (34, 32),
    Site.LIVER: (38, 26),
    Site.LYMPH_NODE: (36, 42),
    Site.SOFT_TISSUE: (38, 40),
    Site.BONE: (52, 36),
}


@dataclass(frozen=True, eq=False)
class Tumor:
    """One lesion of a simulated patient.

    Parameters
    ----------
    site : Site
        Where it sits.
    centre : tuple of 3 floats
        (x, y, z) in LPS mm.
    radius_mm : float
        Of the sphere with the same volume.
    axes : ndarray, shape (3, 3)
        Rows map (z, y, x) offsets in mm to the lesion's own axes, unit radius.
    bumps : WaveField
        What makes it irregular, in mm.
    contour_error : WaveField
        How far (mm) the drawn contour lies outside the true surface.
    texture : WaveField
        Unevenness inside, HU.
    hu, rim_hu, halo_hu : float
        Of the inside; added at the rim; added around it.
    necrosis_depth_mm, necrosis_hu : float
        How deep below the surface tissue is dead, and the HU it lost.
    infiltration : float
        The hidden truth, 0 to 1.
    """

    site: Site
    centre: Point
    radius_mm: float
    axes: np.ndarray
    bumps: WaveField
    contour_error: WaveField
    texture: WaveField
    hu: float
    rim_hu: float
    halo_hu: float
    necrosis_depth_mm: float
    necrosis_hu: float
    infiltration: float

    def box(self, window: Lattice) -> Box:
        """The voxels of a lattice along +z, +y, +x that hold the lesion and its surroundings."""
        reach = REACH * self.radius_mm + SURROUNDINGS_MM
        centre = window.to_index(np.array(self.centre))
        steps = reach / np.array(window.spacing)
        low, high = np.floor(centre - steps).astype(int), np.ceil(centre + steps).astype(int) + 1
        box = Box((low[0], low[1], low[2]), (high[0], high[1], high[2]))
        return box.intersect(Box.whole(window.shape))

    def distance(self, axes: Places, error: WaveField | None = None) -> np.ndarray:
        """Signed distance (mm) to the surface on the lattice of three 1D axes (z, y, x)."""
        z, y, x = (axis - c for axis, c in zip(axes, self.centre[::-1], strict=True))
        offset = np.stack(np.broadcast_arrays(z[:, None, None], y[:, None], x))
        size = np.sqrt((np.tensordot(self.axes, offset, 1) ** 2).sum(axis=0))
        length = np.sqrt((offset**2).sum(axis=0))
        distance = length - length / np.maximum(size, 1e-6) - self.bumps.on(z, y, x)
        return distance if error is None else distance - error.on(z, y, x)

    def distance_at(self, points: np.ndarray) -> np.ndarray:
        """Signed distance (mm) to the surface at points.

        Parameters
        ----------
        points : ndarray, shape (..., 3)
            (z, y, x) in mm.
        """
        offset = points - np.array(self.centre[::-1])
        length = np.linalg.norm(offset, axis=-1)
        size = np.linalg.norm(offset @ self.axes.T, axis=-1)
        return length - length / np.maximum(size, 1e-6) - self.bumps.at(offset)


def draw_tumor(
    rng: np.random.Generator, site: Site, centre: Point, volume_cc: float, infiltration: float, iodine: float
) -> Tumor:
    """A random lesion of this site, volume and infiltration in a scan with this iodine signal."""
    radius = (3000 * volume_cc / (4 * np.pi)) ** (1 / 3)
    rotation = np.linalg.qr(rng.normal(size=(3, 3)))[0]
    stretch = rng.uniform(0.85, 1.18, 3)
    stretch /= stretch.prod() ** (1 / 3)
    base, uptake = LOOKS[site]
    uptake *= rng.uniform(0.65, 1.35)
    dead = rng.random() < min(0.55, 0.1 + radius / 60)
    unevenness = (32.0 - 20.0 * infiltration) * rng.uniform(0.75, 1.3)
    length_mm = (1.4 + 1.8 * infiltration) * rng.uniform(0.75, 1.3)
    tumor = Tumor(
        site=site,
        centre=centre,
        radius_mm=radius,
        axes=rotation / (radius * stretch[:, None]),
        bumps=swell(rng, (1.0 * radius, 2.6 * radius), 0.24 * radius, 7),
        contour_error=swell(rng, (12, 40), 0.8, 5),
        texture=gaussian_field(rng, length_mm, unevenness, 64),
        hu=base + iodine * uptake,
        rim_hu=iodine * (2.0 + 45.0 * infiltration + rng.normal(0.0, 7.0)),
        halo_hu=iodine * max(0.0, 4.0 + 28.0 * infiltration + rng.normal(0.0, 7.0)),
        necrosis_depth_mm=radius * rng.uniform(0.35, 0.7) if dead else np.inf,
        necrosis_hu=0.75 * iodine * uptake,
        infiltration=infiltration,
    )
    return _of_volume(tumor, volume_cc)


def _of_volume(tumor: Tumor, volume_cc: float) -> Tumor:
    # the bumps change the volume: measure it on a coarse lattice, then scale the whole shape
    axis = np.linspace(-REACH, REACH, 32) * tumor.radius_mm
    x, y, z = tumor.centre
    inside = np.count_nonzero(tumor.distance((axis + z, axis + y, axis + x)) <= 0)
    grow = (volume_cc * 1000 / (inside * (axis[1] - axis[0]) ** 3)) ** (1 / 3)
    return resized(tumor, grow)


def resized(tumor: Tumor, lengths: float) -> Tumor:
    """A lesion of the same shape, with its lengths multiplied by `lengths`."""
    return replace(
        tumor,
        radius_mm=tumor.radius_mm * lengths,
        axes=tumor.axes / lengths,
        bumps=tumor.bumps.shrunk(lengths, lengths),
    )


def paint_tumor(tumor: Tumor, canvas: Canvas, psf_sigma_mm: float, slice_mm: float) -> None:
    """Paint a lesion as a scanner of this sharpness and slice thickness shows it."""
    reach = REACH * tumor.radius_mm + SURROUNDINGS_MM
    x, y, z = tumor.centre
    part = canvas.within((x - reach, y - reach, z - reach), (x + reach, y + reach, z + reach))
    if part is None:
        return
    distance = tumor.distance(part.axes)
    blur = _edge_mm(tumor, part, psf_sigma_mm, slice_mm)
    inside = np.clip(0.5 - distance / blur, 0.0, 1.0)
    value = tumor.hu + tumor.texture.imaged(psf_sigma_mm, slice_mm).on(*part.axes)
    dead = np.clip((-distance - tumor.necrosis_depth_mm) / 4.0 + 0.5, 0.0, 1.0)
    value -= tumor.necrosis_hu * dead
    rim_mm = np.sqrt(RIM_DEPTH_MM**2 + blur**2 / 12)
    value += tumor.rim_hu * (RIM_DEPTH_MM / rim_mm) * np.exp(-0.5 * ((distance + 1.0) / rim_mm) ** 2)
    halo = tumor.halo_hu * np.exp(-np.maximum(distance, 0.0) / 2.5)
    part.hu[...] += (1.0 - inside) * halo
    part.blend(inside, value)


def _edge_mm(tumor: Tumor, part: Canvas, psf_sigma_mm: float, slice_mm: float) -> np.ndarray:
    # averaging over a slice blurs an edge only along the slice's normal
    z, y, x = (a - c for a, c in zip(part.room, tumor.centre[::-1], strict=True))
    tilt = z * z / np.maximum(z * z + y * y + x * x, 1e-9)
    return np.sqrt((2.5 * psf_sigma_mm) ** 2 + slice_mm**2 * tilt)


def segment(tumor: Tumor, lattice: Lattice, number: int) -> Lesion:
    """The lesion as a reader drew it: its voxels on the CT's lattice, with an error of the contour."""
    box = tumor.box(lattice)
    x0, y0, z0 = lattice.window(box).origin
    axes = [a + s * np.arange(n) for a, s, n in zip((z0, y0, x0), lattice.spacing, box.shape, strict=True)]
    mask = tumor.distance((axes[0], axes[1], axes[2]), tumor.contour_error) <= 0
    name = f"{tumor.site.label.capitalize()} {number}"
    drawn = Image(mask, lattice, box.start)
    covered = Box.around(mask, box.start)
    return Lesion(str(number), name, drawn.crop(covered) if covered else drawn, tumor.site)
