"""Separable filters: one-dimensional kernels along each axis, pooled over rotations; passes are shared.

Filtering along an axis is linear, whatever the boundary: a square matrix for each axis. Products with such
matrices take less time than passing a kernel along every line, and kernels that follow one another along an
axis (levels of a decomposition) become one matrix.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import permutations, product
from math import prod

import numpy as np

from ..setting_fields import invalid
from .boundary import Boundary
from .filter import IN_SLICES, Filter, Window

# Values of odd number, the middle one on the voxel itself; kernels along one axis, one after the other;
# those along the array axes (k, j, i).
Kernel = tuple[float, ...]
Cascade = tuple[Kernel, ...]
Cascades = tuple[Cascade, Cascade, Cascade]

POOLINGS = ("max", "mean", "min")
SUM = "sum"

# Rows of a matrix at a time: others of its columns are zero but for a few.
BLOCK_ROWS = 64

# Rows (counted from the first wanted one), columns, and the part of a matrix there, ndarray of float64.
Block = tuple[slice, slice, np.ndarray]

# So many values of the image are made double at a time (ours: they stay in the processor's cache).
PART_VALUES = 2**17


@dataclass(frozen=True)
class Request:
    """Responses to be pooled into one.

    Parameters
    ----------
    terms : tuple of Cascades
        No two are the same.
    pooling : str
        One of `POOLINGS`, or `SUM`.
    """

    terms: tuple[Cascades, ...]
    pooling: str


@dataclass(frozen=True, kw_only=True)
class SeparableFilter(Filter):
    """A filter that is made of one-dimensional kernels."""

    @abstractmethod
    def request(self, voxel_mm: float) -> Request:
        """What is to be computed.

        Parameters
        ----------
        voxel_mm : float
        """

    @property
    def is_plain(self) -> bool:
        """Whether the pooled response is all: nothing is done to it after."""
        return True

    def reach(self, voxel_mm: float) -> int:
        """How far away, in voxels, a voxel still counts.

        Parameters
        ----------
        voxel_mm : float
        """
        terms = self.request(voxel_mm).terms
        return max(sum(len(kernel) // 2 for kernel in cascade) for term in terms for cascade in term)

    def filtered(self, image: np.ndarray, voxel_mm: float, window: Window) -> np.ndarray:
        """The response in a part of the image, without any check.

        Parameters
        ----------
        image : ndarray of float, shape (k, j, i)
        voxel_mm : float
        window : tuple of slice, (k, j, i)
        """
        ((_, pooled),) = pooled_responses(image, [self.request(voxel_mm)], self.boundary, window)
        return pooled


def odd(kernel: Sequence[float]) -> Kernel:
    """A kernel of odd length: an even one gets a zero at its end (IBSI 2).

    Parameters
    ----------
    kernel : sequence of float

    Examples
    --------
    >>> odd([1, 2])
    (1.0, 2.0, 0.0)
    """
    values = tuple(float(value) for value in kernel)
    return values if len(values) % 2 else (*values, 0.0)


def with_holes(kernel: Kernel, level: int) -> Kernel:
    """A kernel of the undecimated transform at a level: zeros between its values ("à trous").

    Parameters
    ----------
    kernel : tuple of float
    level : int
        From 1 on, where the kernel stays as it is.

    Examples
    --------
    >>> with_holes((1.0, 2.0, 0.0), 2)
    (1.0, 0.0, 2.0, 0.0, 0.0)
    """
    step = 2 ** (level - 1)
    spread = np.zeros((len(kernel) - 1) * step + 1)
    spread[::step] = kernel
    return tuple(spread.tolist())


def oriented(cascades: Sequence[Cascade], dimensions: int) -> Cascades:
    """Cascades along x, y and z (in slices x and y) as those along the array axes.

    Parameters
    ----------
    cascades : sequence of Cascade
        The manual's order: the first runs along x, which is the last array axis.
    dimensions : int

    Raises
    ------
    SettingsError
        Where there is not one for each dimension.
    """
    if len(cascades) != dimensions:
        raise invalid("filter.kernels", f"must be {dimensions}, one for each dimension")
    k, j, i = [()] * (3 - dimensions) + list(cascades)[::-1]
    return k, j, i


def rotated(cascades: Cascades, dimensions: int) -> tuple[Cascades, ...]:
    """What becomes of kernels under all rotations by right angles: 24 in space, 4 in a slice.

    Permutations of the axes, with kernels reversed along so many of them that it is no reflection. Those that
    give the same kernels appear once: each appears equally often, which changes no pooling.

    Parameters
    ----------
    cascades : Cascades
    dimensions : int
    """
    moving = (1, 2) if dimensions == IN_SLICES else (0, 1, 2)
    found: dict[Cascades, None] = {}
    for order, signs in product(permutations(moving), product((1, -1), repeat=len(moving))):
        if prod(signs) * _parity(order) < 0:
            continue
        turned = list(cascades)
        for axis, source, sign in zip(moving, order, signs, strict=True):
            turned[axis] = tuple(kernel[::sign] for kernel in cascades[source])
        found[(turned[0], turned[1], turned[2])] = None
    return tuple(found)


def _parity(order: Sequence[int]) -> int:
    swaps = sum(a > b for at, a in enumerate(order) for b in order[at + 1 :])
    return -1 if swaps % 2 else 1


def pooled_responses(
    image: np.ndarray, requests: Sequence[Request], boundary: Boundary, window: Window
) -> Iterator[tuple[int, np.ndarray]]:
    """The pooled response of each request, as soon as it is complete.

    What requests and rotations have in common along the first axes is computed once, and along each axis no
    more than the window.

    Parameters
    ----------
    image : ndarray of float, shape (k, j, i)
    requests : sequence of Request
    boundary : Boundary
    window : tuple of slice, (k, j, i)

    Yields
    ------
    tuple of int and ndarray of float64
        Which request, and its response in the window, shape (k, j, i).
    """
    # Beyond the border lies `value`: linear filters see the difference to it, and it itself by their sums.
    start = image.astype(float) - boundary.value if boundary.value else image
    wanted = [(term, index) for index, request in enumerate(requests) for term in request.terms]
    pools: dict[int, np.ndarray] = {}
    open_terms = [len(request.terms) for request in requests]
    for term, indices, response in _leaves(start, wanted, 0, boundary, window):
        if boundary.value:
            response += boundary.value * prod(sum(kernel) for cascade in term for kernel in cascade)
        for count, index in enumerate(indices):
            _pool(pools, index, response if count == len(indices) - 1 else response.copy(), requests[index])
            open_terms[index] -= 1
            if not open_terms[index]:
                pooled = pools.pop(index)
                if requests[index].pooling == "mean":
                    pooled /= len(requests[index].terms)
                yield index, pooled


def _leaves(
    values: np.ndarray,
    wanted: list[tuple[Cascades, int]],
    axis: int,
    boundary: Boundary,
    window: Window,
) -> Iterator[tuple[Cascades, list[int], np.ndarray]]:
    """Responses of all terms; terms that begin alike go along one branch."""
    branches: dict[Cascade, list[tuple[Cascades, int]]] = {}
    for term, index in wanted:
        branches.setdefault(term[axis], []).append((term, index))
    for cascade, inside in branches.items():
        found = along_axis(values, cascade, axis, boundary, window[axis])
        if axis < 2:
            yield from _leaves(found, inside, axis + 1, boundary, window)
        else:
            yield inside[0][0], [index for _, index in inside], found


def _pool(pools: dict[int, np.ndarray], index: int, response: np.ndarray, request: Request) -> None:
    if index not in pools:
        pools[index] = response
        return
    combination(request.pooling)(pools[index], response, out=pools[index])


def combination(pooling: str) -> np.ufunc:
    """What two responses become on the way to a pooled one; a mean is divided at the end.

    Parameters
    ----------
    pooling : str
        One of `POOLINGS`, or `SUM`.
    """
    return {"max": np.maximum, "min": np.minimum}.get(pooling, np.add)


def along_axis(
    values: np.ndarray, cascade: Cascade, axis: int, boundary: Boundary, part: slice
) -> np.ndarray:
    """Values convolved along an axis with kernels one after the other, each with the boundary condition.

    Parameters
    ----------
    values : ndarray of float, shape (k, j, i)
    cascade : tuple of Kernel
        The values themselves are returned where there is none.
    axis : int
    boundary : Boundary
        A constant one counts as 0.
    part : object of type slice
        The part of the axis that is wanted.
    """
    if not cascade:
        return values[tuple(part if a == axis else slice(None) for a in range(3))]
    shape = [part.stop - part.start if a == axis else size for a, size in enumerate(values.shape)]
    out: np.ndarray = np.empty(shape)
    blocks = operator_blocks(cascade, values.shape[axis], boundary.ndimage_mode, part.start, part.stop)
    if axis == 0:
        _along_first(values, blocks, out)
        return out
    for rows, columns, block in blocks:
        if axis == 2:
            np.matmul(values[..., columns], block.T, out=out[..., rows])
        else:
            np.matmul(block, values[..., columns, :], out=out[..., rows, :])
    return out


def _along_first(values: np.ndarray, blocks: tuple[Block, ...], out: np.ndarray) -> None:
    """Lines of the other axes side by side, in one product of matrices, made double a part at a time."""
    _, height, width = values.shape
    count = max(1, PART_VALUES // (values.shape[0] * width))
    target = out.reshape(out.shape[0], -1)
    for start in range(0, height, count):
        lines = values[:, start : start + count].astype(float).reshape(values.shape[0], -1)
        inside = slice(start * width, start * width + lines.shape[1])
        for rows, columns, block in blocks:
            np.matmul(block, lines[columns], out=target[rows, inside])


# As many as the filters of one image share; more would be kept for lesions of other sizes.
@lru_cache(maxsize=32)
def operator_blocks(
    cascade: Cascade, size: int, ndimage_mode: str, first: int, stop: int
) -> tuple[Block, ...]:
    """The matrix of a cascade, in blocks of rows with the columns that are not zero.

    Parameters
    ----------
    cascade : tuple of Kernel
    size : int
        Voxels along the axis.
    ndimage_mode : str
    first, stop : int
        The rows that are wanted.

    Returns
    -------
    tuple of Block
    """
    from scipy.ndimage import convolve1d

    # What a matrix does to unit vectors is the matrix.
    matrix: np.ndarray = np.eye(size)
    for kernel in cascade:
        matrix = convolve1d(matrix, np.array(kernel), axis=0, mode=ndimage_mode)
    matrix = matrix[first:stop]
    blocks = []
    for start in range(0, len(matrix), BLOCK_ROWS):
        rows = slice(start, min(start + BLOCK_ROWS, len(matrix)))
        used = np.flatnonzero(matrix[rows].any(axis=0))
        columns = slice(int(used[0]), int(used[-1]) + 1) if used.size else slice(0, 1)
        blocks.append((rows, columns, np.ascontiguousarray(matrix[rows, columns])))
    return tuple(blocks)
