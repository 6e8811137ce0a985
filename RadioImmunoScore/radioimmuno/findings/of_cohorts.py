"""Findings on many patients: measuring a cohort, batches, validations that would mislead."""

from __future__ import annotations

from .row import FILE_REFUSED, NOT_DONE, Row

PATIENT_FAILED = "The patient is not measured and stands in `failed.csv`; the others are."

ROWS = {
    "cohort.manifest": Row(
        "The manifest of a cohort cannot be used.",
        NOT_DONE,
        "A row that cannot be told to a patient could be anybody's.",
        "Mend the line or the column that the message names.",
    ),
    "cohort.row": Row(
        "A row of the manifest cannot be used, or rows of one patient contradict each other.",
        PATIENT_FAILED,
        "Which of two rows holds, and which of two CT is meant, is never guessed.",
        "Mend the lines that the message names, then `--resume`.",
    ),
    "cohort.features": Row(
        "What was asked to be measured is no feature.",
        NOT_DONE,
        "A feature that is not known would be missing from the table without a word.",
        "Mend the line of the list; the documentation has the identifiers.",
    ),
    "cohort.time_limit": Row(
        "Measuring a patient took longer than the time limit.",
        PATIENT_FAILED,
        "A patient that hangs would hold up a worker for ever.",
        "Look at its files, or give more time (`--time-limit`), then `--resume`.",
    ),
    "cohort.worker_died": Row(
        "The process that measured a patient ended, twice.",
        PATIENT_FAILED,
        "It was killed, mostly because there was not enough memory, or a library failed.",
        "Take fewer workers at a time or a machine with more memory, then `--resume`.",
    ),
    "cohort.unexpected": Row(
        "Measuring a patient failed in a way that nobody foresaw.",
        PATIENT_FAILED,
        "The message has the details.",
        "Try `radioimmuno features` on the patient's files, and report what it says.",
    ),
    "cohort.other_version": Row(
        "A worker runs another version of this software.",
        PATIENT_FAILED,
        "Values of two versions do not belong into one table.",
        "Install the same version on all machines, then `--resume`.",
    ),
    "cohort.no_library": Row(
        "Cohorts need a library that is not installed.",
        NOT_DONE,
        "Dask distributed is an optional extra.",
        '`pip install "radioimmuno[cohort]"`',
    ),
    "cohort.scheduler": Row(
        "The scheduler of the cluster cannot be reached, or ended.",
        f"{NOT_DONE} Patients that were measured before are kept.",
        "Without it nobody hands out the work.",
        "Look whether it runs (`--scheduler`), then `--resume`.",
    ),
    "cohort.other_manifest": Row(
        "The folder holds the patients of another manifest.",
        NOT_DONE,
        "The tables of the other cohort would be replaced.",
        "Name another folder; `--force` uses this one all the same and keeps the other's patients.",
    ),
    "combat.unseen_batch": Row(
        "A lesion is of a scanner or center that ComBat was not fitted on.",
        NOT_DONE,
        "The shift of a batch is estimated from its own patients; of an unknown one it is not known.",
        "Train with patients of that batch, or use a signature without ComBat.",
    ),
    "combat.batch_missing": Row(
        "The signature was trained with ComBat, and nobody said of which scanner or center the CT is.",
        "Every lesion is refused.",
        "Each batch has a shift of its own that is taken out before values are weighed.",
        "Choose the batch in the panel, above the lesions; or name it by `--batch`, or by `batch` in Python.",
    ),
    "combat.few_patients": Row(
        "A batch has too few patients for ComBat.",
        NOT_DONE,
        "From fewer than 10 patients the shift of a batch cannot be told from chance. Patients count, not "
        "lesions.",
        "Join batches that are alike, leave the batch out, or train without ComBat.",
    ),
    "combat.confounded": Row(
        "A batch goes with the outcome or with a covariate.",
        NOT_DONE,
        "What differs between the batches is then also what is to be predicted; taking one out takes out the "
        "other, or invents it.",
        "Train inside of one batch, or find patients who break the tie.",
    ),
    "combat.constant": Row(
        "A variable does not vary, in all or in a batch.",
        NOT_DONE,
        "Its values cannot be scaled.",
        "Leave out the variables that the message names.",
    ),
    "combat.outcome_covariate": Row(
        "The outcome is given to ComBat as a covariate.",
        NOT_DONE,
        "Then the outcome of patients is written into their features, and any validation is circular.",
        "Leave the outcome out of the covariates.",
    ),
    "combat.values": Row(
        "ComBat cannot use the values: some are missing, or there is a single variable.",
        NOT_DONE,
        "It borrows strength between variables and needs all of them of every lesion.",
        "Leave out rows or variables that are not measured everywhere.",
    ),
    "combat.invalid": Row(
        "The state of ComBat in a signature is not valid.",
        FILE_REFUSED,
        "A correction from half a state is no correction.",
        "Get the file again from its authors.",
    ),
    "validation.few_events": Row(
        "There are fewer than 10 events a variable for a Cox model with covariates.",
        NOT_DONE,
        "Coefficients that are fitted without a penalty to so few events are those of chance.",
        "Leave out covariates: with fewer than 10 events the figures that need no model are given.",
    ),
    "validation.no_fit": Row(
        "A model has no finite solution.",
        NOT_DONE,
        "A variable does not vary, or separates the patients with an event from those without.",
        "Look at the variable; with so few patients there may be nothing to fit.",
    ),
    "validation.cutoff": Row(
        "A cut-off was chosen on the data that validate it.",
        NOT_DONE,
        "A cut-off that was looked for in these patients, or for the smallest p, separates them by "
        "construction.",
        "Use the signature's own cut-offs, which come from training, or one that was published before.",
    ),
    "validation.landmark": Row(
        "Groups that are known at follow-up alone are compared from day 0.",
        NOT_DONE,
        "Who responds has to live until the response is seen: survival counted from day 0 favors "
        "responders whatever the signature is worth.",
        "Give the day at which the groups were known with `--landmark`; survival then starts there.",
    ),
    "validation.size": Row(
        "A signature that contains change of size would be validated against response by size.",
        NOT_DONE,
        "The outcome is then part of the score.",
        "Validate it against survival, pathology or another outcome that is not measured from size.",
    ),
    "validation.same_patients": Row(
        "Patients of the table were used to train the signature.",
        NOT_DONE,
        "On its own training patients any signature looks good.",
        "Leave those patients out; `--leave-out-trained` does that and notes how many.",
    ),
    "validation.outcome": Row(
        "The outcome cannot be validated against.",
        NOT_DONE,
        "With one class, without an event, or with values that do not vary there is nothing to tell apart.",
        "Name another column, or add patients.",
    ),
    "validation.variables": Row(
        "The table lacks what the signature needs.",
        NOT_DONE,
        "A score without one of its variables is another score.",
        "Measure them with the signature's settings (`radioimmuno cohort --signature`), or rename columns.",
    ),
}
