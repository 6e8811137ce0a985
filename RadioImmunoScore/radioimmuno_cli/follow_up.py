"""`radioimmuno follow-up`: the same lesions in several studies, and what became of them."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import result
from .exit_status import exit_code
from .followup_course import DRAWING, MATCHING, check_given, followed
from .followup_images import add_study_images
from .followup_output import (
    FILES,
    JSON_NAME,
    PAIRS_CSV,
    check_outputs,
    followup_names,
    patients_with_rings,
    write_followup_dicom,
    write_followup_scene,
    write_tables,
)
from .followup_studies import named_studies, orders_of, roles_of_all, signature_for
from .image_options import add_models
from .options import add_accepted, add_command, add_features, add_given_values, add_naming, tube_voltage
from .paths import Input, InputOfMany, add_out_folder
from .process import library_output_discarded
from .progress import Progress
from .response_options import add_response_rules, rules_of
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.followup.follow_up import FollowUp

WRITING, RINGS = "writing", "building rings"

DESCRIPTION = """\
Follow the lesions of a patient from study to study: which lesion is which, how volume, diameters and score
changed, and what response that is by RECIST 1.1, iRECIST and kin. Each CT is registered to the one before;
that serves to pair lesions alone, everything is measured on the study's own CT.

a study is a folder, the baseline first, then the others in order of time:
  a CT and its lesions   DICOM (a series, RTSTRUCT or SEG) or files (NRRD, NIfTI; label map or .seg.nrrd)
  a result of `score`    its lesions and, where they are by the same signature, its scores. The CT is looked
                         for beside it, by name and hash; else name it with --ct
  PET and MR beside it   such files by their names (pet.nii.gz in SUV, mr_t1.nrrd), DICOM series in the CT's
                         frame of reference; else name them with --pet and --mr
Where a person has to decide, a lesion is ambiguous and not evaluated: correct its line in pairs.csv and run
again with --pairs. A question mark there leaves a line to the matching, an empty cell says gone, or new.
Dates are those of DICOM or of --dates; without them what depends on days is not answered.

A signature with terms delta.<feature> or delta_abs.<feature> weighs those changes: it scores a lesion in the
studies after the one in which it was first seen.

PET: SUVmax, SUVpeak, MTV and TLG (41 %) of each lesion and their changes, and the metabolic response by
PERCIST 1.0 of each study against the first one with a PET. That needs FDG and DICOM (patient and injection),
and a reference region in the liver of both: a segment called liver, or --reference. Where studies cannot be
compared it is not evaluated (NE), with the reasons; of immuno-PET there is none.

response: the targets are proposed by the rules of RECIST 1.1 from the baseline; --roles chooses others. The
long axes of the parts of a lesion that split add up, lesions that merged have one of the whole; a lesion that
is gone has 0 mm, one below 5 mm counts as 5 mm; one out of view or ambiguous is not evaluated.

writes into the folder of --out:
  lesions.csv    one row a lesion and study: site, role, diameters, volume, score, status; `radioimmuno
                 response` reads it, too, with what you correct
  changes.csv    one row a lesion and later study: match (same, split, merged, gone, new, out of view,
                 ambiguous), sizes, score; changes since the lesion was first seen, volume as a share of it
                 (-1: gone), score as a difference; more columns follow, with a PET those of uptake
  feature_changes.csv
                 one row a lesion, later study and feature: both values, their difference, that as a share of
                 the earlier value's size and in 30 days; also on images that all studies have (pet.lesion)
  pairs.csv      how lesions were paired and why, to be corrected
  response.json  as of `radioimmuno response`, with notes on what was not evaluated, and `percist`
  report.html    response, waterfall and spider plot, lesions side by side, what differs between the studies
with --scene also:
  scene.mrb      Slicer scene with all studies: CT, lesions in the color of their score, rings; how they are
                 registered and matched, for the module's panel; a table of the changes. The baseline is shown
with --dicom also, for each study (each CT must be DICOM, of one patient):
  dicom_export/study1/lesion_segmentation.dcm, ring_segmentation.dcm, lesion_report.dcm, patient_report.dcm
                 as of `score --dicom`. A lesion has one tracking UID in all studies; parts of a lesion that
                 split, and the whole of lesions that merged, have their own
  dicom_export/study2/follow_up_report.dcm, ...  each lesion's sizes and score in this and the studies before
                 (Time Point Context), the changes since it was first seen, what became of it

Research use only; not for reporting a trial."""

EXAMPLES = """\
  radioimmuno follow-up baseline follow_up --kvp 120 --out course
  radioimmuno follow-up baseline follow_up --dates 2026-01-05,2026-03-02 --kvp 120 --out course
  radioimmuno follow-up baseline follow_up --kvp 120 --confirmation-days 42 --out course --scene
  radioimmuno follow-up baseline follow_up --kvp 120 --irradiated 'Lesion 1' --names-identify --out course"""

EXIT_CODES = """\
exit codes:
  0  all lesions matched      8  a person has to pair lesions (pairs.csv), or CT could not be registered
  1  failure                  2  wrong usage"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    summary = "the same lesions in several studies: matched, their change and response"
    parser = add_command(commands, "follow-up", summary, DESCRIPTION, EXAMPLES, EXIT_CODES)
    parser.add_argument(
        "baseline", metavar="BASELINE", type=Path, action=Input, help="folder of the first study"
    )
    parser.add_argument(
        "later", metavar="FOLLOWUP", type=Path, nargs="+", action=Input, help="folders of the later studies"
    )
    add_out_folder(parser)
    parser.add_argument(
        "--dates", metavar="D1,D2,...", type=_parts, help="dates of the studies, as 2024-03-05; they win"
    )
    parser.add_argument(
        "--irradiated",
        metavar="NAMES",
        type=_parts,
        help="irradiated lesions, with commas between, by name or as L1; all others are not irradiated",
    )
    parser.add_argument(
        "--pairs",
        metavar="FILE",
        type=Path,
        action=Input,
        help="which lesions are the same: study, baseline, followup (by name or id), as pairs.csv",
    )
    parser.add_argument(
        "--roles",
        metavar="FILE",
        type=Path,
        action=Input,
        help="lesion, and role (target, non-target), site, irradiated (yes, no) as far as they are given",
    )
    parser.add_argument("--names-identify", action="store_true", help="lesions of an equal name are the same")
    parser.add_argument(
        "--signature",
        metavar="FILE",
        type=Path,
        action=Input,
        help="signature file (default: that of the results, else the demonstration signature)",
    )
    add_features(parser, "standard", "what feature_changes.csv has beside what the signature weighs")
    parser.add_argument(
        "--ct",
        metavar="PATH",
        type=Path,
        action=InputOfMany,
        default=[],
        help="the CT of a result of `score`; may be given several times",
    )
    add_study_images(parser)
    add_models(parser)
    add_given_values(parser, studies=True)
    parser.add_argument("--scene", action="store_true", help="also write a Slicer scene with all studies")
    parser.add_argument(
        "--dicom",
        action="store_true",
        help="also write DICOM into each CT's study: segmentations, reports, and how lesions changed",
    )
    parser.add_argument("--kvp", metavar="N", type=tube_voltage, help="tube voltage of all studies in kV")
    add_response_rules(parser)
    add_accepted(parser)
    add_naming(parser)
    parser.set_defaults(run=run)


def _parts(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    from radioimmuno.cohort.plan import features_named
    from radioimmuno.files.atomic_folder import replacing_folder
    from radioimmuno.learned.model import read_model

    rules, count = rules_of(arguments), 1 + len(arguments.later)
    if arguments.scene:
        result.check_scene_can_be_made()
    if arguments.dicom:
        result.check_dicom_can_be_written()
    names = followup_names(count, arguments.scene, arguments.dicom)
    with (
        replacing_folder(arguments.out, JSON_NAME, names, force=arguments.force) as folder,
        Progress(_stages(count, arguments), arguments.quiet) as progress,
    ):
        studies = named_studies([arguments.baseline, *arguments.later])
        signature = signature_for(arguments.signature, studies)
        orders = orders_of(arguments, studies, signature)
        settings = signature.settings if signature else None
        features = features_named(arguments.features, roles_of_all(orders), settings)
        models = tuple(map(read_model, arguments.model))
        check_outputs(arguments, orders, signature)
        from radioimmuno.followup.reading import read_studies

        def stage(what: str, number: int) -> Callable[[int, int], None]:
            progress.stage(_stage(what, number))
            return lambda done, total: progress.step(done, total)

        with library_output_discarded():
            check = partial(check_given, arguments)
            read = read_studies(orders, signature, stage, features, check, models)
            measured_by = signature, features, models
            found, pictures = followed(arguments, read, measured_by, rules, progress)
        progress.stage(WRITING)
        method = signature or studies[0].result.method
        document = write_tables(folder, found, pictures, method.notice, rules)
        files = list(FILES)
        if arguments.scene or arguments.dicom:
            progress.stage(RINGS)
            patients = patients_with_rings(found, read, orders, method, progress)
        if arguments.scene:
            progress.stage(result.MAKING_SCENE)
            files += write_followup_scene(folder, found, read, patients, signature)
        if arguments.dicom:
            progress.stage(result.WRITING_DICOM)
            files += write_followup_dicom(folder, found, read, patients, method)
    code = exit_code([found.is_undecided or None in found.course.registrations])
    if arguments.json:
        from radioimmuno.report.response_files import document_text

        paths = [str(arguments.out / name) for name in files]
        print(document_text({**document, "exit_code": code, "files": paths}), end="")
    else:
        print("\n".join(_lines(arguments, found, files)))
    return code


def _stages(count: int, arguments: argparse.Namespace) -> list[str]:
    """What is done, in order: the bar never goes back. The last study is scored first."""
    names = [_stage("reading", number) for number in range(count)]
    for number in reversed(range(count)):
        names.append(_stage("scoring", number))
        names += [_stage("registering", number + 1)] if number + 1 < count else []
    more = [RINGS] * (arguments.scene or arguments.dicom) + [result.MAKING_SCENE] * arguments.scene
    return [*names, MATCHING, DRAWING, WRITING, *more, *[result.WRITING_DICOM] * arguments.dicom]


def _stage(what: str, number: int) -> str:
    return f"{what} study {number + 1}"


def _lines(arguments: argparse.Namespace, found: FollowUp, files: Sequence[str]) -> list[str]:
    from radioimmuno.followup.response.fields import Field
    from radioimmuno.naming import one_line
    from radioimmuno.report.followup_page import registration_words
    from radioimmuno.report.followup_uptake import percist_lines

    header = ("lesion", "name", "role", *(study.name for study in found.studies))
    rows = [
        (lesion.id, one_line(lesion.name), lesion.role.value, *map(_cell, lesion.in_studies))
        for lesion in found.lesions
    ]
    lines = [f"Patient {one_line(found.patient)}", table(header, rows, ()), ""]
    for number, one in enumerate(found.course.registrations, start=1):
        lines.append(f"{found.studies[number].name}: {registration_words(one)}")
    for study, findings in zip(found.studies, found.course.findings, strict=True):
        lines += [f"{study.name}: {finding.text} [{finding.code}]" for finding in findings]
    lines += [f"{study.study.name}: {study.fields[Field.ALL].sentence}" for study in found.response.studies]
    lines += [one_line(text) for text in percist_lines(found)]
    lines += [one_line(text) for text in found.notes]
    if found.is_undecided:
        lines.append(f"Pair what is ambiguous in {arguments.out / PAIRS_CSV} and run again with --pairs.")
    lines.append("Research use only; not for reporting a trial.")
    lines.append(f"In {arguments.out}: {', '.join(files)}")
    return lines


def _cell(here: Any) -> str:
    if here is None:
        return "-"
    kind = f", {here.match.value}" if here.match else ""
    return f"{here.longest_mm:.1f} mm, {here.volume_cc:.2f} cc{kind}" if here.ids else here.match.value
