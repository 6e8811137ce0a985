"""What can be wrong with an input, in codes and plain words: one table, used by every door."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """What a finding does: the lesion is refused, scored with a warning, or the input was mended."""

    REFUSE = "refuse"
    WARN = "warn"
    FIXED = "fixed"


@dataclass(frozen=True)
class Finding:
    """One thing that was found: a code of `CODES`, what it does, and a sentence for a person."""

    code: str
    severity: Severity
    text: str

    def __post_init__(self) -> None:
        if self.code not in CODES:
            raise ValueError(f"finding code {self.code!r} is not in the table of codes")

    @property
    def refuses(self) -> bool:
        """Whether what it was found in cannot be scored."""
        return self.severity is Severity.REFUSE


# code -> what it means, in words that stand without the numbers of the single case
CODES = {
    "ct.kvp_missing": "The signature needs the tube voltage (kVp) and the CT does not say it.",
    "ct.hu_implausible": "The voxel values do not look like Hounsfield units.",
    "ct.padding": "Padding values (no measurement) lie inside the lesion or its ring.",
    "ct.non_finite": "The lesion or its ring holds voxels that are not numbers.",
    "ct.unreadable": "The CT cannot be read.",
    "ct.gantry_tilt": "The slices are stacked at a slant (gantry tilt), or a transform bends the volume.",
    "ct.missing_slice": "A slice of the series is missing.",
    "ct.duplicate_slice": "Several slices lie at the same place.",
    "ct.variable_spacing": "The distance between slices varies, or slices are shifted sideways.",
    "ct.mixed_series": "Slices of several series, orientations or reconstructions lie together.",
    "ct.unknown_series": "The folder has no series with the UID that was asked for.",
    "ct.not_ct": "The series is not a CT.",
    "ct.no_rescale": "The header does not say how stored values become Hounsfield units.",
    "ct.multiframe": "A multi-frame file does not say where its frames lie.",
    "ct.transfer_syntax": "The pixels are compressed in a way that no installed decoder reads.",
    "ct.damaged_file": "A file of the series is empty, damaged or cut off.",
    "ct.too_large": "The header claims more voxels than any CT has.",
    "ct.thickness_missing": "The header does not say how thick the slices are.",
    "ct.not_original": "The series is derived, not original, or its values are not in Hounsfield units.",
    "ct.kvp_implausible": "The tube voltage is none that a CT has.",
    "ct.kvp_differs": "The tube voltage given by hand differs from the header's.",
    "ct.transforms_differ": "The two transforms of a NIfTI header put the volume at different places.",
    "patient.mismatch": "Files name different patients or studies.",
    "dicom.no_library": "DICOM needs a library that is not installed.",
    "dicom.incomplete": "The DICOM header lacks what results have to refer to.",
    "dicom.other_ct": "The CT is not the one that was scored.",
    "result.unreadable": "The folder holds no whole result of scoring.",
    "result.edited": "The result is not, or not surely, what scoring wrote.",
    "domain.no_contrast": "The header names no contrast agent.",
    "domain.kernel_unknown": "The header does not name the reconstruction kernel.",
    "domain.slice_thickness": "The slices are thicker than the signature's domain.",
    "domain.feature_range": "A value lies outside the range of the signature's training data.",
    "domain.extrapolated": "A value or the score lies far outside of what the signature was trained on.",
    "mask.geometry": "The segmentation lies on another grid than the CT.",
    "mask.unreadable": "The segmentation cannot be read.",
    "mask.reference": "It cannot be shown that the segmentation was drawn on this CT.",
    "mask.not_planar": "The structure is not made of closed contours in slices.",
    "mask.fractional": "The segmentation is fractional; voxels of at least one half were taken.",
    "mask.no_match": "No lesion has the name that was asked for.",
    "lesions.damaged": "The file of the lesions is damaged.",
    "lesions.unlisted": "The segmentation holds voxels of a segment that it does not list.",
    "lesion.not_a_lesion": "The structure is an organ, a target volume or a device, not a lesion.",
    "lesion.implausible_size": "The lesion is larger than lesions are.",
    "lesion.empty": "The segment holds no voxel.",
    "lesion.too_small": "The lesion is smaller than features can be measured on.",
    "lesion.single_slice": "The lesion lies on a single slice.",
    "lesion.truncated": "The lesion touches the border of the CT: part of it may be missing.",
    "lesion.components": "The lesion consists of several separate pieces.",
    "lesion.holes": "The lesion has holes inside.",
    "lesion.overlap": "The lesion shares voxels with another one.",
    "lesion.few_voxels": "Features have few voxels to work on.",
    "lesion.spurs": "Something one voxel wide sticks out of the lesion.",
    "lesion.slice_gaps": "Slices inside the lesion are not drawn.",
    "lesion.jagged": "The lesion's contour jumps to and fro between slices.",
    "lesion.outside_body": "Part of the lesion lies outside the body.",
    "lesion.air": "Air or lung lies inside the lesion.",
    "lesion.metal": "Metal or its streaks lie inside the lesion.",
    "lesion.too_many_levels": "The range of values would make too many intensity levels.",
    "lesion.too_large": "The region is larger than the voxel limit.",
    "lesion.failed": "Scoring this lesion failed unexpectedly.",
    "ring.clipped": "More than half of the ring is cut away by the CT's border or other lesions.",
    "ring.empty": "Nothing of the ring is left.",
    "feature.undefined": "A feature that the signature needs is not defined for this region.",
    "site.missing": "The signature uses the lesion's site and none is given.",
    "stroke.outside": "The stroke or click lies outside of the CT.",
    "stroke.too_short": "The stroke is too short to tell a lesion by.",
    "stroke.nothing_found": "There is no lesion to be found at the stroke or click.",
    "stroke.limit": "The lesion is longer than the stroke and may go on.",
    "stroke.faint": "The lesion hardly differs from what is around it.",
    "table.unreadable": "The lesion table cannot be read.",
    "table.unknown_lesion": "The lesion table names a lesion that is not in the segmentation.",
    "table.unknown_site": "The lesion table names a site that is not known.",
    "settings.invalid": "The extraction settings are not valid.",
    "settings.too_large": "Settings and volume would take more memory than there is.",
    "output.is_input": "What is to be written would replace or remove an input.",
    "output.foreign": "What is to be written would replace files that this software did not write.",
    "output.incomplete": "A file could not be written whole: the disk is full or failing.",
    "engine.missing": "The software that features were to be extracted with is not installed.",
    "signature.unreadable": "The signature file cannot be read.",
    "signature.invalid": "The signature file has a field that is missing or not valid.",
    "signature.unknown_version": "The signature file has a format version that this software does not know.",
    "signature.unknown_variable": "The signature uses a variable that this software does not know.",
    "signature.duplicate_term": "The signature names the same variable twice.",
    "signature.non_finite": "The signature holds a number that is not finite.",
}


class InputError(ValueError):
    """An input that cannot be used at all; `code` is one of `CODES`, the text says what to do."""

    def __init__(self, code: str, text: str) -> None:
        if code not in CODES:
            raise ValueError(f"error code {code!r} is not in the table of codes")
        super().__init__(text)
        self.code = code


class GeometryError(InputError):
    """A segmentation that does not lie on the CT."""


class SettingsError(InputError):
    """Extraction or ring settings that cannot be used."""


class EngineError(InputError):
    """An engine for features that cannot be used."""


class SignatureError(InputError):
    """A signature file that cannot be used."""


class TableError(InputError):
    """A lesion table that cannot be used."""


class OutputError(InputError):
    """A place that cannot be written to, or a file that could not be written whole."""


class Refusal(InputError):
    """One lesion (or one region of it) cannot be measured; the others go on."""
