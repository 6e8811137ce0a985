"""Gray-level run-length matrix over the 13 directions (IBSI family TP0I)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from .emphasis import SizeMatrix, measures_of
from .family import Family, Measurement, Row
from .neighbours import Neighbours

# fmt: off
ROWS = (
    Row("short_runs_emphasis", "22OV", "rlm_sre", words="short runs of equal voxels",
        pyradiomics="ShortRunEmphasis", lifex="ShortRunsEmphasis"),
    Row("long_runs_emphasis", "W4KF", "rlm_lre", words="long runs of equal voxels",
        pyradiomics="LongRunEmphasis", lifex="LongRunsEmphasis"),
    Row("low_gray_level_emphasis", "V3SW", "rlm_lgre", words="runs of dark voxels",
        pyradiomics="LowGrayLevelRunEmphasis", lifex="LowGreyLevelRunEmphasis"),
    Row("high_gray_level_emphasis", "G3QZ", "rlm_hgre", words="runs of bright voxels",
        pyradiomics="HighGrayLevelRunEmphasis", lifex="HighGreyLevelRunEmphasis"),
    Row("short_run_low_gray_level_emphasis", "HTZT", "rlm_srlge", words="short runs of dark voxels",
        pyradiomics="ShortRunLowGrayLevelEmphasis", lifex="ShortRunLowGreyLevelEmphasis"),
    Row("short_run_high_gray_level_emphasis", "GD3A", "rlm_srhge", words="short runs of bright voxels",
        pyradiomics="ShortRunHighGrayLevelEmphasis", lifex="ShortRunHighGreyLevelEmphasis"),
    Row("long_run_low_gray_level_emphasis", "IVPO", "rlm_lrlge", words="long runs of dark voxels",
        pyradiomics="LongRunLowGrayLevelEmphasis", lifex="LongRunLowGreyLevelEmphasis"),
    Row("long_run_high_gray_level_emphasis", "3KUM", "rlm_lrhge", words="long runs of bright voxels",
        pyradiomics="LongRunHighGrayLevelEmphasis", lifex="LongRunHighGreyLevelEmphasis"),
    Row("gray_level_non_uniformity", "R5YN", "rlm_glnu", words="runs crowded on few gray levels",
        pyradiomics="GrayLevelNonUniformity", lifex="GreyLevelNonUniformity"),
    Row("normalized_gray_level_non_uniformity", "OVBL", "rlm_glnu_norm",
        pyradiomics="GrayLevelNonUniformityNormalized"),
    Row("run_length_non_uniformity", "W92Y", "rlm_rlnu", words="runs crowded on few lengths",
        pyradiomics="RunLengthNonUniformity", lifex="RunLengthNonUniformity"),
    Row("normalized_run_length_non_uniformity", "IC23", "rlm_rlnu_norm",
        pyradiomics="RunLengthNonUniformityNormalized"),
    Row("run_percentage", "9ZK5", "rlm_r_perc", words="fine texture: many runs",
        pyradiomics="RunPercentage", lifex="RunPercentage"),
    Row("gray_level_variance", "8CE5", "rlm_gl_var", pyradiomics="GrayLevelVariance"),
    Row("run_length_variance", "SXLW", "rlm_rl_var", pyradiomics="RunVariance"),
    Row("run_entropy", "HJ9O", "rlm_rl_entr", pyradiomics="RunEntropy"),
)
# fmt: on


def run_lengths(measurement: Measurement) -> SizeMatrix:
    """How often runs of each length occur at each level, for each direction.

    Let N_r be the number of places where r voxels of one level follow each other in a direction. Then
    N_r - 2 N_(r+1) + N_(r+2) runs have length r exactly.

    Parameters
    ----------
    measurement : Measurement
    """
    neighbours = measurement.neighbours
    found = [rounds for part in neighbours.pairs() for rounds in [_sequences(neighbours, *part)]]
    longest = max(rounds.shape[0] for rounds in found)
    counts = np.zeros((len(neighbours.steps), neighbours.span, longest + 2))
    first = 0
    for rounds in found:
        last = first + rounds.shape[1]
        counts[first:last, :, : rounds.shape[0]] = np.moveaxis(rounds, 0, -1)
        first = last
    runs = counts[:, :, :-2] - 2 * counts[:, :, 1:-1] + counts[:, :, 2:]
    return SizeMatrix(runs, neighbours.levels, np.arange(1.0, longest + 1), neighbours.where.size)


def _sequences(
    neighbours: Neighbours, part: range, direction: np.ndarray, voxels: np.ndarray, others: np.ndarray
) -> np.ndarray:
    """N_r of some directions at each level, (r, directions, span).

    The places of r + 1 are those of r that go on by one pair of equals more, so that each round looks at what
    is left only.
    """
    n, size = neighbours.where.size, neighbours.span + 1
    # Each direction has voxels and levels of its own: they are numbered through.
    follower = np.full(n * len(part), -1, np.int32)
    follower[direction * n + voxels] = ends = (direction * n + others).astype(np.int32)
    cells = direction * size + neighbours.own.take(voxels)
    found = [np.tile(neighbours.counts, (len(part), 1))]
    while ends.size:
        found.append(np.bincount(cells, minlength=len(part) * size).reshape(-1, size)[:, 1:])
        further = follower.take(ends)
        goes_on = np.flatnonzero(further >= 0)
        ends, cells = further.take(goes_on), cells.take(goes_on)
    return np.stack(found)


FAMILY = Family(
    "glrlm",
    "run length",
    ROWS,
    lambda measurement, names: measures_of(measurement.shared(run_lengths), ROWS),
    tag_suffix="_3D_avg",
    pyradiomics_class="glrlm",
    lifex_prefix="GLRLM",
    directions="AVERAGED",
)
FAMILY_MERGED = replace(
    FAMILY,
    key="glrlm_merged",
    title="run length, merged",
    compute=lambda measurement, names: measures_of(measurement.shared(run_lengths).merged(), ROWS),
    tag_suffix="_3D_comb",
    directions="MERGED",
)
