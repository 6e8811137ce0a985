"""Findings on PET: what makes uptake values of stored ones, and the values."""

from __future__ import annotations

from .row import WARNED, Row

PET_REFUSED = "The PET is refused."

ROWS = {
    "pet.not_pet": Row(
        "The series is not a PET.",
        PET_REFUSED,
        "Uptake is measured in SUV, which only a PET has.",
        "Take the PET; `radioimmuno series FOLDER` lists what there is.",
    ),
    "pet.suv_implausible": Row(
        "The voxel values do not look like standardized uptake values.",
        f"{PET_REFUSED} With `--accept-values` it goes on, with a warning, and that is recorded.",
        "SUV are hardly negative, around 1 in most tissues, and hardly above some dozens.",
        "Take the DICOM series: SUV are made of it here, with each step recorded.",
    ),
    "pet.not_original": Row(
        "The PET is a projection, a reformatted or a subtracted one.",
        f"{PET_REFUSED} With `--accept-derived` it goes on, with a warning, and that is recorded.",
        "A projection (MIP) has no depth, and lesions have none on it. That a scanner calls a PET derived "
        "is no reason: some call every PET so.",
        "Take the series that the scanner reconstructed.",
    ),
    "pet.taken_as_suv": Row(
        "The values of a file that is no DICOM were taken as SUV.",
        WARNED,
        "NRRD, NIfTI and MHA files do not say in which unit values are, nor by what they were normalized.",
        "Make sure that the file holds SUV by body weight, or take the DICOM series.",
    ),
    "pet.suv_unusual": Row(
        "The values of the body are unusually low or high for SUV.",
        WARNED,
        "What a patient was given spreads over the body: SUV of most tissues lie around 1. A wrong dose, "
        "weight or time shifts them all.",
        "Check dose, weight and times in the header.",
    ),
    "pet.enhanced": Row(
        "The PET is an enhanced one, with several slices a file.",
        PET_REFUSED,
        "What makes SUV of its values stands elsewhere in it, and writers fill it in differently.",
        "Export the series as single slices (PET Image Storage).",
    ),
    "pet.headers_differ": Row(
        "Slices of a PET do not agree on unit, dose, times or patient.",
        PET_REFUSED,
        "They are of one scan and one patient; where they differ, one of them is wrong.",
        "Export the series again, alone.",
    ),
    "pet.dynamic": Row(
        "The PET is a dynamic or gated series.",
        PET_REFUSED,
        "It has several images of each place, at different times; which one is meant, nobody says.",
        "Take the static series, or export one frame as a series of its own.",
    ),
    "pet.attenuation": Row(
        "The PET is not corrected for attenuation.",
        PET_REFUSED,
        "Without the correction values fall with the depth, and are no activity concentrations.",
        "Take the series with attenuation correction (AC), which scanners write beside the other.",
    ),
    "pet.no_rescale": Row(
        "The header of a PET does not say how stored values become measured ones.",
        PET_REFUSED,
        "Each slice has its own slope.",
        "Export the series from the scanner or the archive again.",
    ),
    "pet.intercept": Row(
        "The PET has a rescale intercept.",
        PET_REFUSED,
        "DICOM wants it to be 0: where nothing is taken up, the value is 0.",
        "Export the series from the scanner again; something has changed it on the way.",
    ),
    "pet.units": Row(
        "No SUV can be made of the unit of the PET.",
        PET_REFUSED,
        "Of Bq/ml, and of values that are normalized already, SUV can be made; of other units not.",
        "Take the series with quantitative values, in BQML.",
    ),
    "pet.suv_type": Row(
        "The header says that values are normalized by something that is not known.",
        PET_REFUSED,
        "Without knowing by what, values of two patients cannot be compared.",
        "Export the series in BQML.",
    ),
    "pet.counts": Row(
        "The PET is in counts, and the scanner's factors to SUV are missing.",
        PET_REFUSED,
        "Philips writes counts, and the factors to SUV and Bq/ml into private attributes; anonymizers remove "
        "those.",
        "Export the series with the private attributes (7053,1000) and (7053,1009).",
    ),
    "pet.factors_differ": Row(
        "The two factors of Philips lead to different SUV.",
        f"{WARNED} The factor to SUV is used.",
        "The factor to SUV holds the weight and the dose as they were when the series was written.",
        "Check weight, dose and times; they may have been corrected later.",
    ),
    "pet.dose": Row(
        "The dose is missing, or none that a patient is given.",
        PET_REFUSED,
        "SUV is uptake in relation to the dose. Ratios within the scan need none.",
        "Look the dose up, and correct the header.",
    ),
    "pet.dose_unit": Row(
        "The dose stood in MBq.",
        "It was made Bq, and that is recorded.",
        "DICOM wants Bq; a dose of FDG below 10 000 can only be in MBq.",
        "Nothing.",
    ),
    "pet.decay_correction": Row(
        "The header does not say to which moment values are corrected for decay.",
        PET_REFUSED,
        "Between administration and scan a third of the dose decays.",
        "Export the series from the scanner again.",
    ),
    "pet.half_life": Row(
        "The half-life of the tracer's nuclide is missing, or another than FDG's nuclide has.",
        f"{PET_REFUSED} Where the tracer is called FDG and the half-life is another's, a warning: the "
        "half-life is used.",
        "Without it nobody knows how much of the dose had decayed.",
        "Correct the header (RadionuclideHalfLife, in seconds).",
    ),
    "pet.acquisition_time": Row(
        "Slices of the PET do not say when they were acquired, or hours apart.",
        PET_REFUSED,
        "How much had decayed depends on it.",
        "Export the series with its times.",
    ),
    "pet.frame_duration": Row(
        "Values are not corrected for decay, and nothing says how long slices were measured.",
        PET_REFUSED,
        "The correction is from the middle of what was measured.",
        "Take the series that is corrected for decay.",
    ),
    "pet.reference_time": Row(
        "Nothing says to which moment values were decay-corrected but the slices' own times.",
        f"{WARNED} The earliest acquisition is used.",
        "Where the first slices are missing, it lies too late, and SUV are too high.",
        "Export the whole series, with the series' time.",
    ),
    "pet.times_differ": Row(
        "Two statements of the header on one moment differ by more than a minute.",
        f"{WARNED} The sentence says which one is used.",
        "Programs that process a series, and anonymizers, change times.",
        "Check the times: 10 minutes are 6 % of the SUV of FDG.",
    ),
    "pet.administration_time": Row(
        "Nothing says when the tracer was given, or what is said cannot be.",
        PET_REFUSED,
        "How much of the dose had decayed depends on it. With a half-life of 11.5 hours and more the date is "
        "needed, too.",
        "Export the series with times and dates, or shift all dates alike. Ratios within the scan need none.",
    ),
    "pet.administration_date": Row(
        "The date of administration does not go with the scan's.",
        f"{WARNED} The time of day is used, on the day of the scan or, over midnight, the one before.",
        "Anonymizers shift dates, and not all of them alike.",
        "Check that the uptake time is right.",
    ),
    "pet.weight": Row(
        "The patient's weight is missing.",
        PET_REFUSED,
        "SUV by body weight needs it. Ratios within the scan do not.",
        "Look the weight up, and correct the header.",
    ),
    "pet.height": Row(
        "The patient's height is missing.",
        PET_REFUSED,
        "SUV by lean mass or surface, and series that are normalized so, need it.",
        "Correct the header (PatientSize), or take SUV by weight.",
    ),
    "pet.sex": Row(
        "The patient's sex is missing, or another than the formulas know.",
        f"{PET_REFUSED} For the sex O the mean of both formulas is used, with a warning.",
        "Lean and ideal mass are different for women and men.",
        "Correct the header (PatientSex), or take SUV by weight.",
    ),
    "pet.mass": Row(
        "Weight and height lead to a mass of nothing or less.",
        PET_REFUSED,
        "The formulas of ideal and lean mass are made for adults of usual size.",
        "Check weight and height, or take SUV by weight.",
    ),
    "pet.unlikely": Row(
        "Weight, height, dose or the time of uptake are hardly those of a patient's scan.",
        f"{WARNED} They are used as they are.",
        "A slip of the pen, or another unit, changes all SUV by the same factor.",
        "Check the header. Ratios within the scan do not depend on it.",
    ),
    "pet.patient_unit": Row(
        "Weight stood in g, or height in cm.",
        "It was put right, and that is recorded.",
        "DICOM wants kg and m.",
        "Nothing.",
    ),
    "pet.other_suv": Row(
        "A PET was read in another SUV than a signature or the settings measure.",
        "It is not measured; a score that needs it is refused.",
        "SUV by body weight, by lean body mass and by body surface are different numbers.",
        "Leave `--suv` out: the PET is read as the signature asks.",
    ),
    "pet.no_factor": Row(
        "What stored values would have to be multiplied by is no number.",
        PET_REFUSED,
        "A value in the header is damaged: dose, weight, slope or a time.",
        "Export the series again.",
    ),
}
