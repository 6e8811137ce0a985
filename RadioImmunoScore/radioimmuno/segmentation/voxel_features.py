"""What is known of each place around a stroke: where it lies, how the CT looks there and on the way to it.

Everything is relative to the stroke: lengths are shares of it, HU differ from the lesion's own. So a model of
these features knows neither absolute size nor absolute intensity.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from ..geometry.image import Image
from .parameters import PARAMETERS as P
from .prior import Prior
from .stroke_tissue import StrokeTissue, tissue_along
from .surroundings import Surroundings, surroundings


@dataclass(frozen=True, eq=False)
class VoxelGrid:
    """Cubes around a stroke, along the canonical axes.

    Parameters
    ----------
    corner : ndarray, shape (3,)
        Place of the first cube's centre, mm.
    step_mm : float
        A cube's edge.
    shape : tuple of 3 ints
        How many.
    """

    corner: np.ndarray
    step_mm: float
    shape: tuple[int, ...]

    def index(self, places: np.ndarray) -> np.ndarray:
        """Places (..., 3) in mm as (fractional) numbers of cubes.

        Parameters
        ----------
        places : ndarray, shape (..., 3)
            In mm along the canonical axes.
        """
        return (places - self.corner) / self.step_mm


@dataclass(frozen=True, eq=False)
class VoxelFeatures:
    """Features of the cubes that may be a stroke's lesion.

    Parameters
    ----------
    grid : VoxelGrid
        The cubes.
    considered : ndarray of bool, shape of the grid
        Those that may be: no farther from the stroke's ends than a lesion reaches, and in the CT.
    rows : ndarray of float32, shape (features, n)
        For the considered ones, in order; as `names`.
    names : tuple of str
        Of the features.
    own_hu : float
        Median of the lesion's own values along the stroke.
    line : ndarray, shape (m, 3)
        Places along the stroke.
    tissue : StrokeTissue
        What is there.
    core : ndarray, shape (p, 3)
        Places inside of the lesion: of the prior's those where the stroke runs through it.
    """

    grid: VoxelGrid
    considered: np.ndarray
    rows: np.ndarray
    names: tuple[str, ...]
    own_hu: float
    line: np.ndarray
    tissue: StrokeTissue
    core: np.ndarray


def voxel_features(ct: Image, prior: Prior, cells: int) -> VoxelFeatures:
    """Features around a stroke.

    Parameters
    ----------
    ct : Image
        The canonical CT, HU.
    prior : Prior
        What the stroke says.
    cells : int
        So many cubes are as long as the stroke.
    """
    grid = _grid(prior, cells)
    reach = 0.5 * grid.step_mm * (np.array(grid.shape) - 1)
    around = surroundings(ct, prior.guess.centre, float(reach.max()) + grid.step_mm, grid.step_mm / 2)
    values, measured = _resampled(around, grid)
    line, tissue = _along(around, prior)
    core, own_hu, own_sd = _own(around, prior, line, tissue)
    relative = np.clip(values - own_hu, -P.differing_hu, P.differing_hu)
    offsets = _offsets(grid, prior)
    lens = np.maximum(
        np.hypot(offsets[..., 0] - 1, offsets[..., 1]), np.hypot(offsets[..., 0] + 1, offsets[..., 1])
    )
    reached = lens < 2 * (P.lens_share + P.lens_growth * np.minimum(np.abs(offsets[..., 2]), 1))
    considered = reached & measured
    offset = offsets[considered]
    columns: dict[str, Any] = _places(offset, lens[considered], prior)
    columns |= _looks(relative, considered, own_sd, cells)
    columns |= _neighbours(values, relative, considered, own_hu, cells)
    ratio = _ratio(relative, considered, around.sample(core) - own_hu, columns["ellipsoid"])
    columns["ratio"] = _blurred(ratio, P.ratio_blur_share * cells)[considered]
    steep = _steepness(_blurred(relative, P.near_share * cells), cells)
    columns |= _on_the_way((relative, steep, ratio), considered, offset[:, 0], line[tissue.own], grid, prior)
    rows = np.stack([np.asarray(column, np.float32) for column in columns.values()])
    return VoxelFeatures(grid, considered, rows, tuple(columns), own_hu, line, tissue, core)


def _grid(prior: Prior, cells: int) -> VoxelGrid:
    step = prior.length_mm / cells
    half = np.abs(prior.guess.axes.T) @ (np.array(P.grid_reach) * prior.length_mm)
    count = np.ceil(half / step).astype(int)
    return VoxelGrid(prior.guess.centre - count * step, step, tuple((2 * count + 1).tolist()))


def _resampled(around: Surroundings, grid: VoxelGrid) -> tuple[np.ndarray, np.ndarray]:
    """HU at the cubes' centres, and whether there is CT."""
    from scipy.ndimage import map_coordinates

    # Neighbouring voxels are averaged as far as a cube reaches; linear interpolation does a part of it.
    variance = np.maximum((0.4 * grid.step_mm / around.spacing) ** 2 - 0.08, 1e-4)
    soft = around.softened(np.sqrt(variance) * around.spacing, P.lowest_hu, P.soft_highest_hu)
    axes = [
        (corner + grid.step_mm * np.arange(count) - first) / spacing
        for corner, count, first, spacing in zip(
            grid.corner, grid.shape, around.corner, around.spacing, strict=True
        )
    ]
    values = map_coordinates(
        soft.values, np.meshgrid(*axes, indexing="ij"), np.float32, order=1, mode="constant", cval=np.nan
    )
    measured = np.isfinite(values)
    return np.where(measured, values, np.float32(P.lowest_hu)), measured


def _along(around: Surroundings, prior: Prior) -> tuple[np.ndarray, StrokeTissue]:
    shares = np.linspace(-1 + 2 * P.tube_end_share, 1 - 2 * P.tube_end_share, P.tube_samples)
    line = prior.guess.centre + shares[:, None] * prior.guess.axes[0] * prior.guess.semi_mm[0]
    return line, tissue_along(around.sample(line))


def _own(
    around: Surroundings, prior: Prior, line: np.ndarray, tissue: StrokeTissue
) -> tuple[np.ndarray, float, float]:
    """The places of the prior's core that are the lesion's, the median of their values and its robust SD."""
    along = (prior.core - line[0]) @ prior.guess.axes[0]
    step = (line[-1] - line[0]) @ prior.guess.axes[0] / (len(line) - 1)
    own = tissue.own[np.clip(np.rint(along / step).astype(int), 0, len(line) - 1)]
    values = around.sample(prior.core)
    if tissue.has_bone:
        own &= values < P.bone_hu
    if tissue.has_air:
        own &= values > P.air_hu
    own &= np.isfinite(values)
    if not own.any():
        own = np.isfinite(values)
    middle = float(np.median(values[own]))
    sd = 1.4826 * float(np.median(np.abs(values[own] - middle)))
    return prior.core[own], middle, max(P.least_sd_hu, sd)


def _offsets(grid: VoxelGrid, prior: Prior) -> np.ndarray:
    """Where cubes lie along the stroke, across and through it, in half-lengths (k, j, i, 3)."""
    axes = [
        (corner + grid.step_mm * np.arange(count) - middle).astype(np.float32)
        for corner, count, middle in zip(grid.corner, grid.shape, prior.guess.centre, strict=True)
    ]
    offsets = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    return offsets @ (prior.guess.axes.T / prior.guess.semi_mm[0]).astype(np.float32)


def _places(offset: np.ndarray, lens: np.ndarray, prior: Prior) -> dict[str, np.ndarray]:
    along, across, through = np.abs(offset).T
    shares = (prior.guess.semi_mm / prior.guess.semi_mm[0]).astype(np.float32)
    return {
        "along": along,
        "across": across,
        "through": through,
        "radius": np.sqrt((offset**2).sum(axis=1)),
        "lens": lens / 2,
        "ellipsoid": np.sqrt(((offset / shares) ** 2).sum(axis=1)),
        "axial": np.full(len(offset), float(prior.is_axial)),
        "known": np.full(len(offset), float(prior.known)),
    }


def _looks(relative: np.ndarray, considered: np.ndarray, own_sd: float, cells: int) -> dict[str, np.ndarray]:
    """How values differ from the lesion's at three scales, and how much they vary and change nearby."""
    near, far = (_blurred(relative, share * cells) for share in (P.near_share, P.far_off_share))
    squares = _blurred(relative * relative, P.near_share * cells)
    columns = {
        f"{sign}difference_{scale}": np.abs(values[considered]) if sign else values[considered]
        for scale, values in (("here", relative), ("near", near), ("far", far))
        for sign in ("", "absolute_")
    }
    columns["deviations"] = columns["difference_near"] / own_sd
    columns["sd"] = np.sqrt(np.maximum((squares - near**2)[considered], 0))
    columns["steepness"] = _steepness(_blurred(relative, P.least_blur_cubes), cells)[considered]
    columns["steepness_near"] = _steepness(near, cells)[considered]
    return columns


def _neighbours(
    values: np.ndarray, relative: np.ndarray, considered: np.ndarray, own_hu: float, cells: int
) -> dict[str, np.ndarray]:
    """Distances to bone, fat and air, in strokes."""
    from scipy.ndimage import distance_transform_edt

    tissues = {
        "bone": values > max(P.bright_hu, own_hu + P.brighter_hu),
        "fat": (relative < P.darker_hu) & (values > P.air_hu),
        "air": values < P.air_hu,
    }
    columns: dict[str, np.ndarray] = {}
    none = np.ones(np.count_nonzero(considered), np.float32)
    for name, mask in tissues.items():
        # Without any, the transform measures to a corner.
        away = distance_transform_edt(~mask)[considered] / cells if mask.any() else none
        columns[f"to_{name}"] = np.minimum(away, 1.0)
    return columns


def _ratio(
    relative: np.ndarray, considered: np.ndarray, own: np.ndarray, ellipsoid: np.ndarray
) -> np.ndarray:
    """Log of how much more frequent each cube's value is along the stroke than around the lesion."""
    bins = P.ratio_bins

    def numbers(values: np.ndarray) -> np.ndarray:
        return np.clip(((values / P.differing_hu + 1) * (bins / 2)).astype(int), 0, bins - 1)

    def frequency(counted: np.ndarray) -> np.ndarray:
        return _blurred(counted / max(1, counted.sum()), P.bin_blur_bins)

    number = numbers(relative)
    around = (ellipsoid > P.around_depths[0]) & (ellipsoid < P.around_depths[1])
    inside = frequency(np.bincount(numbers(own), minlength=bins).astype(float))
    outside = frequency(np.bincount(number[considered][around], minlength=bins).astype(float))
    logs = np.log((inside + P.least_frequency) / (outside + P.least_frequency))
    return logs.astype(np.float32)[number]


def _on_the_way(
    fields: tuple[np.ndarray, np.ndarray, np.ndarray],
    considered: np.ndarray,
    along: np.ndarray,
    own_line: np.ndarray,
    grid: VoxelGrid,
    prior: Prior,
) -> dict[str, np.ndarray]:
    """What is met on the straight way to a cube from the nearest place where the stroke is in the lesion."""
    relative, steep, ratio = (field.ravel() for field in fields)
    stops = (own_line - prior.guess.centre) @ prior.guess.axes[0] / prior.guess.semi_mm[0]
    stops = stops[np.abs(stops) <= P.way_share] if (np.abs(stops) <= P.way_share).any() else stops
    after = np.clip(np.searchsorted(stops, along), 1, max(1, len(stops) - 1)) % len(stops)
    nearer = np.abs(stops[after] - along) < np.abs(stops[after - 1] - along)
    start = np.where(nearer, stops[after], stops[after - 1])[:, None] * prior.guess.axes[0]
    start = grid.index(prior.guess.centre + start * prior.guess.semi_mm[0]).astype(np.float32)
    cube = np.argwhere(considered).astype(np.float32)
    limits = np.array(grid.shape, np.int32) - 1
    start_value = np.zeros(len(cube), np.float32)
    columns: dict[str, np.ndarray] = {
        "way_steepest": start_value,
        "way_brightest": start_value - P.differing_hu,
        "way_darkest": start_value + P.differing_hu,
        "way_difference": start_value,
        "way_ratio": start_value,
    }
    for step in range(1, P.way_steps + 1):
        met = np.clip(np.rint(start + (cube - start) * (step / P.way_steps)).astype(np.int32), 0, limits)
        flat = (met[:, 0] * grid.shape[1] + met[:, 1]) * grid.shape[2] + met[:, 2]
        values = relative[flat]
        columns["way_steepest"] = np.maximum(columns["way_steepest"], steep[flat])
        columns["way_brightest"] = np.maximum(columns["way_brightest"], values)
        columns["way_darkest"] = np.minimum(columns["way_darkest"], values)
        columns["way_difference"] = columns["way_difference"] + np.abs(values) / P.way_steps
        columns["way_ratio"] = np.minimum(columns["way_ratio"], ratio[flat])
    columns["way"] = np.linalg.norm(cube - start, axis=1) * (grid.step_mm / prior.guess.semi_mm[0])
    return columns


def _steepness(values: np.ndarray, cells: int) -> np.ndarray:
    """Length of the gradient, HU over a twentieth of the stroke."""
    squares = sum(slope**2 for slope in np.gradient(values))
    return np.sqrt(squares) * np.float32(cells / 20)


def _blurred(values: np.ndarray, sd: float) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    return gaussian_filter(values, sd, truncate=P.gaussian_sds, mode="nearest")
