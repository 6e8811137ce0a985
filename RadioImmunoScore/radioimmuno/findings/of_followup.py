"""Findings on follow-up: tables of measured lesions, and courses that contradict themselves."""

from __future__ import annotations

from .row import NOT_DONE, Row

PATIENT_REFUSED = "The patient has no response and is named; the others have theirs."

ROWS = {
    "response.row": Row(
        "A row of a table of measured lesions cannot be understood, or its cells contradict each other.",
        PATIENT_REFUSED,
        "A size or a role that is guessed at could turn stable disease into progression.",
        "Mend the cell that the message names.",
    ),
    "response.lesion": Row(
        "The rows of a lesion contradict each other: two in a study, another role, site or field.",
        PATIENT_REFUSED,
        "A lesion is the same one in all studies, or its change says nothing.",
        "Mend the lines that the message names, or give another lesion another name.",
    ),
    "response.dates": Row(
        "The dates of a patient's studies cannot be used.",
        PATIENT_REFUSED,
        "Which study is baseline, which one comes later and how long after is never guessed.",
        "Give every study one date of its own, as 2024-03-05, or none of them.",
    ),
    "response.baseline": Row(
        "The first study of a patient is no baseline for the lesions of the others.",
        PATIENT_REFUSED,
        "Every change is counted from baseline: its targets have sizes, and what is not there is new later.",
        "Mend the lesion that the message names, or say by `--baseline` which study is baseline.",
    ),
    "followup.registration": Row(
        "Two CT cannot be registered: they do not show the same part of the same body.",
        "Lesions are not paired by their place; a person's pairs and tracking UIDs count all the same.",
        "A lesion would be followed in another patient, or in another organ.",
        "Check that both are the same patient's and overlap; else pair the lesions by hand.",
    ),
    "followup.pairs": Row(
        "Pairs of lesions that a person gave contradict each other or the studies.",
        NOT_DONE,
        "What a person pairs is never overruled, so that it has to be clear.",
        "Name each lesion of the studies once: one with one, one with several, or one with none.",
    ),
    "followup.dates": Row(
        "The studies of a course cannot be put in order of time.",
        NOT_DONE,
        "Which study is baseline, and how long after another one is, is never guessed.",
        "Give every study one date of its own, as 2024-03-05.",
    ),
    "followup.patient": Row(
        "The studies of a course are of different patients.",
        NOT_DONE,
        "The change of a lesion into another patient's means nothing.",
        "Choose studies of one patient; where a name is wrong, name the patient by hand.",
    ),
    "followup.acquisition": Row(
        "A study was acquired in another way than the baseline.",
        "Changes are given, with a warning.",
        "Kernel, slice thickness, tube voltage and contrast agent change features by themselves.",
        "Trust diameters and volumes more than textures, and compare studies of one protocol.",
    ),
    "followup.no_earlier_study": Row(
        "The signature weighs how features changed since an earlier study, and of the lesion there is none.",
        "The lesion has no score by this signature; it is measured.",
        "One study does not show a change, and an average change standing in for it would say nothing of the "
        "lesion.",
        "Give the earlier study and this one to `radioimmuno follow-up --signature FILE`, or match both in "
        "the panel (*Follow-up*): each study after the first is scored.",
    ),
    "followup.tracking": Row(
        "A lesion comes with a tracking UID (DICOM) that contradicts what it was matched with.",
        "It is followed as it was matched; what is exported has the UID of the earlier study.",
        "One UID for two lesions, or two for one, would lead whoever follows lesions by their UIDs astray.",
        "Look at both lesions, and pair them by hand where the match is wrong.",
    ),
    "followup.study": Row(
        "A folder is no study to follow: its CT or its lesions are missing, or there are several.",
        NOT_DONE,
        "A lesion whose file is not found would count as gone.",
        "Name a folder with one CT and its lesions, or a result of `score` with the CT that it was made of.",
    ),
    "followup.names": Row(
        "A lesion that was named is none of the course's, or several are called so.",
        NOT_DONE,
        "Another lesion would be taken for irradiated, or for a target.",
        "Name it by its identity in the course, as L1, or by its name in a study.",
    ),
}
