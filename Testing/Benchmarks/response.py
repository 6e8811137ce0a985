"""Time of `radioimmuno response` on a table of 1,000 patients with 10 studies of 8 lesions each.

    python Testing/Benchmarks/response.py            1,000 patients
    python Testing/Benchmarks/response.py --short    20 patients: does it run?

Seconds of the processor, of one process, depend on the machine.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from datetime import date, timedelta
from pathlib import Path

from radioimmuno.followup.response.course_response import Rules, respond
from radioimmuno.followup.response.table import COLUMNS, read_measured_table
from radioimmuno_cli.main import main as radioimmuno

PATIENTS, SHORT, STUDIES, LESIONS = 1000, 20, 10, 8
SITES = ("lung", "liver", "bone", "lymph node")


def main() -> int:
    """Write the table, time its parts and the whole command, print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--short", action="store_true", help="20 patients")
    options = parser.parse_args()
    patients = SHORT if options.short else PATIENTS
    with tempfile.TemporaryDirectory() as folder:
        table = Path(folder, "measured.csv")
        table.write_text(measured(patients), encoding="utf-8")
        rows = patients * STUDIES * LESIONS
        print(f"{patients} patients, {STUDIES} studies, {LESIONS} lesions: {rows:,} rows")
        begun = time.process_time()
        courses = read_measured_table(table).courses
        print(f"reading the table          {time.process_time() - begun:9.2f} s")
        begun = time.process_time()
        for course in courses:
            respond(course, Rules())
        print(f"assessing                  {time.process_time() - begun:9.2f} s")
        begun = time.process_time()
        radioimmuno(["response", str(table), "--out", str(Path(folder, "out")), "--quiet"])
        print(f"the whole command          {time.process_time() - begun:9.2f} s")
    return 0


def measured(patients: int) -> str:
    """The table of random courses."""
    rng = random.Random(1)
    lines = [",".join(COLUMNS)]
    for patient in range(patients):
        sizes = [rng.uniform(15, 60) for _ in range(LESIONS)]
        start = date(2024, 1, 1) + timedelta(days=rng.randint(0, 700))
        for study in range(STUDIES):
            when = start + timedelta(days=42 * study)
            for lesion, size in enumerate(sizes):
                role = "target" if lesion < 4 else "non-target"
                site = SITES[lesion % 4]
                node = "yes" if site == "lymph node" else "no"
                field = "yes" if lesion % 3 == 0 else "no"
                lengths = f"{size:.1f},{0.8 * size:.1f}"
                lines.append(f"P{patient},S{study},{when},L{lesion},{site},{role},{lengths},{node},{field},")
                sizes[lesion] = max(1.0, size * rng.uniform(0.75, 1.2))
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    raise SystemExit(main())
