"""Findings on the CT, on DICOM, on tables, settings, signatures and outputs: the first part of the table."""

from __future__ import annotations

from ..thresholds import (
    BAD_VOXELS_REFUSE_SHARE,
    BAD_VOXELS_WARN_SHARE,
    GAP_FROM_STEPS,
    MAX_SLICE_MM,
    MAX_TILT_DEG,
    MAX_UNEVEN_SHARE,
    PADDING_BELOW_HU,
)
from .row import FILE_REFUSED, LESION_REFUSED, NOT_DONE, WARNED, Row

CT_REFUSED = "The CT is refused."
ALL_WARNED = "Scored, with a warning in every row."
ACCEPTED = "With `{}` it goes on, with a warning, and that is recorded."

ROWS = {
    "ct.kvp_missing": Row(
        "The signature needs the tube voltage (kVp) and the CT does not say it.",
        "Every lesion is refused when the signature uses the tube voltage.",
        "It is never guessed.",
        "Give it by hand (`--kvp`, or in the panel); that is recorded.",
    ),
    "ct.hu_implausible": Row(
        "The voxel values do not look like Hounsfield units.",
        f"{CT_REFUSED} {ACCEPTED.format('--accept-values')}",
        "A CT has air or fat below 0 HU, spans more than these values do, is cut off nowhere near tissue, "
        "and has no slice that lies hundreds of HU beside its neighbours.",
        "Check that the export applied rescale slope and intercept, in every slice.",
    ),
    "ct.padding": Row(
        "Padding values (no measurement) lie inside the lesion or its ring.",
        f"Above {100 * BAD_VOXELS_WARN_SHARE:g} % of lesion or ring a warning, above "
        f"{100 * BAD_VOXELS_REFUSE_SHARE:g} % the lesion is refused. Padding is never measured.",
        f"PixelPaddingValue, what lies below it, and all below {PADDING_BELOW_HU:g} HU mean that nothing was "
        "measured there.",
        "Draw the lesion inside the field of view, or take a series with a larger one.",
    ),
    "ct.non_finite": Row(
        "The lesion or its ring holds voxels that are not numbers.",
        LESION_REFUSED,
        "A voxel that is not a number has no intensity.",
        "Export the CT again.",
    ),
    "ct.unreadable": Row(
        "The CT cannot be read.",
        CT_REFUSED,
        "The file is missing, damaged, no volume, or says nothing usable of where its voxels lie.",
        "Export or copy it again, as DICOM, NRRD, NIfTI or MHA/MHD.",
    ),
    "ct.gantry_tilt": Row(
        "The slices are stacked at a slant (gantry tilt), or a transform bends the volume.",
        CT_REFUSED,
        f"The angle between the slices' positions and their normal is above {MAX_TILT_DEG:g} degrees (the "
        "header's tag is not asked), or a transform in the scene bends or stretches the volume. Read as a "
        "stack at right angles it would be sheared, and so would shapes, rings and textures.",
        "Resample the volume to right angles, or take a series that was reconstructed without tilt.",
    ),
    "ct.missing_slice": Row(
        "A slice of the series is missing.",
        f"{LESION_REFUSED} That holds for a lesion with the gap in its extent, its ring or the slice beyond; "
        "lesions elsewhere are scored with a warning.",
        f"Two slices are more than {GAP_FROM_STEPS:g} times the usual distance apart. A reader that spreads "
        "the slices evenly would stretch the whole CT; here all others stay in their place and the missing "
        "one is taken as not measured.",
        "Export or send the series again.",
    ),
    "ct.duplicate_slice": Row(
        "Several slices lie at the same place.",
        "The same pixels twice: each slice is read once, and that is recorded. Different pixels: the CT is "
        "refused.",
        "Different pixels at one place are two phases or reconstructions, and a stack of both is neither.",
        "Export the phases as series of their own.",
    ),
    "ct.variable_spacing": Row(
        "The distance between slices varies, or slices are shifted sideways.",
        CT_REFUSED,
        f"Distances between slices differ by more than {100 * MAX_UNEVEN_SHARE:g} %: the voxels have no one "
        "size.",
        "Take an evenly reconstructed series, or resample it.",
    ),
    "ct.mixed_series": Row(
        "Slices of several series, orientations or reconstructions lie together.",
        f"{CT_REFUSED} A folder with one usable CT beside others that are not is read, with a warning.",
        "Localizers, other orientations, sizes, kernels or tube voltages do not belong into one volume; and "
        "of several good series nobody but you knows which is meant.",
        "Say which series (`--series UID`; `radioimmuno series FOLDER` lists them), or export it alone.",
    ),
    "ct.unknown_series": Row(
        "The folder has no series with the UID that was asked for.",
        CT_REFUSED,
        "None of the folder's series has this UID.",
        "Take one of those that `radioimmuno series FOLDER` lists.",
    ),
    "ct.not_ct": Row(
        "The series is not a CT.",
        CT_REFUSED,
        "Signatures are made on Hounsfield units; values of MR or PET mean something else.",
        "Take the CT. A PET or an MR goes beside it.",
    ),
    "ct.no_rescale": Row(
        "The header does not say how stored values become Hounsfield units.",
        CT_REFUSED,
        "Without RescaleSlope and RescaleIntercept stored values are usually off by 1024 HU.",
        "Export the series from the scanner or the archive again.",
    ),
    "ct.multiframe": Row(
        "A multi-frame file does not say where its frames lie.",
        CT_REFUSED,
        "A multi-frame file without functional groups does not say where its frames lie.",
        "Export the series as single slices, or as enhanced CT.",
    ),
    "ct.transfer_syntax": Row(
        "The pixels are compressed in a way that no installed decoder reads.",
        CT_REFUSED,
        "No decoder for this compression is installed; the message names it.",
        "Export the series uncompressed, or as JPEG lossless, JPEG-LS or JPEG 2000.",
    ),
    "ct.damaged_file": Row(
        "A file of the series is empty, damaged or cut off.",
        f"{CT_REFUSED} Where the damaged file belongs to no series that can be told, a warning.",
        "A slice that is cut off would be filled with something that nobody measured.",
        "Copy the file again.",
    ),
    "ct.too_large": Row(
        "The header claims more voxels than any CT has.",
        CT_REFUSED,
        "A damaged or forged header can claim more voxels than memory holds.",
        "Export the series again, or a part of it.",
    ),
    "ct.thickness_missing": Row(
        "The header does not say how thick the slices are.",
        ALL_WARNED,
        f"Signatures are made for slices up to {MAX_SLICE_MM:g} mm.",
        "Look it up in the archive.",
    ),
    "ct.not_original": Row(
        "The series is derived, not original, or its values are not in Hounsfield units.",
        f"{CT_REFUSED} {ACCEPTED.format('--accept-derived')}",
        "A projection (MIP), a reformatted, subtracted or otherwise derived series (ImageType), or values in "
        "another unit than HU (RescaleType), are not what signatures are made on. A unit that the header "
        "leaves open (US) is only a warning.",
        "Take the series that the scanner reconstructed.",
    ),
    "ct.kvp_implausible": Row(
        "The tube voltage is none that a CT has.",
        "Given by hand: nothing is done. In the CT's header: it counts as not known.",
        "Scanners use 40 to 200 kV; anything else is a slip of the pen or a damaged header.",
        "Correct the number; where the header is wrong, give it by hand.",
    ),
    "ct.kvp_differs": Row(
        "The tube voltage given by hand differs from the header's.",
        f"{ALL_WARNED} The value given by hand is used.",
        "Header and hand contradict each other, and one of them is wrong.",
        "Check the value, or leave it to the header.",
    ),
    "ct.transforms_differ": Row(
        "The two transforms of a NIfTI header put the volume at different places.",
        ALL_WARNED,
        "A NIfTI header can say twice where the volume lies (sform, qform); programs choose differently. "
        "Told above 0.1 mm, of the CT and of the segmentation.",
        "Export the volume again, or make both transforms the same.",
    ),
    "patient.mismatch": Row(
        "Files name different patients or studies.",
        f"{NOT_DONE} {ACCEPTED.format('--accept-patient')}",
        "CT, lesions and other files of different patients (PatientID) make a score of nobody; so do "
        "different studies that no frame of reference ties together, and a slice of another patient in a "
        "series.",
        "Take the files of one patient and one study.",
    ),
    "dicom.no_library": Row(
        "DICOM needs a library that is not installed.",
        NOT_DONE,
        "pydicom and highdicom are an optional extra outside of Slicer.",
        '`pip install "radioimmuno[dicom]"`',
    ),
    "dicom.incomplete": Row(
        "The DICOM header lacks what results have to refer to.",
        NOT_DONE,
        "DICOM results refer to the CT by its identifiers and its frame of reference.",
        "Export the CT from the archive again.",
    ),
    "dicom.other_ct": Row(
        "The CT is not the one that was scored.",
        NOT_DONE,
        "Results laid upon another CT would show the wrong place.",
        "Name the CT that was scored.",
    ),
    "dicom.no_cutoffs": Row(
        "The signature gives no cut-offs to designate lesions by.",
        NOT_DONE,
        "Whether a score is low or high is a signature's to say.",
        "Name the lesions of the structure set, or use a signature with cut-offs.",
    ),
    "dicom.nothing_designated": Row(
        "No lesion with a voxel is designated for the structure set.",
        NOT_DONE,
        "A structure set without structures would be taken for one that was lost.",
        "Name the lesions, or designate those on the other side.",
    ),
    "result.unreadable": Row(
        "The folder holds no whole result of scoring.",
        NOT_DONE,
        "The folder is no whole result of scoring.",
        "Score again into a folder of its own.",
    ),
    "result.edited": Row(
        "The result is not, or not surely, what scoring wrote.",
        NOT_DONE,
        "An archive has to get what was scored; a hidden list in the folder has the hash of each file.",
        "Score again; copy a result as a whole folder.",
    ),
    "domain.no_contrast": Row(
        "The header names no contrast agent.",
        ALL_WARNED,
        "Signatures are made for contrast-enhanced CT.",
        "Take the contrast-enhanced series.",
    ),
    "domain.kernel_unknown": Row(
        "The header does not name the reconstruction kernel.",
        ALL_WARNED,
        "Textures depend on the reconstruction kernel.",
        "Look it up in the archive.",
    ),
    "domain.slice_thickness": Row(
        "The slices are thicker than the signature's domain.",
        ALL_WARNED,
        f"Signatures are made for slices up to {MAX_SLICE_MM:g} mm; thicker ones smooth textures.",
        "Take a thinner reconstruction.",
    ),
    "domain.feature_range": Row(
        "A value lies outside the range of the signature's training data.",
        WARNED,
        "Beyond the range of its training data a signature extrapolates. Values are never clipped.",
        "Look at the lesion and the contributions.",
    ),
    "domain.extrapolated": Row(
        "A value or the score lies far outside of what the signature was trained on.",
        LESION_REFUSED,
        "Beyond the range of its training data by more than that range's width (a signature may say how many "
        "widths), a signature says nothing. Widths of skewed values are ratios.",
        "Look whether it is a lesion on a CT; take a signature that was trained on such lesions.",
    ),
    "table.unreadable": Row(
        "The lesion table cannot be read.",
        FILE_REFUSED,
        "A line or a column that is not understood could be about another lesion.",
        "Mend the line that the message names.",
    ),
    "table.unknown_lesion": Row(
        "The lesion table names a lesion that is not in the segmentation.",
        FILE_REFUSED,
        "The table is perhaps of another segmentation.",
        "Use the identifiers that the message lists.",
    ),
    "table.unknown_site": Row(
        "The lesion table names a site that is not known.",
        FILE_REFUSED,
        "A site that is not understood would score as none of the signature's sites.",
        "Use one of the sites that the message lists.",
    ),
    "cohort_table.unreadable": Row(
        "The table of lesions of a cohort cannot be read.",
        FILE_REFUSED,
        "A row or a column that is not understood could be another patient's.",
        "Mend the line that the message names, or save the table as CSV in UTF-8.",
    ),
    "cohort_table.column": Row(
        "A column that is needed is not in the table, or two columns are the same variable.",
        FILE_REFUSED,
        "Which column holds what is never guessed.",
        "Name the column by its option (`--patient-column`, `--lesion-column`, `--target` and so on).",
    ),
    "cohort_table.value": Row(
        "A cell of a column that was named is no number, or infinite.",
        FILE_REFUSED,
        "A text or an infinite number in an outcome or a covariate cannot be reckoned with.",
        "Mend the cell that the message names; an empty cell is a value that is not known.",
    ),
    "cohort_table.rows": Row(
        "A lesion of a patient has two rows, or no row is left that can be used.",
        FILE_REFUSED,
        "A lesion that counts twice would be in training and test at once.",
        "Take one of the rows away, or name the column that tells lesions apart (`--lesion-column`).",
    ),
    "cohort_table.outcome": Row(
        "The outcome is not one that can be learnt from.",
        FILE_REFUSED,
        "A patient has one outcome; an event is 0 or 1; a survival time is above 0.",
        "Mend the rows that the message names, or say that the outcome is a lesion's (`--lesion-target`).",
    ),
    "settings.invalid": Row(
        "The extraction settings are not valid.",
        NOT_DONE,
        "Features measured otherwise than meant are other features.",
        "Mend the field that is named.",
    ),
    "settings.too_large": Row(
        "Settings and volume would take more memory than there is.",
        NOT_DONE,
        "What would not fit into memory would stop the machine: the spacing is far finer or far coarser than "
        "the CT's, or the CT is larger than any patient.",
        "Choose a spacing nearer to the CT's own, or crop the CT.",
    ),
    "output.is_input": Row(
        "What is to be written would replace or remove an input.",
        f"{NOT_DONE} Nothing is computed before.",
        "An input that is overwritten or removed by its own result is lost; and what lies in a folder of "
        "DICOM files would be read with them the next time. Links are followed.",
        "Name another file, or a folder of its own, with `--out`.",
    ),
    "output.foreign": Row(
        "What is to be written would replace files that this software did not write.",
        f"{NOT_DONE} Nothing is computed before.",
        "In a folder only results of this software, unchanged since they were written, are replaced or "
        "removed: a hidden list in it keeps their hashes.",
        "Name another folder, or move the files that the message names; `--force` replaces results that were "
        "edited, never files that this software did not write.",
    ),
    "output.incomplete": Row(
        "A file could not be written whole: the disk is full or failing.",
        f"{NOT_DONE} What was there before stays.",
        "What was written was read back and was not whole: the disk is full or failing.",
        "Make room, or name a folder on another disk.",
    ),
    "engine.missing": Row(
        "The software that features were to be extracted with is not installed.",
        NOT_DONE,
        "The other software for features is optional.",
        "Install it as the message says, or use the built-in engine.",
    ),
    "engine.no_filter": Row(
        "The other software for features has none of the filters that are asked for.",
        NOT_DONE,
        "Another filter under the same name would be compared with what it is not.",
        "Take filters that it has, or leave them out to measure the image itself.",
    ),
    "signature.unreadable": Row(
        "The signature file cannot be read.",
        FILE_REFUSED,
        "It is missing or not valid JSON.",
        "Get the file again from its authors.",
    ),
    "signature.invalid": Row(
        "The signature file has a field that is missing or not valid.",
        FILE_REFUSED,
        "A score from half a signature is no score.",
        "Mend the field that the message names.",
    ),
    "signature.unknown_version": Row(
        "The signature file has a format version that this software does not know.",
        FILE_REFUSED,
        "Its fields could mean something else.",
        "Update RadioImmunoScore.",
    ),
    "signature.unknown_variable": Row(
        "The signature uses a variable that this software does not know.",
        FILE_REFUSED,
        "A term that cannot be computed cannot be left out.",
        "Correct the variable's name.",
    ),
    "clinical.missing": Row(
        "The signature needs a value of the patient that nobody gave.",
        LESION_REFUSED,
        "What a signature weighs is never guessed.",
        "Enter it in the panel, above the lesions; or give it by `--clinical NAME=VALUE`, by a column "
        "`clinical.NAME` of the lesion table, or by `clinical` in Python.",
    ),
    "clinical.invalid": Row(
        "A value of the patient cannot be used.",
        NOT_DONE,
        "It is no number, or the signature has no use for it: its name may be mistyped.",
        "Correct the name or the number; the message says what the signature needs.",
    ),
    "signature.ambiguous_variable": Row(
        "A name in the form of a signature may mean several variables.",
        "No signature is made of the form.",
        "The wrong one of them would give a wrong score.",
        "Write the one that the publication means, as the message names it.",
    ),
    "signature.example_differs": Row(
        "An example of the publication does not come out with what was entered.",
        "No signature is made of the form.",
        "A variable, a number or a setting differs from the publication's.",
        "Compare each term with the publication, beginning with the largest; or leave out the example.",
    ),
    "signature.not_measured": Row(
        "The signature needs a value that is not measured on a CT here.",
        "Every lesion is refused.",
        "A column of another program's table (`table.<column>`) has no definition here; none is guessed.",
        "Score the table itself, or take a signature whose variables are measured here.",
    ),
    "signature.duplicate_term": Row(
        "The signature names the same variable twice.",
        FILE_REFUSED,
        "One of the two is a mistake, and nobody can tell which.",
        "Remove one.",
    ),
    "signature.non_finite": Row(
        "The signature holds a number that is not finite.",
        FILE_REFUSED,
        "Infinity or not-a-number makes every score so.",
        "Mend the number that is named.",
    ),
}
