"""What is wrong with a series by its headers: one check for each kind of fault."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from functools import partial

from ...acceptance import unless_accepted
from ...findings import Finding, Severity
from ...identity import in_part, same_patient
from ...modality import CT
from .headers import SliceHeader
from .kinds import HOUNSFIELD, UNSPECIFIED, Check, kind_of
from .library import can_decode, syntax_name

# Images in DICOM's sense that no lesion can be scored on, whatever is allowed.
NO_SCANS = frozenset(
    {"SEG", "RTSTRUCT", "RTDOSE", "RTPLAN", "SR", "PR", "KO", "REG", "RWV", "M3D", "OT", "DOC"}
)
BITS = (8, 16, 32)
# Words of ImageType (and of FrameType) that name what was made of a scan; makers write them in any place.
PROJECTIONS = {"MIP", "MINIP", "PROJECTION", "MAXIMUM", "MINIMUM", "VRT", "SSD"}
DERIVATIONS = {
    "a projection through several slices": PROJECTIONS,
    "a subtraction": {"SUBTRACTION", "SUBTRACT", "SUBTRACTED"},
    "reformatted from other slices": {"MPR", "REFORMATTED", "MULTIPLANAR", "RESAMPLED"},
}
# More than any scanner's matrix; what claims more is no CT, and would take memory without bound.
MAX_SIDE_PIXELS = 8192
MAX_VOXELS = 2_000_000_000
# Direction cosines and pixel spacings count as the same when they agree to this many decimals.
SAME_DECIMALS = 3


def check_headers(slices: Sequence[SliceHeader], accepted: Collection[str]) -> list[Finding]:
    """What is wrong with a series. The first refusal ends it: what comes later would be a consequence.

    Parameters
    ----------
    slices : sequence of SliceHeader, of one series
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted
    """
    kind = kind_of(slices)
    if kind is None or all(header.pixels is None for header in slices):
        return [_no_scan(slices[0].modality)]
    checks: tuple[Check, ...] = (
        *kind.first,
        partial(_check_one_patient, accepted=accepted),
        _check_pixels,
        _check_frames,
        _check_mixed,
        partial(check_original, accepted=accepted),
        *kind.last,
    )
    findings = []
    for check in checks:
        finding = check(slices)
        if finding is not None:
            findings.append(finding)
            if finding.refuses:
                break
    return findings


def check_original(slices: Sequence[SliceHeader], accepted: Collection[str]) -> Finding | None:
    """Whether a series is what the scanner reconstructed, and a CT in Hounsfield units.

    A header without image type or without rescale type is taken for an original one in HU, as the standard
    has it for CT.

    Parameters
    ----------
    slices : sequence of SliceHeader, or of what has its `modality`, `image_type` and `rescale_type`
    accepted : collection of str, codes of `acceptance.OPTIONS` that a person accepted
    """
    kind = kind_of(slices)
    if kind is None:
        return None
    derived = [header for header in slices if _derivation(header.image_type, kind.derived)]
    if derived:
        image_type = "\\".join(derived[0].image_type)
        words = _derivation(derived[0].image_type, kind.derived)
        text = (
            f"{_share(derived, slices)} {words} (ImageType {image_type}): not what the scanner reconstructed."
        )
        return unless_accepted(kind.original_code, text, accepted)
    others = [header for header in slices if kind.units and header.rescale_type not in kind.units]
    # Converters (GDCM) write "unspecified" into CT whose header named no unit.
    if others and all(header.rescale_type == UNSPECIFIED for header in others):
        text = "The header leaves the unit of the values open (RescaleType US): taken for Hounsfield units."
        return Finding(kind.original_code, Severity.WARN, text)
    if others:
        text = (
            f"{_share(others, slices)} in the unit {others[0].rescale_type} (RescaleType), not in Hounsfield "
            f"units ({HOUNSFIELD})."
        )
        return unless_accepted(kind.original_code, text, accepted)
    return None


def _no_scan(modality: str) -> Finding:
    """The finding of a series that is no image of the body, or of a modality that is not read."""
    found = CT.check_kind(modality or "no modality")
    if found is None or modality in NO_SCANS:
        return _refuse(CT.kind_code, f"It is no scan ({modality or 'no modality'}).")
    return found


def _check_one_patient(slices: Sequence[SliceHeader], accepted: Collection[str]) -> Finding | None:
    """Whether all slices are of one patient and one study, where they name them."""
    patients = Counter(header.patient_id for header in slices if header.patient_id)
    usual, *rest = [name for name, _ in patients.most_common()] or [""]
    others = [name for name in rest if not same_patient(name, usual)]
    if others:
        count = sum(patients[name] for name in others)
        one, other = in_part(others[0], usual)
        whose = f"PatientID {one}, the others {other}"
        text = f"{count} of {len(slices)} slices are of another patient ({whose})."
        return unless_accepted("patient.mismatch", text, accepted)
    studies = Counter(header.study_uid for header in slices if header.study_uid)
    if len(studies) > 1:
        count = len(slices) - studies.most_common(1)[0][1]
        text = f"{count} of {len(slices)} slices are of another study than the others."
        return unless_accepted("patient.mismatch", text, accepted)
    return None


def _derivation(image_type: Sequence[str], derived: bool) -> str:
    """What was made of the scan, in words; "" for an original."""
    parts = {part for value in image_type for part in re.split(r"[^A-Z0-9]+", value)}
    for words, names in DERIVATIONS.items():
        if parts & names:
            return words
    return "derived from other images" if derived and image_type[:1] == ("DERIVED",) else ""


def _share(some: Sequence[SliceHeader], slices: Sequence[SliceHeader]) -> str:
    return "Its slices are" if len(some) == len(slices) else f"{len(some)} of {len(slices)} slices are"


def _check_pixels(slices: Sequence[SliceHeader]) -> Finding | None:
    """Whether the pixels can be read, in this memory and with these decoders."""
    for header in slices:
        pixels = header.pixels
        if pixels is None:
            return _refuse("ct.damaged_file", f"{header.path.name} holds no picture.")
        problem = ""
        if max(pixels.rows, pixels.columns) > MAX_SIDE_PIXELS or min(pixels.rows, pixels.columns) < 1:
            claim = f"{header.path.name} claims {pixels.columns} x {pixels.rows} pixels"
            text = f"{claim}; {MAX_SIDE_PIXELS} a side is the limit."
            return _refuse("ct.too_large", text)
        if pixels.frames > 1 and header.frame is None:
            return _refuse(
                "ct.multiframe",
                f"{header.path.name} holds {pixels.frames} frames and does not say where each lies (no "
                "functional groups). Export the series as single slices.",
            )
        if pixels.samples != 1:
            problem = "is a color picture"
        elif pixels.bits_allocated not in BITS or not 0 < pixels.bits_stored <= pixels.bits_allocated:
            problem = f"keeps {pixels.bits_stored} of {pixels.bits_allocated} bits a pixel"
        if problem:
            return _refuse("ct.unreadable", f"{header.path.name} {problem}: no slice of a scan.")
        if not pixels.native and not can_decode(pixels.syntax):
            return _refuse(
                "ct.transfer_syntax",
                f"The slices are compressed as {syntax_name(pixels.syntax)}, and no decoder for it is there. "
                "Export the series uncompressed, or as JPEG lossless or JPEG 2000.",
            )
        if pixels.native and not pixels.frame_bytes * pixels.frames <= min(pixels.length, pixels.available):
            return _refuse(
                "ct.damaged_file", f"{header.path.name} is cut off: pixels are missing. Copy it again."
            )
    return None


def _check_frames(slices: Sequence[SliceHeader]) -> Finding | None:
    """Whether an enhanced multi-frame file has as many frames as it describes."""
    described = Counter(header.path for header in slices if header.frame is not None)
    for header in slices:
        if header.pixels and header.frame == 1 and header.pixels.frames != described[header.path]:
            counts = f"{header.pixels.frames} frames and describes {described[header.path]}"
            return _refuse("ct.multiframe", f"{header.path.name} holds {counts}.")
    return None


def _check_mixed(slices: Sequence[SliceHeader]) -> Finding | None:
    """Whether all slices are of one scan: no localizer, one orientation, size, kernel and tube voltage."""
    if all(header.localizer for header in slices):
        return _refuse(
            "ct.mixed_series", "It is a localizer, the overview picture that a scan is planned on."
        )
    kinds: dict[Hashable, list[SliceHeader]] = {}
    for header in slices:
        kinds.setdefault(_kind(header), []).append(header)
    if len(kinds) == 1:
        return None
    listing = "; ".join(_describe(members) for members in kinds.values())
    text = f"It mixes slices that make no one volume: {listing}. Export them as series of their own."
    return _refuse("ct.mixed_series", text)


def _kind(header: SliceHeader) -> Hashable:
    flat = [value for axis in header.orientation or () for value in axis] + list(header.pixel_spacing or ())
    return (
        header.modality,
        header.localizer,
        tuple(round(value, SAME_DECIMALS) + 0.0 for value in flat),
        (header.pixels.rows, header.pixels.columns) if header.pixels else None,
        header.frame_of_reference_uid,
        header.acquisition.kernel,
        header.acquisition.kvp,
    )


def _describe(slices: Sequence[SliceHeader]) -> str:
    first = slices[0]
    words = [f"{len(slices)} slices" if len(slices) > 1 else "1 slice"]
    if first.localizer:
        words.append("localizer")
    words.append(_plane(first))
    if first.pixels:
        words.append(f"{first.pixels.columns} x {first.pixels.rows}")
    if first.acquisition.kernel:
        words.append(f"kernel {first.acquisition.kernel}")
    if first.acquisition.kvp:
        words.append(f"{first.acquisition.kvp:g} kV")
    if first.modality not in CT.codes:
        words.append(first.modality)
    return ", ".join(filter(None, words)) + f" ({first.path.name} ...)"


def _plane(header: SliceHeader) -> str:
    if header.orientation is None:
        return "no orientation"
    (rx, ry, rz), (cx, cy, cz) = header.orientation
    normal = (abs(ry * cz - rz * cy), abs(rz * cx - rx * cz), abs(rx * cy - ry * cx))
    return ("sagittal", "coronal", "axial")[normal.index(max(normal))]


def _refuse(code: str, text: str) -> Finding:
    return Finding(code, Severity.REFUSE, text)
