"""Findings on follow-up: tables of measured lesions, and courses that contradict themselves."""

from __future__ import annotations

from .row import Row

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
}
