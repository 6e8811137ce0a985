"""A simulated CT scanner: voxels, sharpness, tube voltage, noise."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from ..geometry.image import Box

TUBE_VOLTAGES = (80, 100, 120, 140)
SLICE_THICKNESSES_MM = (1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 5.0)
REFERENCE_THICKNESS_MM = 2.5
TILE = 256
TILES = 6


@dataclass(frozen=True, eq=False)
class Scanner:
    """How a patient was scanned.

    Parameters
    ----------
    kvp : int
        Tube voltage, kV.
    slice_mm : float
        Thickness of, and distance between, slices.
    pixel_mm : float
        Size of a pixel.
    psf_sigma_mm : float
        SD of the in-plane blur.
    noise_hu : float
        SD of the noise in soft tissue.
    tiles : ndarray, shape (TILES, TILE, TILE)
        Periodic noise of unit SD with the spectrum of filtered backprojection.
    seed : int
        Of the noise.
    shift_hu : float
        What it adds to all values: an error of its calibration.
    """

    kvp: int
    slice_mm: float
    pixel_mm: float
    psf_sigma_mm: float
    noise_hu: float
    tiles: np.ndarray
    seed: int
    shift_hu: float = 0.0

    @property
    def kernel(self) -> str:
        """Name of the reconstruction kernel."""
        return "SIMULATED"

    @property
    def edge_mm(self) -> float:
        """Width of a sharp edge in the image; thick slices blur what is not parallel to their axis."""
        return 2.5 * self.psf_sigma_mm + 0.12 * self.slice_mm

    def noise(self, box: Box) -> np.ndarray:
        """Noise in HU in a box of the lattice, of its shape: the same voxel has the same in every box.

        Each slice shows one of the tiles at a place of its own, so that neighbouring slices are independent.
        """
        (_, j0, i0), (_, j1, i1) = box.start, box.stop
        out = np.empty(box.shape, np.float32)
        for n, k in enumerate(range(box.start[0], box.stop[0])):
            tile, dj, di = np.random.default_rng((self.seed, k)).integers((TILES, TILE, TILE))
            rows, columns = (np.arange(j0, j1) + dj) % TILE, (np.arange(i0, i1) + di) % TILE
            out[n] = self.tiles[tile][np.ix_(rows, columns)]
        return self.noise_hu * out


@dataclass(frozen=True)
class ScannerModel:
    """What the scans of one machine have in common, with the protocol that is in use there.

    Parameters
    ----------
    name : str
    kvp : int
        Tube voltage, kV.
    psf_sigma_mm : float
        SD of the in-plane blur.
    noise_hu : float
        SD of the noise in soft tissue.
    cutoff_per_mm : float
        Of the kernel: noise of a sharp one reaches higher frequencies.
    shift_hu : float
        What it adds to all values.
    """

    name: str
    kvp: int
    psf_sigma_mm: float
    noise_hu: float
    cutoff_per_mm: float
    shift_hu: float

    def scan(self, drawn: Scanner) -> Scanner:
        """The same patient in the same place on this machine.

        Parameters
        ----------
        drawn : Scanner
            Its lattice and seed are kept.

        Returns
        -------
        Scanner
        """
        tiles = _noise_tiles(np.random.default_rng(drawn.seed), drawn.pixel_mm, self.cutoff_per_mm)
        return replace(
            drawn,
            kvp=self.kvp,
            psf_sigma_mm=self.psf_sigma_mm,
            noise_hu=self.noise_hu,
            tiles=tiles,
            shift_hu=self.shift_hu,
        )


def draw_scanner(
    rng: np.random.Generator, slice_mm: float | None = None, pixel_mm: float | None = None
) -> Scanner:
    """A random scan; slice thickness and pixel size can be given."""
    kvp = int(rng.choice(TUBE_VOLTAGES, p=(0.1, 0.3, 0.5, 0.1)))
    drawn_slice = float(rng.choice(SLICE_THICKNESSES_MM))
    drawn_pixel = float(np.round(rng.uniform(1.18, 1.3), 3))
    slice_mm = drawn_slice if slice_mm is None else slice_mm
    pixel_mm = drawn_pixel if pixel_mm is None else pixel_mm
    dose_noise = rng.uniform(7.0, 15.0)
    cutoff_per_mm = rng.uniform(0.22, 0.34)
    return Scanner(
        kvp=kvp,
        slice_mm=slice_mm,
        pixel_mm=pixel_mm,
        psf_sigma_mm=rng.uniform(0.55, 0.8),
        noise_hu=dose_noise * float(np.sqrt(REFERENCE_THICKNESS_MM / max(slice_mm, 1.0))),
        tiles=_noise_tiles(rng, pixel_mm, cutoff_per_mm),
        seed=int(rng.integers(2**31)),
    )


def _noise_tiles(rng: np.random.Generator, pixel_mm: float, cutoff_per_mm: float) -> np.ndarray:
    # Filtered backprojection leaves noise with power ~ frequency x the apodization's square.
    frequency = np.fft.fftfreq(TILE, pixel_mm)
    radius = np.hypot(frequency[:, None], frequency)
    filter_ = np.sqrt(radius) * np.exp(-0.5 * (radius / cutoff_per_mm) ** 2)
    white = rng.normal(size=(TILES, TILE, TILE))
    tiles = np.fft.ifft2(np.fft.fft2(white) * filter_).real
    return (tiles / tiles.std()).astype(np.float32)
