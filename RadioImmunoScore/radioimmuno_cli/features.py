"""`radioimmuno features`: IBSI features of lesions and rings as a table."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.settings import Settings

from .asked_settings import AskedSettings, filters_named, require_features_after, settings_asked
from .engine_tables import COLUMNS, OWN, STAGES, TABLES, Order
from .engine_tables import Table as FeatureTable
from .exit_status import Failure, exit_code, left_out_lines, print_outcome
from .feature_layouts import LONG, REGION, WHO, WIDE, arranged
from .feature_record import record_beside, write_record
from .image_options import add_images, add_modality, add_models
from .options import (
    add_command,
    add_filters,
    add_inputs,
    add_lesion_table,
    add_settings,
    positive,
)
from .paths import OutputPath
from .progress import Progress
from .study_files import READING_CT, READING_LESIONS, read_study
from .terminal_table import table

if TYPE_CHECKING:
    from radioimmuno.engines.pyradiomics_filters import Counterparts
    from radioimmuno.extraction.lesion_features import LesionFeatures
    from radioimmuno.filters.response_settings import ResponseSettings
    from radioimmuno.identity import Identity
    from radioimmuno.study import Study

DESCRIPTION = f"""\
Measure the IBSI features of every lesion and of its ring.

writes a CSV file with one row a feature:
  patient, study, {", ".join(COLUMNS)}
where region is lesion or ring and reference_tag is the feature's tag in the IBSI table of consensus values.
A feature that is not defined for a region, and those of a refused lesion, have an empty value.

--wide region  one row a region of a lesion, a column a feature:
  patient, study, {", ".join(WHO)}, region, morphology.volume, ...
--wide lesion  one row a lesion, a column a feature of a region:
  patient, study, {", ".join(WHO)}, lesion.morphology.volume, ..., ring.morphology.volume, ...
Their status is measured, warning, refused or left out.

Beside the table goes a JSON file of the same name: settings, versions, hashes of inputs and table, what was
found of each lesion, and the IBSI code and unit of each feature.

With --pet or --mr every image is measured, by settings of its own (`images` in a settings file, else its
modality's); lesions are carried to its voxels. The table has a column `image` then, and the columns of a wide
one have its role in front: pet.lesion.statistics.maximum. --modality pet measures a PET alone. With --model
come the values that an outside model gives: learned.<model>.0, ...

With --filters (or `filters` in a settings file) each image is measured after filters, too, as IBSI 2 defines
them; all but shape and local intensity. The table has a column `filter` then, and the columns of a wide one
have the filter behind the region: lesion.log_sigma_3mm.statistics.skewness. Where a filter does not fit the
image, its values are empty and the reason says why.

--settings FILE takes PyRadiomics' parameters as well: its image types as if --filters had named them, and of
its features those that there are here. What is measured otherwise is said line by line, and on record.

The presets ibsi-digital, ibsi-c, ibsi-d and ibsi-e are the configurations that IBSI has consensus values
for, ibsi-validation-ct, -pet and -mr those of its validation on patients; they also give the features that
take longer (Moran's I, Geary's C, bounding ellipsoids).

Where PyRadiomics is installed, the same voxels and masks can be given to it:
  --engine pyradiomics  its values of the features that it shares with the catalog, with its names; with
                        --image-type those of its filtered images too
  --engine compare      both values, the relative difference and why they differ, a row a feature
With --filters it filters, too, where it has the filter: log_sigma_... and the first level of wavelets. It
gets the image around the lesion as far as it looks, and levels are made as after our filters (with
--image-type in bins of the image's own width). Its Laplacian of Gaussian is multiplied by the square of the
SD in voxels; compare takes that out. Other filters are left out and named; if none is left, all is refused.
Scores are always made with our own engine."""

EXAMPLES = """\
  radioimmuno features ct.nrrd lesions.seg.nrrd --out features.csv
  radioimmuno features ct.nrrd lesions.seg.nrrd --wide lesion --out wide.csv
  radioimmuno features ct.nii.gz mask.nii.gz --settings ibsi-c --region lesion --out ibsi_c.csv
  radioimmuno features ct.nrrd lesions.seg.nrrd --pet pet.nii.gz --wide lesion --out both.csv
  radioimmuno features ct.nrrd lesions.seg.nrrd --filters log_sigma_2mm,log_sigma_5mm,wavelet_coif1 \\
      --wide lesion --out after.csv
  radioimmuno features ct.nrrd lesions.seg.nrrd --settings pyradiomics.yaml --wide lesion --out asked.csv
  radioimmuno features pet.nii.gz pet_mask.nii.gz --modality pet --settings ibsi-validation-pet --out pet.csv
  radioimmuno features ct.nrrd lesions.seg.nrrd --engine compare --filters log_sigma_3mm,wavelet_coif1_lhl \\
      --out compared.csv
  radioimmuno features ct.nrrd lesions.seg.nrrd --engine pyradiomics --image-type Wavelet \\
      --image-type LoG:2,4 --out filtered.csv"""


def register(commands: Any) -> None:
    """Add the command to the command line."""
    parser = add_command(commands, "features", "measure IBSI features", DESCRIPTION, EXAMPLES)
    add_inputs(parser)
    add_lesion_table(parser)
    add_modality(parser)
    add_images(parser)
    add_models(parser)
    add_settings(parser, default=None)
    add_filters(parser)
    parser.add_argument(
        "--region", choices=("lesion", "ring"), help="only this region (default: the lesion and its ring)"
    )
    parser.add_argument(
        "--wide",
        choices=WIDE,
        help="a column a feature, with one row a region of a lesion or one row a lesion (default: one row a "
        "feature)",
    )
    parser.add_argument(
        "--engine", choices=tuple(TABLES), default=OWN, help="whose definitions (default: our own)"
    )
    parser.add_argument(
        "--image-type",
        metavar="NAME[:SIGMA,...]",
        action="append",
        default=[],
        type=image_type,
        help="a filtered image of PyRadiomics (Wavelet, LoG:2,4 with sigmas in mm, Gradient, ...); may be "
        "given several times",
    )
    parser.add_argument(
        "--out", metavar="FILE", type=Path, action=OutputPath, required=True, help="CSV file to write"
    )
    parser.set_defaults(run=run)


def image_type(text: str) -> tuple[str, dict[str, Any]]:
    """PyRadiomics' name of an image type and its options: `LoG:2,4` is LoG with two sigmas."""
    name, _, sigmas = text.partition(":")
    return name, {"sigma": [positive(sigma) for sigma in sigmas.split(",")]} if sigmas else {}


def run(arguments: argparse.Namespace) -> int:
    """Run the command and return its exit code."""
    if arguments.image_type and arguments.engine != "pyradiomics":
        raise Failure("--image-type is PyRadiomics' own: it goes with --engine pyradiomics")
    if (arguments.pet or arguments.mr) and arguments.engine != OWN:
        raise Failure(f"--engine {arguments.engine} is for the CT alone: leave --pet and --mr out")
    if arguments.model and (arguments.engine != OWN or arguments.wide == REGION):
        raise Failure("--model goes with our own engine, in rows of features or --wide lesion")
    if arguments.wide and arguments.engine == "compare":
        raise Failure("--engine compare has a row a feature: it does not go with --wide")
    asked = settings_asked(arguments.settings) if arguments.settings else AskedSettings(Settings())
    named = filters_named(arguments.filters, asked.settings)
    filters = {**asked.filters, **named}
    record = record_beside(arguments.out, arguments.inputs)
    stages = [READING_CT, READING_LESIONS, *STAGES[arguments.engine]]
    with Progress(stages, arguments.quiet) as progress:
        from radioimmuno.features.catalog import ALL, DEFAULT, REGIONS
        from radioimmuno.learned.model import read_model

        _require(arguments.engine)
        keys = asked.keys(ALL if (arguments.settings or "").startswith("ibsi-") else DEFAULT)
        models = tuple(map(read_model, arguments.model))
        study, settings = _study_and_settings(arguments, asked.settings, progress)
        known = _with_filters(settings, study, filters, arguments.engine)
        settings = known.ours
        of_image = [arguments.region] if arguments.region else REGIONS
        regions = _regions(study, of_image)
        wanted = _wanted(keys, study, of_image, settings)
        require_features_after(set(named).difference(known.missing), wanted, str(arguments.settings))
        order = Order(settings, wanted, dict(arguments.image_type), models)
        layout = arguments.wide or LONG
        made = arranged(TABLES[arguments.engine](study, order, progress), study, layout, regions)
        _write(made, arguments.out, study.identity)
        without = {"filters_left_out": list(known.missing)} if known.missing else {}
        how = {"engine": arguments.engine, "row": layout, **without}
        write_record(record, arguments.out, study, order, made, how, asked.document)
    files = [str(arguments.out), str(record)]
    code = exit_code(lesion.refused for lesion in made.measured)
    lines = [*asked.lines, _summary(made.measured, len(wanted) + len(order.learned))]
    lines += [*left_out_lines(study.left_out), *([known.sentence] if known.missing else [])]
    lines += ["", f"In {arguments.out}: {len(made.rows)} rows; settings and hashes in {record}"]
    document = {"files": files, "features": made.rows, **without, **asked.document}
    return print_outcome(study, code, arguments.json, document, lines)


def _study_and_settings(
    arguments: argparse.Namespace, asked: Settings, progress: Progress
) -> tuple[Study, Settings]:
    """The study, and how each of its images is measured; what is asked for holds for the main one."""
    from radioimmuno.modality import CT

    study = read_study(arguments, asked, progress)
    if study.role == CT.role:
        return study, _in_suv(asked, study, arguments.suv)
    if arguments.engine != OWN:
        raise Failure(f"--engine {arguments.engine} is for a CT, and this is a {study.modality.name}")
    own = asked if arguments.settings else study.modality.settings
    of_main = asked.images.get(study.role, dataclasses.replace(own, images={}))
    settings = dataclasses.replace(Settings(), images={**asked.images, study.role: of_main})
    return study, _in_suv(settings, study, arguments.suv)


def _in_suv(settings: Settings, study: Study, suv: str | None) -> Settings:
    """The settings as they are on record, with the SUV that was asked for."""
    from radioimmuno.modality import with_suv

    return with_suv(settings, study.images, suv) if suv else settings


def _with_filters(
    settings: Settings, study: Study, filters: Mapping[str, ResponseSettings], engine: str
) -> Counterparts:
    """The settings, in which each image is measured after these filters, too, if the engine has them."""
    from radioimmuno.engines.pyradiomics_filters import Counterparts, require_counterparts
    from radioimmuno.extraction.response_keys import with_more_filters

    made = with_more_filters(settings, study.images, filters)
    return Counterparts(made) if engine == OWN else require_counterparts(made)


def _wanted(
    keys: tuple[Sequence[str], Sequence[str]], study: Study, regions: Sequence[str], settings: Settings
) -> tuple[str, ...]:
    """The identifiers on each image: of itself, then after its filters."""
    from radioimmuno.extraction.response_keys import identifiers_on

    return tuple(name for role in study.images for name in identifiers_on(role, settings, *keys, regions))


def _regions(study: Study, regions: Sequence[str]) -> list[str]:
    """The regions on each image, with the role of another than the CT in front."""
    from radioimmuno.modality import with_role

    return [with_role(role, region) for role in study.images for region in regions]


def _require(engine: str) -> None:
    """Say at once, not after reading, that an engine is not there."""
    from radioimmuno.engines import pyradiomics

    if engine != OWN:
        pyradiomics.require()


def _write(made: FeatureTable, out: Path, identity: Identity) -> None:
    from radioimmuno.report.csv_tables import number_cell, text_cell, write_rows

    def cell(value: Any) -> str:
        return text_cell(value) if isinstance(value, str) else number_cell(value)

    whose = [text_cell(identity.patient), text_cell(identity.study)]
    rows = ([*whose, *(cell(row[column]) for column in made.columns)] for row in made.rows)
    write_rows(out, ("patient", "study", *made.columns), rows)


def _summary(measured: Sequence[LesionFeatures], wanted: int) -> str:
    rows = [
        (
            lesion.id,
            lesion.name,
            f"{lesion.volume_cc:.2f} cc",
            f"{sum(value is not None for value in lesion.values.values())} of {wanted}",
            " ".join(finding.text for finding in lesion.findings),
        )
        for lesion in measured
    ]
    return table(("id", "lesion", "volume", "features", "reason"), rows, ("volume", "features"))
