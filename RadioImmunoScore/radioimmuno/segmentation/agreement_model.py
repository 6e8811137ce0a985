"""How well a segmented lesion is expected to agree with a reader's contour."""

from __future__ import annotations

import numpy as np

from .boosted_trees import BoostedTrees
from .edge_alignment import EdgeProfile
from .lesion_field import LesionField
from .prior import Prior
from .surface import Surface


def agreement_features(
    prior: Prior, field: LesionField, first: Surface, final: Surface, edge: EdgeProfile
) -> dict[str, float]:
    """What tells how good a segmentation is, without knowing the truth.

    Parameters
    ----------
    prior : Prior
        What was drawn.
    field : LesionField
        How likely each place is the lesion.
    first, final : Surface
        As it follows from the field, and as it lies on the edge.
    edge : EdgeProfile
        Of the final surface.
    """
    inside = 1 / (1 + np.exp(-field.log_odds[field.features.considered].astype(float)))
    half = prior.length_mm / 2
    places = final.points()
    along, across, through = (
        np.abs((places - prior.guess.centre) @ axis).max() / half for axis in prior.guess.axes
    )
    ends = np.abs(final.depth(prior.ends) - 1) if len(prior.ends) else np.zeros(1)
    border = np.clip(field.sample(places), -4, 4)
    return {
        "expected_dice": field.expected_dice,
        "doubtful": float((inside * (1 - inside)).sum() / inside.sum()),
        "clear": float(edge.trust.mean()),
        "least_clear": float(np.percentile(edge.trust, 10)),
        "contrast_hu": float(np.median(np.abs(edge.inside - edge.outside))),
        "moved": float(np.abs(np.log(final.radii / _along(first, final))).mean()),
        "log_odds_on_border": float(np.abs(border).mean()),
        "balls": float((final.radii**3).mean() / half**3),
        "along": along,
        "across": across,
        "through": through,
        "off_ends": float(ends.max()),
        "uneven": float(np.std(np.log(final.radii))),
        "foreign": float(1 - field.features.tissue.own.mean()),
        "axial": float(prior.is_axial),
        "known": float(prior.known),
        "certainty": prior.certainty,
    }


def _along(first: Surface, final: Surface) -> np.ndarray:
    """Radii of the first surface in the final one's directions, when both have one centre."""
    return first.radii if np.allclose(first.centre, final.centre) else final.radii


def expected_agreement(features: dict[str, float], trees: BoostedTrees) -> float:
    """Expected Dice coefficient with a reader's contour, 0 to 1.

    Parameters
    ----------
    features : dict of str to float
        Of `agreement_features`.
    trees : BoostedTrees
        Of `SegmentationModel.agreement`.
    """
    row = np.array([[features[name]] for name in trees.columns], np.float32)
    return float(np.clip(trees(row)[0], 0, 1))
