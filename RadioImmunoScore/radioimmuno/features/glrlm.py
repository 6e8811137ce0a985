"""Gray-level run-length matrix over the 13 directions (IBSI family TP0I)."""

from __future__ import annotations

import numpy as np

from .emphasis import SizeMatrix, measures, names, renamed
from .neighbours import Neighbours

_NAMES = names(
    "short_run", "long_run", "run_length", "run_length_variance", "run_percentage", "run_entropy"
) | {
    "small": "short_runs_emphasis",
    "large": "long_runs_emphasis",
}


def run_lengths(neighbours: Neighbours) -> SizeMatrix:
    """How often runs of each length occur at each level, for each direction.

    Let N_r be the number of places where r voxels of one level follow each other in a direction. Then
    N_r - 2 N_(r+1) + N_(r+2) runs have length r exactly. The places of r + 1 are those of r that go on by
    one pair of equals more, so that each round looks at what is left only.
    """
    n, span = neighbours.where.size, neighbours.span
    follower = np.empty(n, np.int32)
    sequences: list[list[np.ndarray]] = []
    for starts, ends in neighbours.pairs:
        follower.fill(-1)
        follower[starts] = ends
        levels = neighbours.own.take(starts)
        found = [neighbours.counts]
        while ends.size:
            found.append(np.bincount(levels, minlength=span + 1)[1:])
            further = follower.take(ends)
            goes_on = np.flatnonzero(further >= 0)
            ends, levels = further.take(goes_on), levels.take(goes_on)
        sequences.append(found)
    longest = max(len(found) for found in sequences)
    counts = np.zeros((len(sequences), span, longest + 2))
    for direction, found in enumerate(sequences):
        counts[direction, :, : len(found)] = np.stack(found, axis=1)
    runs = counts[:, :, :-2] - 2 * counts[:, :, 1:-1] + counts[:, :, 2:]
    return SizeMatrix(runs, neighbours.levels, np.arange(1.0, longest + 1), n)


def glrlm(matrix: SizeMatrix) -> dict[str, float | None]:
    """Features averaged over the directions (IBSI ITBB)."""
    return renamed(measures(matrix), _NAMES)


def glrlm_merged(matrix: SizeMatrix) -> dict[str, float | None]:
    """Features of the one matrix that merges all directions (IBSI IAZD)."""
    return renamed(measures(matrix.merged()), _NAMES)
