"""How likely each place around a stroke is the lesion, and the surface that follows from it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..geometry.image import Image
from .boosted_trees import BoostedTrees
from .parameters import PARAMETERS as P
from .prior import Prior
from .surface import Surface, sphere
from .voxel_features import VoxelFeatures, VoxelGrid, voxel_features


@dataclass(frozen=True, eq=False)
class LesionField:
    """Log odds of being the lesion's, on cubes around a stroke.

    Parameters
    ----------
    features : VoxelFeatures
        What they follow from.
    log_odds : ndarray of float32, shape of the grid
        Of each cube, above the threshold: positive is inside.
    expected_dice : float
        Of all that is inside with the truth, if the probabilities hold.
    """

    features: VoxelFeatures
    log_odds: np.ndarray
    expected_dice: float

    @property
    def grid(self) -> VoxelGrid:
        """The cubes."""
        return self.features.grid

    def sample(self, places: np.ndarray) -> np.ndarray:
        """Log odds at places (..., 3), trilinear; of the nearest cube outside of the grid.

        Parameters
        ----------
        places : ndarray, shape (..., 3)
            In mm along the canonical axes.
        """
        from scipy.ndimage import map_coordinates

        index = np.moveaxis(self.grid.index(places), -1, 0)
        return map_coordinates(self.log_odds, index, order=1, mode="nearest")


def lesion_field(ct: Image, prior: Prior, trees: BoostedTrees, cells: int = P.cells) -> LesionField:
    """Log odds of being the lesion's around a stroke.

    The threshold is the one at which the expected Dice coefficient is largest: half of it (Lipton, Elkan and
    Naryanaswamy, Optimal thresholding of classifiers to maximize F1 measure, ECML 2014).

    Parameters
    ----------
    ct : Image
        The canonical CT, HU.
    prior : Prior
        What the stroke says.
    trees : BoostedTrees
        Of `SegmentationModel.voxels`.
    cells : int, optional
        So many cubes are as long as the stroke.
    """
    features = voxel_features(ct, prior, cells)
    return field_of(features, trees(features.rows), cells)


def field_of(features: VoxelFeatures, log_odds: np.ndarray, cells: int) -> LesionField:
    """The field of the considered cubes' log odds.

    Parameters
    ----------
    features : VoxelFeatures
        Of a stroke.
    log_odds : ndarray of float32, shape (n,)
        Of the considered cubes, in order.
    cells : int
        So many cubes are as long as the stroke.
    """
    from scipy.ndimage import gaussian_filter

    everywhere = np.full(features.considered.shape, -P.most_log_odds, np.float32)
    everywhere[features.considered] = np.clip(log_odds, -P.most_log_odds, P.most_log_odds)
    smooth = gaussian_filter(everywhere, P.field_blur_share * cells, truncate=P.gaussian_sds, mode="nearest")
    threshold, dice = _best_threshold(1 / (1 + np.exp(-smooth[features.considered].astype(float))))
    return LesionField(features, smooth - np.float32(np.log(threshold / (1 - threshold))), dice)


def _best_threshold(probability: np.ndarray) -> tuple[float, float]:
    """The probability from which on cubes are inside, and the Dice coefficient that is expected then."""
    falling = np.sort(probability)[::-1]
    dice = 2 * np.cumsum(falling) / (np.arange(1, falling.size + 1) + falling.sum())
    best = float(dice.max())
    return float(np.clip(best / 2, 1e-3, 1 - 1e-3)), best


def surface_of(field: LesionField, foreign: np.ndarray | None = None) -> Surface:
    """The star-shaped surface around the field's largest piece that the stroke is in.

    On each ray from its centre the border lies where the sum of log odds before it is largest: a gap that is
    thin does not end the lesion, and a piece that is far does not belong to it.

    Parameters
    ----------
    field : LesionField
        Log odds.
    foreign : ndarray of bool, shape of the grid, optional
        Cubes that say nothing either way: bone that the stroke crosses.
    """
    odds = np.clip(field.log_odds, -P.most_on_ray, P.most_on_ray)
    piece = _piece(field, foreign)
    odds = np.where((odds > 0) & ~piece, -1, odds)
    if foreign is not None:
        odds = np.where(foreign, 0, odds)
    step, corner = field.grid.step_mm, field.grid.corner
    centre = corner + step * np.argwhere(piece).mean(axis=0)
    count = int(np.ceil(1.5 * np.linalg.norm(np.array(field.grid.shape) / 2)))
    away = (np.arange(2 * count) + 0.5) * step / 2
    values = _sampled(odds, (centre - corner + sphere().directions[:, None] * away[:, None]) / step)
    total = np.cumsum(values, axis=1)
    last = np.minimum(total.argmax(axis=1), values.shape[1] - 2)
    rows = np.arange(len(last))
    before, behind = values[rows, last], values[rows, last + 1]
    crossing = np.where((before > 0) & (behind < 0), before / np.maximum(before - behind, 1e-6), 0.5)
    radii = np.where(total.max(axis=1) > 0, (last + 0.5 + crossing) * step / 2, step / 2)
    return Surface(centre, sphere().mean @ radii)


def _sampled(odds: np.ndarray, index: np.ndarray) -> np.ndarray:
    from scipy.ndimage import map_coordinates

    return map_coordinates(odds, np.moveaxis(index, -1, 0), order=1, mode="constant", cval=-P.most_on_ray)


def _piece(field: LesionField, foreign: np.ndarray | None) -> np.ndarray:
    """Of the connected pieces inside the one that most of the stroke's core lies in, else the largest.

    What lies on both sides of foreign cubes is one piece.
    """
    from scipy.ndimage import label

    inside = field.log_odds > 0
    if not inside.any():
        return field.log_odds >= field.log_odds.max()
    pieces, count = label(inside if foreign is None else inside | foreign)
    index = np.clip(np.rint(field.grid.index(field.features.core)).astype(int), 0, np.array(pieces.shape) - 1)
    votes = np.bincount(pieces[tuple(index.T)], minlength=count + 1)
    sizes = np.bincount(pieces[inside], minlength=count + 1)
    votes[0] = sizes[0] = 0
    return inside & (pieces == (votes if votes.any() else sizes).argmax())
