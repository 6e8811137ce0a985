"""Findings on masks, lesions, rings and strokes: the second part of the table."""

from __future__ import annotations

from ..thresholds import (
    CARRIED_VOLUME_CHANGE,
    FEW_VOXELS,
    MAX_LEVELS,
    MAX_PLAUSIBLE_CC,
    MAX_REGION_VOXELS,
    MAX_VOLUME_CHANGE,
    METAL_REFUSE_SHARE,
    MIN_RING_SHARE,
    MIN_VOLUME_CC,
    MIN_VOXELS,
)
from .row import FILE_REFUSED, LESION_REFUSED, NOT_DONE, WARNED, Row

LOOKED_AT = "Told when lesions are checked; scoring goes on."

ROWS = {
    "mask.geometry": Row(
        "The segmentation lies on another grid than the CT.",
        "Resampled to the CT by the nearest voxel, and the change of volume is told; above "
        f"{100 * MAX_VOLUME_CHANGE:g} % the lesion is refused. A file that lies outside of the CT, or in "
        "another frame of reference, is refused whole.",
        "A mask that changes its size on the way is not what was drawn; positions of two frames of reference "
        "cannot be compared.",
        "Segment on the CT's own grid.",
    ),
    "mask.carried": Row(
        "The lesion was drawn on another grid than that of the image it is measured on.",
        "The image's voxels of which it covers at least half are taken, and the change of volume is told; "
        f"above {100 * CARRIED_VOLUME_CHANGE:g} % it is a warning. A lesion that covers no voxel by half is "
        "refused.",
        "Voxels of a PET may be as large as small lesions: what they measure is of other tissue, too.",
        "Look at the lesion on this image; draw it there, or leave it out.",
    ),
    "mask.unreadable": Row(
        "The segmentation cannot be read.",
        FILE_REFUSED,
        "It is missing, damaged, an image instead of a segmentation, or names its segments wrongly.",
        "Save the segmentation again.",
    ),
    "mask.reference": Row(
        "It cannot be shown that the segmentation was drawn on this CT.",
        WARNED,
        "It names another series than the one that is scored, or the CT is a file without series.",
        "Check that it was drawn on this CT.",
    ),
    "mask.not_planar": Row(
        "The structure is not made of closed contours in slices.",
        LESION_REFUSED,
        "Only closed contours in the CT's slices say which voxels are inside.",
        "Export the structure as closed planar contours, or as DICOM SEG.",
    ),
    "mask.fractional": Row(
        "The segmentation is fractional; voxels of at least one half were taken.",
        "Voxels of at least one half are taken, and that is recorded.",
        "Features need to know which voxels belong to the lesion.",
        "Look whether the lesion is as you drew it.",
    ),
    "mask.no_match": Row(
        "No lesion has the name that was asked for.",
        NOT_DONE,
        "No lesion's name fits the pattern.",
        "Take one of the names listed.",
    ),
    "lesions.damaged": Row(
        "The file of the lesions is damaged.",
        f"{FILE_REFUSED} A damaged contour refuses its structure; where nothing but the part behind the "
        "contours is missing, it is a warning.",
        "A DICOM file ends early, or its lengths, numbers and lists contradict each other: what is left "
        "could be another shape.",
        "Copy or export the file again.",
    ),
    "lesions.unlisted": Row(
        "The segmentation holds voxels of a segment that it does not list.",
        WARNED,
        "The file marks voxels as a segment that its list does not name; they belong to no lesion.",
        "Save the segmentation again, with all of its segments.",
    ),
    "lesion.not_a_lesion": Row(
        "The structure is an organ, a target volume or a device, not a lesion.",
        "Left out; it cuts no ring and is not scored.",
        "By its name, its terminology or its type in an RTSTRUCT it is an organ, a target volume, a device "
        "or the body; where a name leaves it open, by its size.",
        "Where it is a lesion all the same, choose it: `--roi`, or its tick in the panel.",
    ),
    "lesion.implausible_size": Row(
        "The lesion is larger than lesions are.",
        WARNED,
        f"Hardly any lesion is larger than {MAX_PLAUSIBLE_CC:,.0f} cc: it may be an organ.",
        "Look at what was segmented.",
    ),
    "lesion.empty": Row(
        "The segment holds no voxel.",
        LESION_REFUSED,
        "There is nothing to measure.",
        "Draw it, or remove the segment.",
    ),
    "lesion.too_small": Row(
        "The lesion is smaller than features can be measured on.",
        LESION_REFUSED,
        f"Below {MIN_VOLUME_CC:g} cc ({MIN_VOXELS} voxels where grid and CT are finer than 1 mm) features "
        "say more of single voxels than of tissue.",
        "Leave the lesion out; for small animals set `spacing_mm` to the CT's voxels.",
    ),
    "lesion.single_slice": Row(
        "The lesion lies on a single slice.",
        LESION_REFUSED,
        "3D features need neighbours above and below.",
        "Draw it on all of its slices.",
    ),
    "lesion.truncated": Row(
        "The lesion touches the border of the CT: part of it may be missing.",
        WARNED,
        "What lies beyond the CT is not measured.",
        "Take a series that holds the whole lesion.",
    ),
    "lesion.components": Row(
        "The lesion consists of several separate pieces.",
        WARNED,
        "All pieces are measured as one; the largest is never taken silently.",
        "Split it, or remove what does not belong (offered in the panel).",
    ),
    "lesion.holes": Row(
        "The lesion has holes inside.",
        WARNED,
        "A necrosis that was cut out and a slip look the same.",
        "Fill them (offered in the panel).",
    ),
    "lesion.overlap": Row(
        "The lesion shares voxels with another one.",
        WARNED,
        "Shared voxels count for both lesions; rings leave other lesions out.",
        "Correct the masks.",
    ),
    "lesion.few_voxels": Row(
        "Features have few voxels to work on.",
        LOOKED_AT,
        f"Below {FEW_VOXELS} voxels most of them lie at the rim.",
        "Take thinner slices, or be careful with the score.",
    ),
    "lesion.spurs": Row(
        "Something one voxel wide sticks out of the lesion.",
        LOOKED_AT,
        "They change shape features.",
        "Remove them (offered in the panel).",
    ),
    "lesion.slice_gaps": Row(
        "Slices inside the lesion are not drawn.",
        LOOKED_AT,
        "A slice was perhaps forgotten.",
        "Interpolate it (offered in the panel).",
    ),
    "lesion.jagged": Row(
        "The lesion's contour jumps to and fro between slices.",
        LOOKED_AT,
        "Contours drawn slice by slice make a rough surface.",
        "Smooth (offered in the panel).",
    ),
    "lesion.outside_body": Row(
        "Part of the lesion lies outside the body.",
        f"{WARNED} A lesion that is mostly air is refused.",
        "Air around the body is no lesion.",
        "Remove it (offered in the panel).",
    ),
    "lesion.air": Row(
        "Air or lung lies inside the lesion.",
        f"{WARNED} A lesion is refused when more than half of it is as dark as aerated lung, inside and at "
        "its contour; a cavity and ground glass are not.",
        "Air changes every intensity feature.",
        "Correct the contour.",
    ),
    "lesion.metal": Row(
        "Metal or its streaks lie inside the lesion.",
        f"{WARNED} A lesion with more than {100 * METAL_REFUSE_SHARE:.0f} % of metal is refused.",
        "Metal and its streaks are no tissue.",
        "Leave the lesion out.",
    ),
    "lesion.too_many_levels": Row(
        "The range of values would make too many intensity levels.",
        LESION_REFUSED,
        f"More than {MAX_LEVELS} levels make matrices too large to compute and too sparse to mean anything.",
        "Look for metal or damaged voxels.",
    ),
    "lesion.too_large": Row(
        "The region is larger than the voxel limit.",
        LESION_REFUSED,
        f"More than {MAX_REGION_VOXELS:,} voxels on the grid are no lesion but a mistake.",
        "Look whether the segment holds an organ or the body.",
    ),
    "lesion.failed": Row(
        "Scoring this lesion failed unexpectedly.",
        LESION_REFUSED,
        "An error of the software; the log has the details.",
        "Report it, please.",
    ),
    "ring.clipped": Row(
        "More than half of the ring is cut away by the CT's border or other lesions.",
        WARNED,
        f"Less than {100 * MIN_RING_SHARE:g} % of the ring is left to measure.",
        "Look whether what is left stands for the lesion's surroundings.",
    ),
    "ring.empty": Row(
        "Nothing of the ring is left.",
        LESION_REFUSED,
        "The signature's ring has no voxels.",
        "Look at the neighbours.",
    ),
    "feature.not_measured": Row(
        "The signature needs a value that could not be measured of this lesion.",
        LESION_REFUSED,
        "The lesion is not on the image that the value is of, is too small for its voxels, or a model gives "
        "nothing for it; a warning in the same row says which.",
        "See that warning; or take a signature that does without this image.",
    ),
    "feature.undefined": Row(
        "A feature that the signature needs is not defined for this region.",
        f"{LESION_REFUSED} Where the signature says so, the mean of its training data is taken.",
        "Some features are not defined in a flat region.",
        "Look whether the lesion is flat or padded.",
    ),
    "site.missing": Row(
        "The signature uses the lesion's site and none is given.",
        WARNED,
        "It was scored as none of the signature's sites.",
        "Give the site in the table or the panel.",
    ),
    "stroke.outside": Row(
        "The stroke or click lies outside of the CT.",
        NOT_DONE,
        "There are no voxels there.",
        "Draw inside the CT.",
    ),
    "stroke.too_short": Row(
        "The stroke is too short to tell a lesion by.",
        NOT_DONE,
        "A diameter is needed to start from.",
        "Draw across the lesion.",
    ),
    "stroke.not_crossed": Row(
        "The two strokes of a pair of diameters do not cross.",
        NOT_DONE,
        "Long and short axis are measured in one slice, the short across the long one.",
        "Draw the second stroke across the first.",
    ),
    "stroke.nothing_found": Row(
        "There is no lesion to be found at the stroke or click, or nothing to correct.",
        NOT_DONE,
        "Nothing differs from its surroundings there.",
        "Draw across the whole lesion, or by hand.",
    ),
    "stroke.far": Row(
        "The point is too far from the lesion's border to pull it there.",
        NOT_DONE,
        "It is farther from the border than the radius of a ball as large as the lesion.",
        "Click nearer to the border, or draw a stroke across what is missing or too much.",
    ),
    "stroke.foreign": Row(
        "The stroke runs through bone or air.",
        "A lesion is made, with a warning.",
        "Neither is taken for the lesion.",
        "Look whether it belongs to the lesion, and add it with another stroke where it does.",
    ),
    "stroke.unsure": Row(
        "A reader would probably draw the lesion otherwise.",
        "A lesion is made, with a warning; checking lesions warns again.",
        "By its border, its shape and the stroke, its expected agreement with a reader's contour is low.",
        "Look at its border; correct it by further strokes, or by a point on the border.",
    ),
}
