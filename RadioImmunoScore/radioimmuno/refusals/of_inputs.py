"""Advice on the CT, on DICOM and on the files beside it."""

from __future__ import annotations

from ..io.dicom.geometry import GAP_FROM_STEPS, MAX_TILT_DEG, MAX_UNEVEN_SHARE
from ..thresholds import BAD_VOXELS_REFUSE_SHARE, BAD_VOXELS_WARN_SHARE, MAX_SLICE_MM, PADDING_BELOW_HU
from .advice import ACCEPTED, ALL_WARNED, CT_REFUSED, FILE_REFUSED, LESION_REFUSED, NOT_DONE, WARNED, Advice

ADVICE = {
    "ct.unreadable": Advice(
        CT_REFUSED,
        "The file is missing, damaged, no volume, or says nothing usable of where its voxels lie.",
        "Export or copy it again, as DICOM, NRRD, NIfTI or MHA/MHD.",
    ),
    "ct.gantry_tilt": Advice(
        CT_REFUSED,
        f"The angle between the slices' positions and their normal is above {MAX_TILT_DEG:g} degrees (the "
        "header's tag is not asked), or a transform in the scene bends or stretches the volume. Read as a "
        "stack at right angles it would be sheared, and so would shapes, rings and textures.",
        "Resample the volume to right angles, or take a series that was reconstructed without tilt.",
    ),
    "ct.missing_slice": Advice(
        f"{LESION_REFUSED} That holds for a lesion with the gap in its extent, its ring or the slice beyond; "
        "lesions elsewhere are scored with a warning.",
        f"Two slices are more than {GAP_FROM_STEPS:g} times the usual distance apart. A reader that spreads "
        "the slices evenly would stretch the whole CT; here all others stay in their place and the missing "
        "one is taken as not measured.",
        "Export or send the series again.",
    ),
    "ct.duplicate_slice": Advice(
        "The same pixels twice: each slice is read once, and that is recorded. Different pixels: the CT is "
        "refused.",
        "Different pixels at one place are two phases or reconstructions, and a stack of both is neither.",
        "Export the phases as series of their own.",
    ),
    "ct.variable_spacing": Advice(
        CT_REFUSED,
        f"Distances between slices differ by more than {100 * MAX_UNEVEN_SHARE:g} %: the voxels have no one "
        "size.",
        "Take an evenly reconstructed series, or resample it.",
    ),
    "ct.mixed_series": Advice(
        f"{CT_REFUSED} A folder with one usable CT beside others that are not is read, with a warning.",
        "Localizers, other orientations, sizes, kernels or tube voltages do not belong into one volume; and "
        "of several good series nobody but you knows which is meant.",
        "Say which series (`--series UID`; `radioimmuno series FOLDER` lists them), or export it alone.",
    ),
    "ct.unknown_series": Advice(
        CT_REFUSED,
        "None of the folder's series has this UID.",
        "Take one of those that `radioimmuno series FOLDER` lists.",
    ),
    "ct.not_ct": Advice(
        f"{CT_REFUSED} {ACCEPTED.format('--allow-modality')}",
        "Signatures are made on Hounsfield units; values of MR or PET mean something else.",
        "Take the CT.",
    ),
    "ct.no_rescale": Advice(
        f"{CT_REFUSED} In another modality that was allowed, values are taken as stored, with a warning.",
        "Without RescaleSlope and RescaleIntercept stored values are usually off by 1024 HU.",
        "Export the series from the scanner or the archive again.",
    ),
    "ct.hu_implausible": Advice(
        f"{CT_REFUSED} {ACCEPTED.format('--accept-values')}",
        "A CT has air or fat below 0 HU, spans more than these values do, is cut off nowhere near tissue, "
        "and has no slice that lies hundreds of HU beside its neighbours.",
        "Check that the export applied rescale slope and intercept, in every slice.",
    ),
    "ct.padding": Advice(
        f"Above {100 * BAD_VOXELS_WARN_SHARE:g} % of lesion or ring a warning, above "
        f"{100 * BAD_VOXELS_REFUSE_SHARE:g} % the lesion is refused. Padding is never measured.",
        f"PixelPaddingValue, what lies below it, and all below {PADDING_BELOW_HU:g} HU mean that nothing was "
        "measured there.",
        "Draw the lesion inside the field of view, or take a series with a larger one.",
    ),
    "ct.non_finite": Advice(
        LESION_REFUSED, "A voxel that is not a number has no intensity.", "Export the CT again."
    ),
    "ct.multiframe": Advice(
        CT_REFUSED,
        "A multi-frame file without functional groups does not say where its frames lie.",
        "Export the series as single slices, or as enhanced CT.",
    ),
    "ct.transfer_syntax": Advice(
        CT_REFUSED,
        "No decoder for this compression is installed; the message names it.",
        "Export the series uncompressed, or as JPEG lossless, JPEG-LS or JPEG 2000.",
    ),
    "ct.damaged_file": Advice(
        f"{CT_REFUSED} Where the damaged file belongs to no series that can be told, a warning.",
        "A slice that is cut off would be filled with something that nobody measured.",
        "Copy the file again.",
    ),
    "ct.too_large": Advice(
        CT_REFUSED,
        "A damaged or forged header can claim more voxels than memory holds.",
        "Export the series again, or a part of it.",
    ),
    "ct.kvp_missing": Advice(
        "Every lesion is refused when the signature uses the tube voltage.",
        "It is never guessed.",
        "Give it by hand (`--kvp`, or in the panel); that is recorded.",
    ),
    "ct.thickness_missing": Advice(
        ALL_WARNED,
        f"Signatures are made for slices up to {MAX_SLICE_MM:g} mm.",
        "Look it up in the archive.",
    ),
    "domain.slice_thickness": Advice(
        ALL_WARNED,
        f"Signatures are made for slices up to {MAX_SLICE_MM:g} mm; thicker ones smooth textures.",
        "Take a thinner reconstruction.",
    ),
    "domain.no_contrast": Advice(
        ALL_WARNED, "Signatures are made for contrast-enhanced CT.", "Take the contrast-enhanced series."
    ),
    "domain.kernel_unknown": Advice(
        ALL_WARNED, "Textures depend on the reconstruction kernel.", "Look it up in the archive."
    ),
    "domain.feature_range": Advice(
        WARNED,
        "Beyond the range of its training data a signature extrapolates. Values are never clipped.",
        "Look at the lesion and the contributions.",
    ),
    "ct.not_original": Advice(
        f"{CT_REFUSED} {ACCEPTED.format('--accept-derived')}",
        "A projection (MIP), a reformatted, subtracted or otherwise derived series (ImageType), or values in "
        "another unit than HU (RescaleType), are not what signatures are made on. A unit that the header "
        "leaves open (US) is only a warning.",
        "Take the series that the scanner reconstructed.",
    ),
    "ct.kvp_implausible": Advice(
        "Given by hand: nothing is done. In the CT's header: it counts as not known.",
        "Scanners use 40 to 200 kV; anything else is a slip of the pen or a damaged header.",
        "Correct the number; where the header is wrong, give it by hand.",
    ),
    "ct.kvp_differs": Advice(
        f"{ALL_WARNED} The value given by hand is used.",
        "Header and hand contradict each other, and one of them is wrong.",
        "Check the value, or leave it to the header.",
    ),
    "ct.transforms_differ": Advice(
        ALL_WARNED,
        "A NIfTI header can say twice where the volume lies (sform, qform); programs choose differently. "
        "Told above 0.1 mm, of the CT and of the segmentation.",
        "Export the volume again, or make both transforms the same.",
    ),
    "patient.mismatch": Advice(
        f"{NOT_DONE} {ACCEPTED.format('--accept-patient')}",
        "CT, lesions and other files of different patients (PatientID) make a score of nobody; so do "
        "different studies that no frame of reference ties together, and a slice of another patient in a "
        "series.",
        "Take the files of one patient and one study.",
    ),
    "dicom.no_library": Advice(
        NOT_DONE,
        "pydicom and highdicom are an optional extra outside of Slicer.",
        '`pip install "radioimmuno[dicom]"`',
    ),
    "dicom.incomplete": Advice(
        NOT_DONE,
        "DICOM results refer to the CT by its identifiers and its frame of reference.",
        "Export the CT from the archive again.",
    ),
    "dicom.other_ct": Advice(
        NOT_DONE,
        "Results laid upon another CT would show the wrong place.",
        "Name the CT that was scored.",
    ),
    "result.unreadable": Advice(
        NOT_DONE, "The folder is no whole result of scoring.", "Score again into a folder of its own."
    ),
    "result.edited": Advice(
        NOT_DONE,
        "An archive has to get what was scored; a hidden list in the folder has the hash of each file.",
        "Score again; copy a result as a whole folder.",
    ),
    "domain.extrapolated": Advice(
        LESION_REFUSED,
        "Beyond the range of its training data by more than that range's width (a signature may say how many "
        "widths), a signature says nothing. Widths of skewed values are ratios.",
        "Look whether it is a lesion on a CT; take a signature that was trained on such lesions.",
    ),
    "table.unreadable": Advice(
        FILE_REFUSED,
        "A line or a column that is not understood could be about another lesion.",
        "Mend the line that the message names.",
    ),
    "table.unknown_lesion": Advice(
        FILE_REFUSED,
        "The table is perhaps of another segmentation.",
        "Use the identifiers that the message lists.",
    ),
    "table.unknown_site": Advice(
        FILE_REFUSED,
        "A site that is not understood would score as none of the signature's sites.",
        "Use one of the sites that the message lists.",
    ),
    "settings.invalid": Advice(
        NOT_DONE,
        "Features measured otherwise than meant are other features.",
        "Mend the field that is named.",
    ),
    "settings.too_large": Advice(
        NOT_DONE,
        "What would not fit into memory would stop the machine: the spacing is far finer or far coarser than "
        "the CT's, or the CT is larger than any patient.",
        "Choose a spacing nearer to the CT's own, or crop the CT.",
    ),
    "output.is_input": Advice(
        f"{NOT_DONE} Nothing is computed before.",
        "An input that is overwritten or removed by its own result is lost; and what lies in a folder of "
        "DICOM files would be read with them the next time. Links are followed.",
        "Name another file, or a folder of its own, with `--out`.",
    ),
    "output.foreign": Advice(
        f"{NOT_DONE} Nothing is computed before.",
        "In a folder only results of this software, unchanged since they were written, are replaced or "
        "removed: a hidden list in it keeps their hashes.",
        "Name another folder, or move the files that the message names; `--force` replaces results that were "
        "edited, never files that this software did not write.",
    ),
    "output.incomplete": Advice(
        f"{NOT_DONE} What was there before stays.",
        "What was written was read back and was not whole: the disk is full or failing.",
        "Make room, or name a folder on another disk.",
    ),
    "engine.missing": Advice(
        NOT_DONE,
        "The other software for features is optional.",
        "Install it as the message says, or use the built-in engine.",
    ),
    "signature.unreadable": Advice(
        FILE_REFUSED, "It is missing or not valid JSON.", "Get the file again from its authors."
    ),
    "signature.invalid": Advice(
        FILE_REFUSED,
        "A score from half a signature is no score.",
        "Mend the field that the message names.",
    ),
    "signature.unknown_version": Advice(
        FILE_REFUSED, "Its fields could mean something else.", "Update RadioImmunoScore."
    ),
    "signature.unknown_variable": Advice(
        FILE_REFUSED, "A term that cannot be computed cannot be left out.", "Correct the variable's name."
    ),
    "signature.duplicate_term": Advice(
        FILE_REFUSED, "One of the two is a mistake, and nobody can tell which.", "Remove one."
    ),
    "signature.non_finite": Advice(
        FILE_REFUSED, "Infinity or not-a-number makes every score so.", "Mend the number that is named."
    ),
}
