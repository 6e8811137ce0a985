"""The families of features, in the order in which results list them. A new family: its file, a line here."""

from __future__ import annotations

from . import glcm, gldzm, glrlm, glszm, histogram, ivh, local_intensity, morphology, ngldm, ngtdm, statistics
from .family import Family

FAMILIES: tuple[Family, ...] = (
    morphology.FAMILY,
    local_intensity.FAMILY,
    statistics.FAMILY,
    histogram.FAMILY,
    ivh.FAMILY,
    glcm.FAMILY,
    glcm.FAMILY_MERGED,
    glrlm.FAMILY,
    glrlm.FAMILY_MERGED,
    glszm.FAMILY,
    gldzm.FAMILY,
    ngtdm.FAMILY,
    ngldm.FAMILY,
)
