"""A limb with fat, muscle, bone and a tumor, and smooth fields to multiply it with."""

from __future__ import annotations

import numpy as np

SPACING_MM = (4.0, 1.5, 1.5)
SHAPE = (24, 96, 96)
FAT, MUSCLE, BONE, TUMOR, AIR = 900.0, 320.0, 150.0, 420.0, 8.0


def limb(seed: int = 0) -> np.ndarray:
    """Intensities, float32, with noise in the real and the imaginary channel."""
    k, j, i = np.meshgrid(
        *((np.arange(n) - (n - 1) / 2) * s for n, s in zip(SHAPE, SPACING_MM, strict=True)), indexing="ij"
    )
    values = np.zeros(SHAPE)
    values[np.hypot(j, i) < 60] = FAT
    values[np.hypot(j / 1.1, i + 3) < 44] = MUSCLE
    values[np.hypot(j - 5, i + 8) < 11] = BONE
    values[np.sqrt(k**2 + (j + 20) ** 2 + (i - 10) ** 2) < 16] = TUMOR
    real, imaginary = np.random.default_rng(seed).normal(scale=AIR, size=(2, *SHAPE))
    return np.hypot(values + real, imaginary).astype(np.float32)


def inside() -> np.ndarray:
    """The limb without its rim."""
    j, i = ((np.arange(n) - (n - 1) / 2) * s for n, s in zip(SHAPE[1:], SPACING_MM[1:], strict=True))
    return np.broadcast_to(np.hypot(j[:, None], i[None]) < 57, SHAPE)


def smooth_field(shape: tuple[int, ...], kind: str, largest: float = 0.3) -> np.ndarray:
    """A field around 1 that deviates by `largest` at the most."""
    z, y, x = np.meshgrid(*(np.linspace(-1, 1, n) for n in shape), indexing="ij")
    kinds = {
        "linear": x + 0.5 * y + 0.3 * z,
        "bowl": -((x - 0.3) ** 2) - (y + 0.2) ** 2 - 0.5 * z**2,
        "bump": np.exp(-((x - 0.2) ** 2 + (y + 0.3) ** 2 + (z + 0.1) ** 2) / 0.5),
        "wave": np.sin(0.9 * np.pi * x + 0.3),
        "coil": np.exp(-((x + 1) ** 2 + (y + 0.5) ** 2 + z**2) / 1.5),
    }
    field = kinds[kind] - (kinds[kind].max() + kinds[kind].min()) / 2
    return 1 + largest * field / np.abs(field).max()
