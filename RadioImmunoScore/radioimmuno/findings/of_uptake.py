"""Findings on what is measured of lesions and reference regions on a PET."""

from __future__ import annotations

from ..thresholds import MIN_REFERENCE_CC
from .row import LESION_REFUSED, Row

WARNED = "Measured, with a warning in its row."
REFERENCE_REFUSED = "The reference region is refused; what needs no reference is measured."
REFERENCE_WARNED = "Measured, with a warning."

ROWS = {
    "pet.non_finite": Row(
        "Voxels of the lesion or of a reference region hold no value.",
        f"{LESION_REFUSED} A reference region is refused.",
        "A missing slice or damaged data: what lies there is not known.",
        "Take a PET that is whole; move the reference region.",
    ),
    "pet.no_uptake": Row(
        "The lesion's highest value is not positive.",
        f"{WARNED} There is no volume at a share of the maximum.",
        "A share of a maximum of 0 or less marks no volume.",
        "Check that the lesion lies where it was drawn, and that the PET's values are what they should be.",
    ),
    "pet.no_peak": Row(
        "The lesion has no SUVpeak.",
        f"{WARNED} SUVpeak is empty.",
        "No sphere of 1 cc centred in the lesion lies whole in the PET, on voxels with a value.",
        "Take SUVmax, or a PET that reaches further.",
    ),
    "pet.peak_cut": Row(
        "The hottest voxel lies so near to the PET's border that no sphere of 1 cc fits around it.",
        WARNED,
        "SUVpeak is then that of spheres beside it, and may be too low.",
        "Take SUVmax, or a PET that reaches further.",
    ),
    "pet.small_for_peak": Row(
        "The lesion is smaller than the sphere of 1 cc of SUVpeak.",
        WARNED,
        "SUVpeak then averages tissue around the lesion, too.",
        "Compare such lesions by SUVmax.",
    ),
    "pet.region_at_contour": Row(
        "The volume at 41 % of the maximum touches the lesion's contour.",
        WARNED,
        "Where uptake goes on beyond the contour, the contour and not the threshold ends the volume.",
        "Draw the lesion with a margin, without its neighbours.",
    ),
    "pet.reference_small": Row(
        f"The reference region is smaller than {MIN_REFERENCE_CC:g} cc.",
        REFERENCE_REFUSED,
        "The mean of a few voxels is noise, and ratios to it are, too.",
        "Draw it larger: 3 cm across in the liver.",
    ),
    "pet.reference_mean": Row(
        "The mean of the reference region is not positive.",
        REFERENCE_REFUSED,
        "No ratio to it means anything.",
        "Draw it in the tissue, and check the PET's values.",
    ),
    "pet.reference_unusual": Row(
        "Liver or blood pool have a mean SUV that they hardly have on FDG.",
        REFERENCE_WARNED,
        "A wrong weight, dose or time makes all SUV wrong by the same factor; so does a region in the wrong "
        "place.",
        "Check dose, weight and times, and where the region lies. Ratios do not depend on them.",
    ),
    "pet.reference_overlap": Row(
        "The reference region shares voxels with a lesion.",
        REFERENCE_WARNED,
        "It measures tumor, too.",
        "Move it.",
    ),
}
