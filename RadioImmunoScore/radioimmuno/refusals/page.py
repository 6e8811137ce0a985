"""Writes the page "What RadioImmunoScore refuses and why" from the table of codes, so that it cannot drift.

Run as `python -m radioimmuno.refusals.page Resources/Docs/Refusals.md`.
"""

from __future__ import annotations

import sys

from ..files.atomic import write_text
from ..findings import TABLE

FAMILIES = {
    "ct": "The CT",
    "domain": "Outside of what signatures are made for",
    "mask": "The segmentation",
    "lesion": "The lesion",
    "ring": "The ring",
    "feature": "Features",
    "filter": "Filters",
    "site": "The site",
    "stroke": "Segmenting by a stroke",
    "table": "The lesion table",
    "signature": "The signature",
    "clinical": "Values of the patient",
    "combat": "ComBat",
    "validation": "Validating a signature",
    "card": "The card of a signature",
    "learned": "Learned features",
    "settings": "Settings",
    "engine": "Other software for features",
    "dicom": "DICOM",
    "result": "Results",
    "cohort": "Measuring a cohort",
    "response": "Response of measured lesions",
}

INTRODUCTION = """\
# What RadioImmunoScore refuses and why

A lesion without a score has an empty value and a reason, never 0 and never a guess; one lesion's refusal
leaves the others alone. Every reason has a code, which stands in tables and JSON files. This page is made
from the software's own table of codes (`make refusals`).
"""


def page() -> str:
    """The page as Markdown."""
    parts = [INTRODUCTION]
    families = [*FAMILIES, *sorted({code.split(".")[0] for code in TABLE} - set(FAMILIES))]
    for family in families:
        codes = [code for code in TABLE if code.split(".")[0] == family]
        if codes:
            parts.append(f"## {FAMILIES.get(family, family.capitalize())}\n")
            parts += [_entry(code) for code in codes]
    return "\n".join(parts)


def _entry(code: str) -> str:
    row = TABLE[code]
    lines = [f"**`{code}`** {row.text}", "", f"- *What is done:* {row.done}", f"- *Why:* {row.why}"]
    return "\n".join([*lines, f"- *What to do:* {row.remedy}", ""])


def main(arguments: list[str]) -> int:
    """Write the page to the file that is named."""
    write_text(arguments[0], page())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
