"""Smooth random functions of space: sums of plane waves, exact at any point and cheap on a lattice.

Being functions of position they give the same value wherever a volume is cut, which is what lets one lesion's
surroundings be rendered without the rest of the patient.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, eq=False)
class WaveField:
    """Sum of `amplitudes` x cos(`vectors` . (z, y, x) + `phases`).

    Parameters
    ----------
    vectors : ndarray, shape (n, 3)
        Wave vectors in (z, y, x) order, rad/mm.
    phases : ndarray, shape (n,)
        In radians.
    amplitudes : ndarray, shape (n,)
        In the unit of the field.
    """

    vectors: np.ndarray
    phases: np.ndarray
    amplitudes: np.ndarray

    def on(self, z: np.ndarray, y: np.ndarray, x: np.ndarray) -> np.ndarray:
        """Values on the lattice of three 1D axes in mm, shape (len(z), len(y), len(x)).

        Parameters
        ----------
        z, y, x : ndarray, shape (nz,), (ny,) or (nx,)
            In mm.
        """
        kz, ky, kx = self.vectors.T
        waves_z = self.amplitudes * np.exp(1j * (np.outer(z, kz) + self.phases))
        waves_y, waves_x = np.exp(1j * np.outer(y, ky)), np.exp(1j * np.outer(kx, x))
        rows = (waves_z[:, None, :] * waves_y).reshape(-1, len(kz))
        values = np.hstack([rows.real, -rows.imag]) @ np.vstack([waves_x.real, waves_x.imag])
        return values.reshape(len(z), len(y), len(x))

    def at(self, points: np.ndarray) -> np.ndarray:
        """Values at points (..., 3), given in (z, y, x) order in mm.

        Parameters
        ----------
        points : ndarray, shape (..., 3)
            (z, y, x) in mm.
        """
        return np.cos(np.asarray(points) @ self.vectors.T + self.phases) @ self.amplitudes

    def imaged(self, psf_sigma_mm: float, slice_mm: float) -> WaveField:
        """The field as a scanner sees it: blurred in the plane, averaged over the slice thickness."""
        kz, ky, kx = self.vectors.T
        in_plane = np.exp(-0.5 * psf_sigma_mm**2 * (ky**2 + kx**2))
        through = np.sinc(kz * slice_mm / (2 * np.pi))
        return WaveField(self.vectors, self.phases, self.amplitudes * in_plane * through)

    def plus(self, other: WaveField) -> WaveField:
        """The sum of both fields."""
        return WaveField(
            np.concatenate([self.vectors, other.vectors]),
            np.concatenate([self.phases, other.phases]),
            np.concatenate([self.amplitudes, other.amplitudes]),
        )

    def shrunk(self, lengths: float, values: float) -> WaveField:
        """The field with its lengths multiplied by `lengths` and its values by `values`."""
        return WaveField(self.vectors / lengths, self.phases, self.amplitudes * values)


def gaussian_field(rng: np.random.Generator, length_mm: float, sd: float, waves: int) -> WaveField:
    """A random field of zero mean whose covariance is near sd^2 exp(-r^2 / (2 length^2)).

    Random Fourier features (Rahimi and Recht 2007): the more waves, the more Gaussian.
    """
    return WaveField(
        vectors=rng.normal(0.0, 1.0 / length_mm, (waves, 3)),
        phases=rng.uniform(0.0, 2 * np.pi, waves),
        amplitudes=np.full(waves, sd * np.sqrt(2.0 / waves)),
    )


def swell(
    rng: np.random.Generator, wavelengths_mm: tuple[float, float], peak: float, waves: int
) -> WaveField:
    """A few long waves of random direction that together never exceed `peak`: bends shapes gently."""
    direction = rng.normal(size=(waves, 3))
    direction /= np.linalg.norm(direction, axis=1, keepdims=True)
    wavelength = rng.uniform(*wavelengths_mm, waves)
    share = rng.uniform(0.5, 1.0, waves)
    return WaveField(
        vectors=direction * (2 * np.pi / wavelength)[:, None],
        phases=rng.uniform(0.0, 2 * np.pi, waves),
        amplitudes=peak * share / share.sum(),
    )
