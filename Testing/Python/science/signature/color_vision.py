"""How colors look to eyes that lack one kind of cone, and how far apart two colors look.

Simulation: Machado, Oliveira and Fernandes, "A physiologically-based model for simulation of color vision
deficiency", IEEE TVCG 15 (2009) 1291-1298, matrices of severity 1.0, on linear RGB. Distance: CIE 1976
L*a*b* (CIE 15:2004) under D65, sRGB by IEC 61966-2-1.
"""

from __future__ import annotations

import numpy as np

VISIONS = {
    "normal": ((1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}

RGB_TO_XYZ = np.array(
    ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505)),
)


def seen(colors: np.ndarray, vision: str) -> np.ndarray:
    """sRGB colors, channels 0 to 1 last, as an eye of this vision sees them."""
    linear = _linear(colors) @ np.array(VISIONS[vision]).T
    clipped = np.clip(linear, 0.0, 1.0)
    return np.where(clipped <= 0.0031308, 12.92 * clipped, 1.055 * clipped ** (1 / 2.4) - 0.055)


def lab(colors: np.ndarray) -> np.ndarray:
    """L*, a*, b* of sRGB colors, channels last."""
    xyz = _linear(colors) @ RGB_TO_XYZ.T / RGB_TO_XYZ.sum(axis=1)
    knee = 6 / 29
    root = np.where(xyz > knee**3, np.cbrt(xyz), xyz / (3 * knee**2) + 4 / 29)
    x, y, z = np.moveaxis(root, -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], axis=-1)


def distances(some: np.ndarray, others: np.ndarray, vision: str) -> np.ndarray:
    """How far apart each of (n, 3) and each of (m, 3) sRGB colors look, (n, m)."""
    first, second = (lab(seen(np.asarray(colors), vision)) for colors in (some, others))
    return np.linalg.norm(first[:, None] - second[None], axis=-1)


def _linear(colors: np.ndarray) -> np.ndarray:
    colors = np.asarray(colors, float)
    return np.where(colors <= 0.04045, colors / 12.92, ((colors + 0.055) / 1.055) ** 2.4)
