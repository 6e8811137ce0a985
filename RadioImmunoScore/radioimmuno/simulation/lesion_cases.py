"""Single lesions with their surroundings and their true voxels, to measure and to fit a segmentation with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

import numpy as np

from ..geometry.image import Box, Image, as_index
from ..site import Site
from .patient import Plan, plan_patient
from .tumors import REACH, Tumor

# Half the crop around a lesion: in longest diameters, and at most in mm.
REACH_DIAMETERS, MOST_REACH_MM = 1.3, 110.0

# Where a border is clear, ours: along this share of directions the means of the values just inside and just
# outside of the surface, without noise, differ by so much. Values are taken between these depths: the
# nearer one lies behind what the scanner blurs, the farther one is still the border's own neighbourhood.
CLEAR_HU, CLEAR_SHARE = 60.0, 0.8
BESIDE_MM = (2.0, 3.0, 4.0)
DIRECTIONS = 256

# Added to the HU of every second lesion of a site, ours. As they are drawn, no lesion of liver or soft
# tissue has a clear border: metastases of a liver are usually little darker than it, and muscle is about as
# bright as what grows in it. So that both kinds occur, half of them are darker than usual (necrotic, hardly
# any contrast agent taken up) or brighter (much of it). In a lung no border is faint.
CONTRAST_HU: Mapping[Site, float] = MappingProxyType({Site.LIVER: -50.0, Site.SOFT_TISSUE: 70.0})


@dataclass(frozen=True, eq=False)
class LesionCase:
    """One lesion to segment.

    Parameters
    ----------
    name : str
        Of the lesion, unique among all cases.
    patient : str
        Whose it is: what is fitted for a case is fitted without this patient.
    kind : str
        Where it sits, or what sort of case it is.
    image : Image
        CT in HU around the lesion, on a lattice of its own.
    truth : Image of bool
        The lesion's voxels on the same lattice, cropped to them.
    has_clear_border : bool or None
        Whether the border can be seen nearly all around; None where that is not known.
    """

    name: str
    patient: str
    kind: str
    image: Image
    truth: Image
    has_clear_border: bool | None


def simulated_cases(
    seeds: Iterable[int],
    sites: Sequence[Site] = tuple(Site),
    contrast_hu: Mapping[Site, float] = CONTRAST_HU,
) -> Iterator[LesionCase]:
    """The lesions of simulated patients; only the surroundings of each are painted.

    Parameters
    ----------
    seeds : iterable of int
        Of the patients, as of `plan_patient`.
    sites : sequence of Site, optional
        Lesions elsewhere are left out.
    contrast_hu : mapping of Site to float, optional
        Added to the HU of every second lesion of a site; empty for the patients as they were planned.

    Yields
    ------
    LesionCase
        The truth is the lesion's own surface (voxel centres inside), without the error of a reader's contour.
        Its kind is the site.
    """
    for seed in seeds:
        plan = plan_patient(seed)
        tumors = tuple(
            replace(tumor, hu=tumor.hu + contrast_hu.get(tumor.site, 0.0)) if (seed + number) % 2 else tumor
            for number, tumor in enumerate(plan.tumors)
        )
        plan = replace(plan, tumors=tumors)
        for number, tumor in enumerate(tumors, start=1):
            if tumor.site in sites:
                yield _case(plan, tumor, f"simulated {seed}", number)


def _case(plan: Plan, tumor: Tumor, patient: str, number: int) -> LesionCase:
    truth = _truth(plan, tumor)
    image = plan.image(crop_box(truth))
    return LesionCase(
        f"{patient}, {tumor.site.label} {number}",
        patient,
        tumor.site.label,
        Image(image.values, image.window),
        on_window(truth, image),
        bool((border_steps(plan, tumor) >= CLEAR_HU).mean() >= CLEAR_SHARE),
    )


def _truth(plan: Plan, tumor: Tumor) -> Image:
    box = tumor.box(plan.lattice)
    x0, y0, z0 = plan.lattice.window(box).origin
    z, y, x = (
        a + s * np.arange(n) for a, s, n in zip((z0, y0, x0), plan.lattice.spacing, box.shape, strict=True)
    )
    return Image(tumor.distance((z, y, x)) <= 0, plan.lattice, box.start).trimmed()


def crop_box(truth: Image) -> Box:
    """The voxels around a lesion that a segmentation may look at.

    Parameters
    ----------
    truth : Image of bool
        The lesion, cropped to its voxels.

    Returns
    -------
    Box
        `REACH_DIAMETERS` longest diameters each way from the lesion's middle, at most `MOST_REACH_MM`, and
        never less than the lesion itself.
    """
    spacing = np.array(truth.lattice.spacing)
    points = np.argwhere(truth.values)
    steps = min(REACH_DIAMETERS * _diameter(points * spacing), MOST_REACH_MM) / spacing
    middle = (np.array(truth.box.start) + truth.box.stop - 1) / 2
    box = Box(as_index(np.floor(middle - steps)), as_index(np.ceil(middle + steps) + 1))
    return box.union(truth.box.grow(1)).intersect(Box.whole(truth.lattice.shape))


def _diameter(points: np.ndarray) -> float:
    """Longest extent in mm of points (n, 3) in any of many directions: the longest diameter, within 1 %."""
    return max(float(np.ptp(points @ direction)) for direction in _directions(DIRECTIONS))


def on_window(truth: Image, image: Image) -> Image:
    """A mask on the lattice of just the voxels that a crop of its image holds."""
    start = as_index([a - b for a, b in zip(truth.offset, image.offset, strict=True)])
    return Image(truth.values, image.window, start)


def border_steps(plan: Plan, tumor: Tumor) -> np.ndarray:
    """How much HU differ across a lesion's surface, without noise.

    Parameters
    ----------
    plan : Plan
        Whose lesion it is.
    tumor : Tumor
        The lesion.

    Returns
    -------
    ndarray, shape (n,)
        Absolute difference in HU of the means inside and outside, in directions evenly over the sphere.
    """
    noiseless = replace(plan, scanner=replace(plan.scanner, noise_hu=0.0))
    return steps_across(noiseless.image(tumor.box(plan.lattice)), tumor)


def steps_across(image: Image, tumor: Tumor) -> np.ndarray:
    """How much an image's values differ across a lesion's surface, (n,); axes as of `Tumor.distance`."""
    from scipy.ndimage import map_coordinates

    points, normals = surface_points(tumor)
    corner, spacing = np.array(image.window.origin[::-1]), np.array(image.lattice.spacing)
    depths = np.array(BESIDE_MM)[:, None, None]
    levels = [
        map_coordinates(
            image.values.astype(float),
            np.moveaxis((points + side * depths * normals - corner) / spacing, -1, 0),
            order=1,
            mode="nearest",
        ).mean(axis=0)
        for side in (-1, 1)
    ]
    return np.abs(levels[1] - levels[0])


def surface_points(tumor: Tumor) -> tuple[np.ndarray, np.ndarray]:
    """Points (n, 3) of a lesion's surface in (z, y, x) mm and its unit normals, outwards."""
    along = _directions(DIRECTIONS)
    centre = np.array(tumor.centre[::-1])
    low, high = np.zeros(DIRECTIONS), np.full(DIRECTIONS, REACH * tumor.radius_mm)
    for _ in range(24):
        middle = (low + high) / 2
        inside = tumor.distance_at(centre + along * middle[:, None]) <= 0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    points = centre + along * low[:, None]
    shifts = 0.1 * np.eye(3)
    normals = np.stack(
        [tumor.distance_at(points + shift) - tumor.distance_at(points - shift) for shift in shifts], axis=-1
    )
    return points, normals / np.linalg.norm(normals, axis=1, keepdims=True)


def _directions(count: int) -> np.ndarray:
    """Unit vectors (n, 3) evenly over the sphere: a Fibonacci spiral."""
    height = 1 - 2 * (np.arange(count) + 0.5) / count
    turn = np.arange(count) * np.pi * (3 - np.sqrt(5))
    flat = np.sqrt(1 - height**2)
    return np.stack([height, flat * np.sin(turn), flat * np.cos(turn)], axis=1)
