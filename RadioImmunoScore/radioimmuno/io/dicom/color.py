"""The colors that segments are recommended to be shown in, as DICOM writes colors.

A color says lesion or ring, and nothing else. The color of a score would be read without its legend in an
archive, and for a demonstration signature without its warning; the score is in the report.
"""

from __future__ import annotations

import numpy as np

# Channels 0 to 1: a lesion as it looks before it has a score, and a green that no score has.
LESION_RGB, RING_RGB = (0.9, 0.78, 0.3), (0.0, 0.62, 0.45)

# sRGB (IEC 61966-2-1) to CIE XYZ, and its white.
TO_XYZ = ((0.4124, 0.3576, 0.1805), (0.2126, 0.7152, 0.0722), (0.0193, 0.1192, 0.9505))
WHITE_XYZ = (0.9505, 1.0, 1.089)


def cielab(rgb: tuple[float, float, float]) -> list[int]:
    """A color as the three numbers of RecommendedDisplayCIELabValue (DICOM PS3.3, C.10.7.1.1).

    Parameters
    ----------
    rgb : channels of sRGB, 0 to 1
    """
    channels = np.array(rgb)
    linear = np.where(channels > 0.04045, ((channels + 0.055) / 1.055) ** 2.4, channels / 12.92)
    share = np.array(TO_XYZ) @ linear / np.array(WHITE_XYZ)
    root = np.where(share > (6 / 29) ** 3, np.cbrt(share), share * (29 / 6) ** 2 / 3 + 4 / 29)
    lab = (116 * root[1] - 16, 500 * (root[0] - root[1]), 200 * (root[1] - root[2]))
    scaled = (lab[0] / 100 * 65535, (lab[1] + 128) / 255 * 65535, (lab[2] + 128) / 255 * 65535)
    return [round(float(value)) for value in scaled]
