"""`radioimmuno demo-follow-up`: a simulated patient at three dates, followed, beside what is true."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.simulation import COURSE_SEED

from .demo_cohort import SIMULATED, Shell
from .exit_status import ALL_SCORED, SOME_REFUSED, print_json
from .options import add_command
from .paths import add_out_folder
from .progress import Progress
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.simulation.course import SimulatedCourse

SIMULATING = "simulating studies"
TRUTH_NAME, CT_NAME, LESIONS_NAME = "truth.csv", "ct.nrrd", "lesions.seg.nrrd"
TABLE_NAME, TABLE = "lesions.csv", ("lesion_id", "irradiated")
# That a lesion is refused, or has to be paired by hand, is part of what is shown.
DONE = ALL_SCORED, SOME_REFUSED
TRUTH = ("study", "before", "after", "kind")

DESCRIPTION = """\
Simulate a patient at three dates, score each study and follow the lesions, as you would type it. Lesions
grow, shrink, go, come, split and merge, and every third was irradiated; the patient breathes and lies
otherwise, and each study has a scanner and a reader of its own. Ends in a table of what was found beside what
is true.

writes into DIR:
  simulated/   CT, lesions and which were irradiated of each study, and truth.csv, which no command reads
  study1/, ... what `score` writes of each study
  course/      what `follow-up` writes"""

EXAMPLES = """\
  radioimmuno demo-follow-up --out demo_follow_up"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "a simulated patient at three dates, followed, beside what is true"
    parser = add_command(commands, "demo-follow-up", summary, DESCRIPTION, EXAMPLES)
    add_out_folder(parser)
    parser.add_argument(
        "--seed",
        metavar="N",
        type=_seed,
        default=COURSE_SEED,
        help="another number is another patient (%(default)s)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.simulation.course import demonstration_course

    out: Path = arguments.out
    out.mkdir(exist_ok=True)
    course = demonstration_course(arguments.seed)
    truth = _simulate(arguments, course)
    shell = Shell(not arguments.json, arguments.quiet)
    force = ["--force"] * arguments.force
    results = []
    for number, study in enumerate(course.studies, start=1):
        folder, result = out / SIMULATED / f"study{number}", out / f"study{number}"
        names = ("--patient", f"simulated {arguments.seed}", "--kvp", f"{study.acquisition.kvp:g}")
        files = (folder / CT_NAME, folder / LESIONS_NAME)
        known = ("--lesion-table", folder / TABLE_NAME)
        shell.run("score", *files, *names, *known, "--out", result, *force, codes=DONE)
        results.append(result)
    cts = [out / SIMULATED / result.name / CT_NAME for result in results]
    dates = ",".join(study.date for study in course.studies)
    options = ("--dates", dates, *(word for ct in cts for word in ("--ct", ct)))
    shell.run("follow-up", *results, *options, "--out", out / "course", *force, codes=DONE)
    rows = _compared(truth, out / "course" / "pairs.csv")
    right = sum(row["found"] == row["kind"] for row in rows)
    page = str(out / "course" / "report.html")
    if arguments.json:
        print_json({"exit_code": ALL_SCORED, "matches": rows, "right": right, "pages": [page]})
    else:
        print("\n".join(_lines(rows, right, page)))
    return ALL_SCORED


def _simulate(arguments: argparse.Namespace, course: SimulatedCourse) -> list[dict[str, str]]:
    """Write the studies and the truth, which comes back."""
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.geometry.image import to_sitk
    from radioimmuno.io.segmentation_writer import write_segmentation
    from radioimmuno.io.volume_writer import write_volume
    from radioimmuno.report.csv_tables import write_rows

    with (
        replacing_folder(arguments.out / SIMULATED, TRUTH_NAME, force=arguments.force) as folder,
        Progress([SIMULATING], arguments.quiet) as progress,
    ):
        progress.stage(SIMULATING)
        names: list[dict[str, str]] = []
        for number, (study, irradiated) in enumerate(
            zip(course.studies, course.irradiated, strict=True), start=1
        ):
            place = folder / f"study{number}"
            place.mkdir()
            image, lesions = study.image(), study.lesions()
            write_volume(place / CT_NAME, to_sitk(image))
            write_segmentation(place / LESIONS_NAME, lesions, image.lattice)
            answers = [(each.id, "yes" if each.id in irradiated else "no") for each in lesions]
            write_rows(place / TABLE_NAME, TABLE, answers)
            names.append({lesion.id: lesion.name for lesion in lesions})
            progress.step(number, len(course.studies))
        rows = list(_true_rows(course, names))
        write_rows(folder / TRUTH_NAME, TRUTH, [[row[column] for column in TRUTH] for row in rows])
    return rows


def _true_rows(course: SimulatedCourse, names: Sequence[dict[str, str]]) -> Iterable[dict[str, str]]:
    for step, matches in enumerate(course.truth):
        for match in matches:
            sides = (match.before, names[step]), (match.after, names[step + 1])
            before, after = ("; ".join(known[each] for each in ids if each in known) for ids, known in sides)
            yield {
                "study": course.studies[step + 1].date,
                "before": before,
                "after": after,
                "kind": match.kind,
            }


def _compared(truth: Sequence[dict[str, str]], pairs: Path) -> list[dict[str, str]]:
    """The truth with what was found of the same lesions."""
    with pairs.open(newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    compared = []
    for true in truth:
        before, after = (set(filter(None, true[side].split("; "))) for side in ("before", "after"))
        own = [
            row
            for row in rows
            if row["study"] == true["study"] and (row["baseline"] in before or row["followup"] in after)
        ]
        partners = all(
            {row["baseline"]} - {""} <= before and {row["followup"]} - {""} <= after for row in own
        )
        kinds = "; ".join(dict.fromkeys(row["match"] for row in own))
        wrong = kinds != "ambiguous" and not partners
        compared.append({**true, "found": f"{kinds} (another lesion)" if wrong else kinds})
    return compared


def _lines(rows: Sequence[dict[str, str]], right: int, page: str) -> list[str]:
    columns = ("study", "before", "after", "the truth", "found")
    cells = [(row["study"], row["before"], row["after"], row["kind"], row["found"]) for row in rows]
    return [
        "",
        table(columns, cells, ()),
        "",
        f"{right} of {len(rows)} as in truth. What is ambiguous is asked for: see pairs.csv and --pairs.",
        "SIMULATED PATIENT: nothing here says anything about a patient. Research use only.",
        "",
        f"To read: {page}",
    ]


def _seed(text: str) -> int:
    value = int(text)
    if value < 0:
        raise ValueError(text)
    return value
