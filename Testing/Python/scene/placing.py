"""Where lesions that were read lie."""

from __future__ import annotations

import numpy as np

from radioimmuno.geometry.image import Box

RAS_TO_LPS = np.array([-1, -1, 1])


def onWholeCt(lesion):
    return lesion.mask.within(Box.whole(lesion.mask.lattice.shape), False)


def masksOf(reading):
    return {lesion.id: onWholeCt(lesion) for lesion in reading.lesions}


def centersOfMassRas(reading):
    return {
        lesion.id: lesion.mask.window.to_lps(np.argwhere(lesion.mask.values)).mean(axis=0) * RAS_TO_LPS
        for lesion in reading.lesions
    }
