"""`radioimmuno response`: what became of measured lesions, by RECIST 1.1, iRECIST and kin."""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_status import exit_code
from .options import add_command
from .paths import Input, add_out_folder
from .progress import Progress
from .response_options import add_response_rules, rules_of
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.followup.response.course_response import CourseResponse, Rules
    from radioimmuno.followup.response.table import MeasuredTable

READING, ASSESSING, WRITING = "reading the table", "assessing", "writing"
JSON_NAME, CSV_NAME, HTML_NAME = "response.json", "response.csv", "response.html"
FILES = JSON_NAME, CSV_NAME, HTML_NAME
SHOWN = 20

DESCRIPTION = """\
What became of lesions that were measured already: RECIST 1.1 and iRECIST over all lesions, over those in
and those out of the irradiated field; abscopal, dissociated, pseudo- and hyperprogression; best response.
Every answer has the sentence that led to it; what cannot be told is empty and has a sentence, too.

the table (CSV with commas, semicolons or tabs; XLSX; Parquet) has one row a lesion and study:
  patient, study   who, and which study; needed in every row
  date             of the study, as 2024-03-05. Without dates the rows are in order of time, and what depends
                   on days is not answered
  lesion           its name, the same in all studies
  site             where it sits, in any words: an organ is one without left and right
  role             target, non-target or new; needed
  longest_mm, shortest_mm    long axis, and the short one at right angles. Of a node the short axis counts
  node             yes or no (empty: as the site says, "lymph node")
  irradiated       yes or no: in the irradiated field. A lesion that is irradiated later: yes from then on
  status           empty or present; gone; too small (seen, not measurable: 5 mm); not evaluated; unequivocal
                   (unequivocal progression of a non-target)
The first study of a patient is baseline. A lesion without a row in a study was not evaluated there. A new
lesion of which nobody is sure yet gets no row; when a later study confirms it, give it a row in the study
where it was seen first, so that progression dates back.

writes into the folder of --out:
  response.json  {patients: [{patient, best: {recist, irecist}, studies: [{study, date, all, in_field,
                 out_of_field, abscopal_a, abscopal_b, dissociated, pseudoprogression, hyperprogression}]}]}
  response.csv   one row a patient, study and field
  response.html  waterfall and spider plots, each patient's table of sums, the sentences: to read or print

Research use only; not for reporting a trial."""

EXAMPLES = """\
  radioimmuno response measured.csv --out response
  radioimmuno response measured.csv --out response --confirmation-days 42 --dissociated tozuka
  radioimmuno response measured.csv --out response --baseline S1 --hyperprogression champiat matos"""

EXIT_CODES = """\
exit codes:
  0  all patients read        8  some patients refused, with reasons; the others have their answers
  1  failure                  2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "response of measured lesions: RECIST 1.1, iRECIST, in and out of the irradiated field"
    parser = add_command(commands, "response", summary, DESCRIPTION, EXAMPLES, EXIT_CODES)
    parser.add_argument(
        "table", metavar="TABLE", type=Path, action=Input, help="measured lesions: .csv, .xlsx or .parquet"
    )
    add_out_folder(parser)
    parser.add_argument(
        "--baseline",
        metavar="STUDY",
        default="",
        help="the study that is baseline, by its name (default: the first one); growth before it is what "
        "hyperprogression is compared with",
    )
    add_response_rules(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    rules = rules_of(arguments)
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.followup.response.course_response import respond
    from radioimmuno.followup.response.table import read_measured_table
    from radioimmuno.report.response_files import document_text, response_document

    with (
        replacing_folder(arguments.out, JSON_NAME, FILES, force=arguments.force) as folder,
        Progress([READING, ASSESSING, WRITING], arguments.quiet) as progress,
    ):
        progress.stage(READING)
        found = read_measured_table(arguments.table, arguments.baseline)
        progress.stage(ASSESSING)
        responses = []
        for done, course in enumerate(found.courses):
            progress.step(done, len(found.courses), course.patient)
            responses.append(respond(course, rules))
        progress.stage(WRITING)
        document = response_document(responses, found.refused, rules)
        _write(folder, arguments.table.name, document, responses, found, rules)
    code = exit_code(True for _ in found.refused)
    if arguments.json:
        files = [str(arguments.out / name) for name in FILES]
        print(document_text({**document, "exit_code": code, "files": files}), end="")
    else:
        print("\n".join(_lines(arguments, responses, found)))
    return code


def _write(
    folder: Path,
    title: str,
    document: dict[str, Any],
    responses: list[CourseResponse],
    found: MeasuredTable,
    rules: Rules,
) -> None:
    from radioimmuno.files.atomic import write_text
    from radioimmuno.report.response_files import document_text, write_response_csv
    from radioimmuno.report.response_page import response_page

    write_text(folder / JSON_NAME, document_text(document))
    write_response_csv(responses, rules, folder / CSV_NAME)
    write_text(folder / HTML_NAME, response_page(responses, found.refused, rules, title))


def _lines(arguments: argparse.Namespace, responses: list[CourseResponse], found: MeasuredTable) -> list[str]:
    lines = []
    if responses:
        header = ("patient", "studies", "RECIST", "iRECIST", "last study, over all lesions")
        lines.append(table(header, [_row(response) for response in responses[:SHOWN]], ("studies",)))
        if len(responses) > SHOWN:
            lines.append(f"... and {len(responses) - SHOWN} more patients.")
    if found.refused:
        lines += ["", *(f"Refused: {one.text} [{one.code}]" for one in found.refused[:SHOWN])]
        if len(found.refused) > SHOWN:
            lines.append(f"... and {len(found.refused) - SHOWN} more; all are in {HTML_NAME}.")
    best = Counter(response.best_recist.value or "cannot be told" for response in responses)
    counted = ", ".join(f"{word} {count}" for word, count in sorted(best.items())) or "none"
    total = len(responses) + len(found.refused)
    lines += [
        "",
        f"{len(responses)} of {total} patients read. Best response (RECIST 1.1, confirmed): {counted}.",
    ]
    lines.append("Research use only; not for reporting a trial.")
    lines.append(f"In {arguments.out}: {', '.join(FILES)}")
    return lines


def _row(response: CourseResponse) -> tuple[str, ...]:
    from radioimmuno.followup.response.fields import Field

    last = response.studies[-1]
    return (
        response.course.patient,
        str(len(response.studies)),
        response.best_recist.value or "-",
        response.best_irecist.value or "-",
        last.fields[Field.ALL].sentence,
    )
