"""Filters that are defined by their transfer function: multiplied with an image's frequencies.

A mirrored image is a sum of cosines: its cosine transform times the transfer function is the response of
the infinitely mirrored image. Images with another boundary are extended by the filter's reach first. A
periodic one has the frequencies of its own discrete Fourier transform.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Sequence

import numpy as np

from .boundary import Boundary

# Radians a voxel, one array for each axis of the filter, in the order of array axes; they broadcast.
Frequencies = Sequence[np.ndarray]

# A transfer function without its factor -i for each axis along which it is odd: real.
Amplitude = Callable[[Frequencies], np.ndarray]

# Of a kernel that has no end, the part (root of the sum of squares, relative to that of all) that lies
# further away than what is called its reach (ours: the manual gives no reach).
DISTANT_SHARE = 0.01


def transformed(
    image: np.ndarray,
    amplitude: Amplitude,
    axes: Sequence[int],
    boundary: Boundary,
    reach: int,
    odd_axes: Collection[int] = (),
) -> np.ndarray:
    """The response of a filter that is given by its transfer function.

    Parameters
    ----------
    image : ndarray of float, shape (k, j, i)
    amplitude : callable
        Given the frequencies along `axes`: the transfer function but for a factor -i for each odd axis.
    axes : sequence of int
        The array axes that the filter acts along.
    boundary : Boundary
    reach : int
        So many voxels are added at each border where the boundary is constant or nearest.
    odd_axes : collection of int, optional
        Array axes along which the transfer function is odd.

    Returns
    -------
    ndarray of float64, shape (k, j, i)
    """
    image = image.astype(float)
    if boundary.kind == "periodic":
        return _periodic(image, amplitude, axes, odd_axes)
    width = 0 if boundary.kind == "mirror" else reach
    widths = [width if axis in axes else 0 for axis in range(3)]
    response = _mirrored(boundary.padded(image, widths), amplitude, axes, odd_axes)
    inside = tuple(slice(w, w + n) for w, n in zip(widths, image.shape, strict=True))
    return response[inside]


def _mirrored(
    image: np.ndarray, amplitude: Amplitude, axes: Sequence[int], odd_axes: Collection[int]
) -> np.ndarray:
    from scipy.fft import dctn, idct, idst

    # Not norm="ortho": SciPy 1.10 scales the wrong one of the sines by it.
    cosines = dctn(image, type=2, axes=axes)
    cosines *= amplitude(
        [_along(math.pi * np.arange(image.shape[axis]) / image.shape[axis], axis) for axis in axes]
    )
    for axis in axes:
        if axis not in odd_axes:
            cosines = idct(cosines, type=2, axis=axis, overwrite_x=True)
            continue
        # -i times an odd function makes a sine of each cosine; sines are counted from frequency 1 on.
        sines = np.roll(cosines, -1, axis=axis)
        sines[tuple(-1 if a == axis else slice(None) for a in range(3))] = 0
        cosines = idst(sines, type=2, axis=axis, overwrite_x=True)
    return cosines


def _periodic(
    image: np.ndarray, amplitude: Amplitude, axes: Sequence[int], odd_axes: Collection[int]
) -> np.ndarray:
    from scipy.fft import irfftn, rfftn

    frequencies = [centred_frequencies(image.shape[axis]) for axis in axes]
    opposite = [np.roll(values[::-1], 1) for values in frequencies]
    # Of opposite frequencies the transfer function is not quite conjugate, because they are not quite
    # opposite: what is conjugate makes the real part of the response.
    halves = []
    for side in (frequencies, opposite):
        side[-1] = side[-1][: image.shape[axes[-1]] // 2 + 1]
        halves.append(amplitude([_along(values, axis) for values, axis in zip(side, axes, strict=True)]))
    transfer = (halves[0] + (-1) ** len(odd_axes) * halves[1]) / 2
    spectrum = rfftn(image, axes=axes)
    spectrum *= transfer
    spectrum *= (-1j) ** len(odd_axes)
    return np.asarray(irfftn(spectrum, [image.shape[axis] for axis in axes], axes=axes, overwrite_x=True))


def centred_frequencies(size: int) -> np.ndarray:
    """Frequencies of a discrete Fourier transform, counted from the middle of the array to its ends.

    From -pi to pi with both ends, which puts 0 between two of them where the size is even. So are the
    reference maps of IBSI 2 (tests 8.a) and its values on the CT phantom (8 and 9): with 0 on the first
    frequency the maps differ by up to 8 % of their range.

    Parameters
    ----------
    size : int

    Returns
    -------
    ndarray of float64, shape (size,)
        In the order of the transform, radians a voxel.

    Examples
    --------
    >>> (centred_frequencies(4) / math.pi).round(3)
    array([ 0.333,  1.   , -1.   , -0.333])
    """
    middle = (size - 1) / 2
    return np.asarray(np.fft.ifftshift((np.arange(size) - middle) / middle * math.pi))


def _along(values: np.ndarray, axis: int) -> np.ndarray:
    return values.reshape([-1 if a == axis else 1 for a in range(3)])
