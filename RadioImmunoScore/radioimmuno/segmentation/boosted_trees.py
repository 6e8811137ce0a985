"""Boosted trees as plain arrays, as `radioimmuno.training.segmentation_model` fits and writes them."""

from __future__ import annotations

import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

# Leaves are bits of 16.
MOST_LEAVES = 16

MODEL = Path(__file__).with_name("segmentation_model.json")


@dataclass(frozen=True, eq=False)
class BoostedTrees:
    """A sum of small regression trees.

    A tree sends a row left where its value is at most the threshold. Its leaves are numbered from left to
    right; a node's bits are the leaves on its left, which a row loses by going right: the leaf that a row
    falls into is then the lowest bit that is left (Lucchese et al., QuickScorer, SIGIR 2015). That takes one
    comparison of a whole column a node, whichever way the rows go.

    Parameters
    ----------
    columns : tuple of str
        Names of the features, in their order.
    start : float
        What the trees' sum begins with.
    trees : tuple of tuple
        Each tree's nodes (column, threshold, bits of the leaves on its left) and its leaves' values.
    """

    columns: tuple[str, ...]
    start: float
    trees: tuple[tuple[tuple[tuple[int, float, int], ...], tuple[float, ...]], ...]

    def __call__(self, features: np.ndarray) -> np.ndarray:
        """The trees' sum for rows of features.

        Parameters
        ----------
        features : ndarray of float32, shape (columns, n)
            A row a feature, so that each lies in one piece of memory.

        Returns
        -------
        ndarray of float32, shape (n,)
        """
        total = np.full(features.shape[1], self.start, np.float32)
        for nodes, leaves in self.trees:
            lost = np.zeros(features.shape[1], np.uint16)
            for column, threshold, bits in nodes:
                lost |= (features[column] > np.float32(threshold)) * np.uint16(bits)
            left = ~lost
            values = np.zeros(2 ** (len(leaves) - 1) + 1, np.float32)
            values[2 ** np.arange(len(leaves))] = leaves
            total += values[left & (~left + np.uint16(1))]
        return total


@dataclass(frozen=True, eq=False)
class SegmentationModel:
    """What segments.

    Parameters
    ----------
    voxels : BoostedTrees
        Features of a place -> log odds that it is the lesion's.
    agreement : BoostedTrees
        Features of a segmented lesion -> log odds of each unit of the Dice coefficient with a reader.
    """

    voxels: BoostedTrees
    agreement: BoostedTrees


def read_model(path: Path) -> SegmentationModel:
    """Read the model of a file.

    Raises
    ------
    OSError, ValueError, KeyError
        When the file is missing or no such file.
    """
    content = json.loads(path.read_text("utf-8"))
    return SegmentationModel(_trees(content["voxels"]), _trees(content["agreement"]))


@functools.lru_cache(maxsize=1)
def shipped_model() -> SegmentationModel:
    """The model that comes with the software."""
    return read_model(MODEL)


def _trees(entry: dict[str, Any]) -> BoostedTrees:
    trees = tuple(
        (tuple((int(c), float(t), int(b)) for c, t, b in nodes), tuple(map(float, leaves)))
        for nodes, leaves in entry["trees"]
    )
    columns = tuple(entry["columns"])
    for number, (nodes, leaves) in enumerate(trees, start=1):
        whole = len(leaves) == len(nodes) + 1 <= MOST_LEAVES
        known = all(0 <= c < len(columns) and 0 < b < 2**MOST_LEAVES for c, _, b in nodes)
        if not (whole and known and np.isfinite([*leaves, *(t for _, t, _ in nodes)]).all()):
            raise ValueError(f"tree {number} of {len(trees)} is broken")
    return BoostedTrees(columns, float(entry["start"]), trees)
