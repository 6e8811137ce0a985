"""Two CT of one patient on top of each other by a shift, a rotation and a stretch: what precedes the demons.

The best shift of all is found first, by the correlation of the two bodies at every shift at once (masked
normalized cross-correlation: Padfield, IEEE Trans Image Process 2012;21:2706-2718), so that neither tables at
other heights nor another field of view lead astray. A rigid and an affine transform start there (mutual
information: Mattes et al., IEEE Trans Med Imaging 2003;22:120-128). Of the three the one is taken under which
the CT resemble each other most: in a cropped limb mutual information may slide along it.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from ..findings import InputError
from ..geometry.image import Image, Lattice, Triple, as_index, as_triple, to_sitk

if TYPE_CHECKING:
    import SimpleITK as sitk

    Linear = sitk.Euler3DTransform | sitk.AffineTransform

# HU beyond these have nothing more on where tissue is: all air is alike, and so is all compact bone.
AIR_HU, BONE_HU = -1000.0, 300.0
SKIN_HU = -300.0

SHIFT_MM = 8.0
# Of the smaller body, what has to lie on the other at least: with less, noise correlates as well as anatomy.
LEAST_COMMON_SHARE = 0.3
# What surrounds a body is part of its outline.
RIM_MM = 12.0

HISTOGRAM_BINS, SAMPLED_SHARE, SEED, STEPS = 32, 0.2, 14, 60
FIRST_STEP_MM, LAST_STEP_MM, RELAXATION, FLAT_GRADIENT = 1.0, 0.05, 0.6, 1e-6

CODE = "followup.registration"


@dataclass(frozen=True, eq=False)
class ReducedCt:
    """A CT on few voxels, and where in it the body is.

    Parameters
    ----------
    image : Image
        float32 HU between `AIR_HU` and `BONE_HU`; air where the body is not.
    body : ndarray of bool, shape (k, j, i)
    """

    image: Image
    body: np.ndarray


@dataclass(frozen=True, eq=False)
class Alignment:
    """An affine map of the baseline's points to the follow-up's.

    Parameters
    ----------
    matrix : ndarray of float64, shape (3, 3)
    offset : ndarray of float64, shape (3,), mm
    correlation : float
        Of the two CT under it.
    common : float
        Share of the smaller body that lies on the other one.
    """

    matrix: np.ndarray
    offset: np.ndarray
    correlation: float
    common: float

    def points(self, points: np.ndarray) -> np.ndarray:
        """Where points of the baseline lie in the follow-up.

        Parameters
        ----------
        points : ndarray of float64, shape (..., 3), LPS mm

        Returns
        -------
        ndarray of float64, shape (..., 3), LPS mm
        """
        return points @ self.matrix.T + self.offset


def reduced(image: Image, spacing_mm: float) -> ReducedCt:
    """A CT by the means of blocks of voxels about as large as `spacing_mm`, the body apart from the rest.

    Parameters
    ----------
    image : Image
        HU, any axis order.
    spacing_mm : float
        Voxels that are larger stay as they are.

    Returns
    -------
    ReducedCt

    Raises
    ------
    InputError
        `followup.registration` when there is no body.
    """
    ct = image.canonical()
    sizes = zip(ct.window.spacing, ct.values.shape, strict=True)
    steps = [min(max(1, round(spacing_mm / step)), size) for step, size in sizes]
    shape = as_index([size // step for size, step in zip(ct.values.shape, steps, strict=True)])
    k, j, i = steps
    values = np.empty(shape, np.float32)
    for number in range(shape[0]):
        slab = ct.values[number * k : (number + 1) * k, : shape[1] * j, : shape[2] * i]
        # What is no number, around the field of view, is air.
        slab = np.fmin(np.fmax(slab, AIR_HU), BONE_HU).mean(axis=0, dtype=np.float32)
        values[number] = slab.reshape(shape[1], j, shape[2], i).mean(axis=(1, 3))
    window = ct.window
    middle = as_triple(window.to_lps((np.array(steps) - 1) / 2))
    spacing = as_triple([step * size for step, size in zip(steps, window.spacing, strict=True)])
    body = _body(values)
    if not body.any():
        raise InputError(CODE, "There is no body in one of the two CT, so that they cannot be registered.")
    return ReducedCt(
        Image(np.where(body, values, AIR_HU), Lattice(shape, spacing, middle, window.axes)), body
    )


def halved(ct: ReducedCt) -> ReducedCt:
    """A reduced CT on voxels twice as large.

    Parameters
    ----------
    ct : ReducedCt

    Returns
    -------
    ReducedCt
    """
    steps = [2 if size > 1 else 1 for size in ct.body.shape]
    shape = [size // step for size, step in zip(ct.body.shape, steps, strict=True)]
    cut = tuple(slice(0, size * step) for size, step in zip(shape, steps, strict=True))
    blocks = [number for pair in zip(shape, steps, strict=True) for number in pair]
    values, share = (
        part[cut].reshape(blocks).mean(axis=(1, 3, 5), dtype=np.float32)
        for part in (ct.image.values, ct.body)
    )
    window = ct.image.window
    middle = as_triple(window.to_lps((np.array(steps) - 1) / 2))
    spacing = as_triple([step * size for step, size in zip(steps, window.spacing, strict=True)])
    return ReducedCt(Image(values, Lattice(as_index(shape), spacing, middle, window.axes)), share >= 0.5)


def _body(values: np.ndarray) -> np.ndarray:
    """The largest piece of what is not the air around it; the table is apart from it."""
    from scipy import ndimage

    inside = np.stack([~_outer_air(plane < SKIN_HU) for plane in values])
    # A border that cuts the body is no surface of it.
    pieces, count = ndimage.label(ndimage.binary_opening(np.pad(inside, 1, mode="edge")))
    if count == 0:
        return np.zeros(values.shape, bool)
    return (pieces == 1 + np.bincount(pieces.ravel())[1:].argmax())[1:-1, 1:-1, 1:-1]


def _outer_air(air: np.ndarray) -> np.ndarray:
    """The air of a slice that lies around the body.

    It has a long part of the slice's border for its size; a lung that the border cuts, or the windpipe there,
    has a short one.
    """
    from scipy import ndimage

    pieces, count = ndimage.label(air)
    edge = np.concatenate([pieces[0], pieces[-1], pieces[1:-1, 0], pieces[1:-1, -1]])
    lengths, areas = (np.bincount(each.ravel(), minlength=count + 1) for each in (edge, pieces))
    outer = lengths.astype(float) ** 2 >= 2 * areas
    outer[0] = False
    return outer[pieces]


def align(baseline: ReducedCt, followup: ReducedCt, threads: int) -> Alignment:
    """The affine map under which two CT resemble each other most.

    Parameters
    ----------
    baseline, followup : ReducedCt
        On voxels of a few mm.
    threads : int

    Returns
    -------
    Alignment

    Raises
    ------
    InputError
        `followup.registration` when the CT have no part of the body in common.
    """
    shift = _best_shift(baseline, followup)
    centre = baseline.image.window.to_lps((np.array(baseline.body.shape) - 1) / 2)
    found = [shift]
    transform: Linear = _rigid(centre, shift)
    for _ in range(2):
        if not _is_fitted(baseline, followup, transform, threads):
            break
        matrix = np.array(transform.GetMatrix()).reshape(3, 3)
        offset = np.array(transform.TransformPoint((0.0, 0.0, 0.0)))
        found.append(_assessed(baseline, followup, matrix, offset))
        transform = _affine(transform)
    return max(found, key=lambda alignment: alignment.correlation * (alignment.common >= shift.common / 2))


def _best_shift(baseline: ReducedCt, followup: ReducedCt) -> Alignment:
    (a, in_a, first), (b, in_b, second) = (_isotropic(ct, SHIFT_MM) for ct in (baseline, followup))
    if not (in_a.any() and in_b.any()):
        raise InputError(CODE, "One of the two CT shows too little of the body to be registered.")
    steps, correlation = _masked_correlation(a, in_a, b, in_b)
    if correlation <= 0:
        raise InputError(
            CODE,
            "The two CT have no part of the body in common. Choose two that have, or pair lesions by hand.",
        )
    offset = np.array(second.origin) - np.array(first.origin) + SHIFT_MM * steps[::-1]
    return _assessed(baseline, followup, np.eye(3), offset)


def _isotropic(ct: ReducedCt, spacing_mm: float) -> tuple[np.ndarray, np.ndarray, Lattice]:
    """Values and body on voxels along the patient's own axes."""
    from scipy import ndimage

    window = ct.image.window
    corners = np.array(list(itertools.product(*((-0.5, size - 0.5) for size in window.shape))))
    ends = window.to_lps(corners)
    low, high = (bounds(axis=0) for bounds in (ends.min, ends.max))
    shape = as_index(np.maximum(1, (high - low)[::-1] // spacing_mm))
    spacing: Triple = (spacing_mm, spacing_mm, spacing_mm)
    lattice = Lattice(shape, spacing, as_triple(low + spacing_mm / 2))
    index = np.moveaxis(window.to_index(lattice.to_lps(np.moveaxis(np.indices(shape), 0, -1))), -1, 0)
    sigma = [0.35 * spacing_mm / step for step in window.spacing]
    smooth = ndimage.gaussian_filter(ct.image.values, sigma)
    values = ndimage.map_coordinates(smooth, index, order=1, mode="nearest")
    body = ndimage.map_coordinates(ct.body.astype(np.float32), index, order=1) > 0.5
    return values, body, lattice


def _masked_correlation(
    a: np.ndarray, in_a: np.ndarray, b: np.ndarray, in_b: np.ndarray
) -> tuple[np.ndarray, float]:
    """The shift (voxels) of `b` against `a` at which they correlate best, and that correlation."""
    from scipy import fft

    shape = [fft.next_fast_len(n + m - 1, real=True) for n, m in zip(a.shape, b.shape, strict=True)]
    middle = (a[in_a].mean(dtype=float) + b[in_b].mean(dtype=float)) / 2

    def spectra(values: np.ndarray, inside: np.ndarray) -> list[np.ndarray]:
        weighed = np.where(inside, values - middle, 0.0)
        return [fft.rfftn(part, shape) for part in (inside.astype(float), weighed, weighed**2)]

    def products(one: np.ndarray, other: np.ndarray) -> np.ndarray:
        return fft.irfftn(np.conj(one) * other, shape)

    (one_a, sum_a, square_a), (one_b, sum_b, square_b) = spectra(a, in_a), spectra(b, in_b)
    count = np.maximum(np.rint(products(one_a, one_b)), 1.0)
    first, second = products(sum_a, one_b), products(one_a, sum_b)
    variance_a = products(square_a, one_b) - first**2 / count
    variance_b = products(one_a, square_b) - second**2 / count
    spread = np.sqrt(np.maximum(variance_a, 0) * np.maximum(variance_b, 0))
    enough = (count >= LEAST_COMMON_SHARE * min(in_a.sum(), in_b.sum())) & (spread > 1e-3 * spread.max())
    covariance = products(sum_a, sum_b) - first * second / count
    correlation = np.where(enough, covariance / np.maximum(spread, 1e-9), 0.0)
    # A part that fits well by chance is no better than all of the body that fits a little less.
    certainty = np.arctanh(np.clip(correlation, 0, 0.999)) * np.sqrt(count)
    best = np.unravel_index(np.where(enough, certainty, -np.inf).argmax(), correlation.shape)
    steps = [int(at) - (size if at >= n else 0) for at, n, size in zip(best, b.shape, shape, strict=True)]
    return np.array(steps), float(correlation[best])


def _rigid(centre: np.ndarray, shift: Alignment) -> sitk.Euler3DTransform:
    import SimpleITK as sitk

    transform = sitk.Euler3DTransform()
    transform.SetCenter(centre.tolist())
    transform.SetTranslation(shift.offset.tolist())
    return transform


def _affine(rigid: Linear) -> sitk.AffineTransform:
    import SimpleITK as sitk

    transform = sitk.AffineTransform(3)
    transform.SetCenter(rigid.GetCenter())
    transform.SetMatrix(rigid.GetMatrix())
    transform.SetTranslation(rigid.GetTranslation())
    return transform


def _is_fitted(baseline: ReducedCt, followup: ReducedCt, transform: Linear, threads: int) -> bool:
    """Change the transform until mutual information grows no more; False where that leads off the CT."""
    import SimpleITK as sitk

    method = sitk.ImageRegistrationMethod()
    method.SetNumberOfThreads(threads)
    method.SetMetricAsMattesMutualInformation(HISTOGRAM_BINS)
    method.SetMetricSamplingStrategy(method.REGULAR)
    # Samples are moved about within their voxels, else by the clock.
    method.SetMetricSamplingPercentage(SAMPLED_SHARE, SEED)
    method.SetMetricFixedMask(to_sitk(Image(_with_rim(baseline), baseline.image.lattice)))
    method.SetInterpolator(sitk.sitkLinear)
    method.SetOptimizerAsRegularStepGradientDescent(
        FIRST_STEP_MM, LAST_STEP_MM, STEPS, RELAXATION, FLAT_GRADIENT
    )
    method.SetOptimizerScalesFromPhysicalShift()
    method.SetInitialTransform(transform, True)
    try:
        method.Execute(to_sitk(baseline.image), to_sitk(followup.image))
    except RuntimeError:  # no sample, or too few, are on the follow-up
        return False
    return True


def _with_rim(ct: ReducedCt) -> np.ndarray:
    from scipy import ndimage

    steps = max(1, round(RIM_MM / max(ct.image.lattice.spacing)))
    return ndimage.binary_dilation(ct.body, iterations=steps)


def _assessed(baseline: ReducedCt, followup: ReducedCt, matrix: np.ndarray, offset: np.ndarray) -> Alignment:
    moved, body, there = moved_by(followup, baseline.image.lattice, matrix, offset)
    either = there & (_with_rim(baseline) | body)
    both = np.count_nonzero(baseline.body & body)
    common = both / max(1, min(int(np.count_nonzero(ct.body)) for ct in (baseline, followup)))
    return Alignment(matrix, offset, correlation(baseline.image.values, moved, either), common)


def moved_by(
    ct: ReducedCt, lattice: Lattice, matrix: np.ndarray, offset: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The follow-up where the baseline's voxels are.

    Parameters
    ----------
    ct : ReducedCt
        The follow-up.
    lattice : Lattice
        Of the baseline.
    matrix, offset : ndarray of float64, shape (3, 3) and (3,), mm
        The affine map to the follow-up's points.

    Returns
    -------
    ndarray of float32, shape (k, j, i), HU
    ndarray of bool, shape (k, j, i)
        The body.
    ndarray of bool, shape (k, j, i)
        Where the follow-up has voxels.
    """
    from scipy import ndimage

    window = ct.image.window
    steps = np.linalg.inv(window.index_to_lps) @ matrix @ lattice.index_to_lps
    first = window.to_index(matrix @ np.array(lattice.origin) + offset)
    place = {"matrix": steps, "offset": first, "output_shape": lattice.shape, "order": 1}
    values = ndimage.affine_transform(ct.image.values, cval=AIR_HU, **place)
    body = ndimage.affine_transform(ct.body.astype(np.float32), cval=0.0, **place) > 0.5
    there = ndimage.affine_transform(np.ones(window.shape, np.float32), cval=0.0, **place) > 0.5
    return values, body, there


def correlation(a: np.ndarray, b: np.ndarray, where: np.ndarray) -> float:
    """Pearson's correlation of two arrays in a mask; 0 where one of them is even.

    Parameters
    ----------
    a, b : ndarray of float32, shape (k, j, i)
    where : ndarray of bool, shape (k, j, i)

    Returns
    -------
    float
    """
    first, second = (each[where].astype(float) for each in (a, b))
    if first.size < 2:
        return 0.0
    first, second = first - first.mean(), second - second.mean()
    spread = np.sqrt((first @ first) * (second @ second))
    return float(first @ second / spread) if spread > 0 else 0.0
