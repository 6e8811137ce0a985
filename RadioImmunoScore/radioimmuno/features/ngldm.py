"""Neighbouring gray-level dependence matrix, distance 1, coarseness 0 (IBSI family REK0)."""

from __future__ import annotations

from .emphasis import measures, names, renamed, size_matrix
from .neighbours import Neighbours

_NAMES = names(
    "low_dependence",
    "high_dependence",
    "dependence_count",
    "dependence_count_variance",
    "dependence_count_percentage",
    "dependence_count_entropy",
) | {"energy": "dependence_count_energy"}


def ngldm(neighbours: Neighbours) -> dict[str, float | None]:
    """Features of the matrix that counts voxels by level and dependence: 1 + neighbours of the same level."""
    matrix = size_matrix(
        neighbours.own, neighbours.same_count + 1, neighbours.lowest, neighbours.span, neighbours.where.size
    )
    return renamed(measures(matrix), _NAMES)
