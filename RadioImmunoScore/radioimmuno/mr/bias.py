"""The smooth field that receive coils multiply an MR with: estimated on averaged voxels, in up to two steps.

A polynomial is fitted to the changes of the image's logarithm between neighbours, most of which, inside of
tissues, are the field's alone: a field of that form that was put on comes out again. N4 (Tustison et al.
2010), which sharpens the histogram, can then remove what is left; it comes to rest at one of many fields, and
at which one depends on the field it starts from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product

import numpy as np

from ..geometry.image import Index, Triple, along, as_index
from ..memory import require_memory
from ..preparation import BiasCorrection
from .cells import Cells, coarser, factors_of, make_cells, spread

# Called now and then; what it raises stops the work.
Proceed = Callable[[], None]

# Of a large volume voxels are averaged to so many cells at the most, and so many pairs of them are fitted to.
MOST_CELLS = 60_000
MOST_START_CELLS, MOST_PAIRS = 400_000, 30_000
# Deviations from the field, in their SD (by their median), beyond which pairs count less and less: first
# nearly all do, then those across an edge are left out more and more. How this and the stiffness were chosen
# is on the page MR of the documentation.
SCALES = (4.0, 2.0, 1.0, 0.6)
SD_OF_MEDIAN = 1.4826
ROUNDS, REMEMBERED = 40, 15  # of L-BFGS on each scale
# What a term costs, in pairs that are left out, where it changes as much as they deviate: so many with this
# degree, with a lower one fewer, by this power of it. So few pairs give a field that hardly bends.
STIFFNESS, STIFFNESS_DEGREE, STIFFNESS_POWER = 450.0, 6, 4
# Share of a term's changes below which those of lower degree make it up.
SINGULAR = 1e-8
# Of changes a mm, below any MR's noise: without noise, a field that bends would cost more than all pairs.
LEAST_SD = 1e-3
VOXEL_BYTES = 16


@dataclass(frozen=True, eq=False)
class BiasField:
    """The logarithm of the field, and what it was estimated on.

    Parameters
    ----------
    log : ndarray of float32, shape (k, j, i)
        Of mean 0 inside the body.
    record : dict
        Plain values: shrink factors, control points, rounds.
    """

    log: np.ndarray
    record: dict[str, object]


def bias_field(
    values: np.ndarray,
    body: np.ndarray,
    spacing: Triple,
    settings: BiasCorrection,
    proceed: Proceed | None = None,
) -> BiasField:
    """The bias field of an MR.

    Parameters
    ----------
    values : ndarray of float32, shape (k, j, i)
        Finite; what is not above 0 is left out.
    body : ndarray of bool, shape (k, j, i)
        At least one voxel above 0 in it.
    spacing : tuple of float
        Of the voxels, mm.
    settings : BiasCorrection
    proceed : callable, optional
        Called between the rounds of N4; what it raises stops the work.

    Raises
    ------
    Refusal
        `settings.too_large` where memory does not suffice.
    """
    require_memory(VOXEL_BYTES * values.size, "Correcting the bias field of the MR")
    used = body & (values > 0)
    proceed = proceed or (lambda: None)
    log = np.zeros(values.shape, np.float32)
    record: dict[str, object] = {}
    if settings.start_degree:
        factors = factors_of(spacing, settings.start_voxel_mm)
        factors = coarser(factors, spacing, values.shape, MOST_START_CELLS)
        cells = make_cells(values, used, spacing, factors)
        log = spread(fitted_polynomial(cells, settings.start_degree, proceed), factors, values.shape)
        record["start_shrink_factors"] = list(factors)
    if settings.iterations:
        factors = coarser(factors_of(spacing, settings.voxel_mm), spacing, values.shape, MOST_CELLS)
        cells = make_cells(values / np.exp(log), used, spacing, factors)
        found, rounds, control = n4_field(cells, settings, proceed)
        log += spread(found, factors, values.shape)
        record |= {"shrink_factors": list(factors), "control_points": list(control), "rounds": rounds}
    log -= log[used].mean(dtype=float)
    return BiasField(log, record)


def fitted_polynomial(cells: Cells, degree: int, proceed: Proceed) -> np.ndarray:
    """The polynomial in three coordinates whose changes are those of most pairs of neighbours.

    Parameters
    ----------
    cells : Cells
        Values above 0 where used.
    degree : int
        At least 1: exponents add up to that at the most.
    proceed : callable
        Called between the steps; what it raises stops the work.

    Returns
    -------
    ndarray of float64, shape (k, j, i)
        0 where no two used cells are neighbours. Outside of the used cells no further than inside.
    """
    from numpy.polynomial.legendre import legvander

    bases = [legvander(np.linspace(-1, 1, n), degree) for n in cells.values.shape]
    powers = (as_index(e) for e in product(range(degree + 1), repeat=3) if 0 < sum(e) <= degree)
    exponents = sorted(powers, key=sum)
    log = np.log(np.where(cells.used, cells.values, 1.0))
    slopes, terms = _slopes(log, cells, bases, exponents)
    if not slopes.size:
        return np.zeros(log.shape)
    found = _fit(terms, slopes, np.array([sum(e) for e in exponents]), proceed)
    grid = np.zeros((degree + 1,) * 3)
    for exponent, coefficient in zip(exponents, found, strict=True):
        grid[exponent] = coefficient
    field = np.einsum("abc,ka,jb,ic->kji", grid, *bases, optimize=True)
    # Far from all pairs a polynomial goes anywhere.
    inside = field[cells.used]
    bounded: np.ndarray = np.clip(field, inside.min(), inside.max())
    return bounded


def _slopes(
    log: np.ndarray, cells: Cells, bases: list[np.ndarray], exponents: list[Index]
) -> tuple[np.ndarray, np.ndarray]:
    """Changes a mm between neighbours (n,) and those of each term (n, terms).

    Of many pairs some are taken: by where they lie, so that a few cells more or less change no others.
    """
    pairs = []
    for axis in range(3):
        lower, upper = along(axis)
        pairs.append(np.argwhere(cells.used[lower] & cells.used[upper]))
    stride = max(1, -(-sum(map(len, pairs)) // MOST_PAIRS))
    slopes, terms = [], []
    for axis, (low, step) in enumerate(zip(pairs, cells.spacing, strict=True)):
        low = low[low.sum(axis=1) % stride == 0]
        high = low + np.eye(3, dtype=low.dtype)[axis]
        slopes.append((log[tuple(high.T)] - log[tuple(low.T)]) / step)
        ends = [[bases[a][where[:, a]] for a in range(3)] for where in (high, low)]
        columns = [
            (end_k[:, a] * end_j[:, b] * end_i[:, c] - start_k[:, a] * start_j[:, b] * start_i[:, c]) / step
            for (end_k, end_j, end_i), (start_k, start_j, start_i) in [ends]
            for a, b, c in exponents
        ]
        terms.append(np.stack(columns, axis=1))
    return np.concatenate(slopes), np.concatenate(terms)


def _fit(terms: np.ndarray, slopes: np.ndarray, degrees: np.ndarray, proceed: Proceed) -> np.ndarray:
    """Coefficients where the slopes are densest around the terms' (Geman and McClure's loss, ever narrower).

    It starts from least squares, so that a field of the terms' form that is put on shifts all that follows.
    The narrower the loss, the more fields are nearly as good: of those the one that bends least is taken.
    """
    from scipy.optimize import minimize

    to_terms, kept = _orthonormal(terms.T @ terms / len(terms))
    level = (terms @ to_terms).astype(np.float32)
    slopes = slopes.astype(np.float32)
    stiffness = STIFFNESS / slopes.size * (degrees[kept] / STIFFNESS_DEGREE) ** STIFFNESS_POWER
    found = (level.T @ slopes).astype(float) / slopes.size
    for scale in SCALES:
        proceed()
        median = float(np.median(np.abs(slopes - level @ found.astype(np.float32))))
        width = scale * max(SD_OF_MEDIAN * median, LEAST_SD)
        scaled = slopes / np.float32(width)

        def loss(at: np.ndarray, scaled: np.ndarray = scaled) -> tuple[float, np.ndarray]:
            left = scaled - level @ at.astype(np.float32)
            near = 1 / (1 + left**2)
            slope = level.T @ (left * near**2)
            cost = float((1 - near).mean(dtype=float)) + float(stiffness @ at**2)
            return cost, -2 / slopes.size * slope.astype(float) + 2 * stiffness * at

        options = {"maxiter": ROUNDS, "maxcor": REMEMBERED}
        found = width * minimize(loss, found / width, jac=True, method="L-BFGS-B", options=options).x
    solution: np.ndarray = to_terms @ found
    return solution


def _orthonormal(products: np.ndarray) -> tuple[np.ndarray, list[int]]:
    """Each term without what those before it make up, and of mean square 1 (Gram and Schmidt).

    Parameters
    ----------
    products : ndarray of float64, shape (terms, terms)
        Mean products of the terms' changes.

    Returns
    -------
    tuple of (ndarray of float64, shape (terms, kept)) and list of int
        In columns, and which terms were kept: where a volume has too few cells along an axis for a term,
        others make it up.
    """
    columns, kept = np.zeros((len(products), 0)), []
    for number, column in enumerate(np.eye(len(products))):
        for _ in range(2):  # once more, against rounding
            column = column - columns @ (columns.T @ (products @ column))
        size = float(column @ products @ column)
        if size > SINGULAR * products[number, number]:
            columns = np.column_stack([columns, column / np.sqrt(size)])
            kept.append(number)
    return columns, kept


def n4_field(cells: Cells, settings: BiasCorrection, proceed: Proceed) -> tuple[np.ndarray, int, Index]:
    """N4's logarithm of the field on the cells, its rounds in all, and its control points along each axis.

    Parameters
    ----------
    cells : Cells
        Values above 0 where used.
    settings : BiasCorrection
    proceed : callable
        Called before each round; what it raises stops the work.

    Returns
    -------
    tuple of (ndarray of float64, shape (k, j, i)), int and tuple of int
    """
    import SimpleITK as sitk

    image = sitk.GetImageFromArray(cells.values.astype(np.float32))
    mask = sitk.GetImageFromArray(cells.used.astype(np.uint8))
    for one in (image, mask):
        one.SetSpacing(cells.spacing[::-1])
    n4 = sitk.N4BiasFieldCorrectionImageFilter()
    n4.SetMaximumNumberOfIterations(list(settings.iterations))
    n4.SetConvergenceThreshold(settings.convergence)
    sizes = [n * s for n, s in zip(cells.values.shape, cells.spacing, strict=True)]
    k, j, i = (int(np.ceil(size / settings.spline_distance_mm)) + 3 for size in sizes)
    n4.SetNumberOfControlPoints([i, j, k])
    rounds = 0
    stopped: list[BaseException] = []

    def take() -> None:
        # SimpleITK would print what is raised here and go on.
        nonlocal rounds
        rounds += 1
        try:
            if not stopped:
                proceed()
        except BaseException as error:
            stopped.append(error)
            n4.Abort()

    n4.AddCommand(sitk.sitkIterationEvent, take)
    with _one_thread():
        try:
            n4.Execute(image, mask)
        finally:
            if stopped:
                raise stopped[0]
        log = sitk.GetArrayFromImage(n4.GetLogBiasFieldAsImage(image))
    return log.astype(float), rounds, (k, j, i)


@contextmanager
def _one_thread() -> Iterator[None]:
    """SimpleITK on one thread: N4's last digits depend on how many add up its sums."""
    import SimpleITK as sitk

    before = sitk.ProcessObject.GetGlobalDefaultNumberOfThreads()
    sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(1)
    try:
        yield
    finally:
        sitk.ProcessObject.SetGlobalDefaultNumberOfThreads(before)
