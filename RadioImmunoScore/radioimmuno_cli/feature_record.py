"""What a table of features was made of and how, as JSON beside it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .exit_status import Failure, left_out_plain

if TYPE_CHECKING:
    from radioimmuno.study import Study

    from .engine_tables import Order, Table

FORMAT, FORMAT_VERSION = "radioimmuno-features", 1
ENDING = ".json"


def record_beside(out: Path, inputs: Iterable[Path]) -> Path:
    """Where the record of a table goes: beside it, with another ending.

    Raises
    ------
    Failure
        When the table itself has that name.
    OutputError
        `output.is_input` and `output.foreign` where something else is in its place.
    """
    from radioimmuno.files.outputs import check_output
    from radioimmuno.findings import OutputError

    record = out.with_suffix(ENDING)
    if record == out:
        raise Failure(f"--out {out}: the settings go into a file of this name; let the table end in .csv")
    check_output(record, inputs)
    if record.exists() and not _is_record(record):
        text = (
            f"{record}, where the table's settings go, was not written by this command. Name another --out."
        )
        raise OutputError("output.foreign", text)
    return record


def write_record(
    path: Path,
    out: Path,
    study: Study,
    order: Order,
    made: Table,
    how: dict[str, Any],
    settings_from: dict[str, Any],
) -> None:
    """Write settings, versions and hashes of a table that was written.

    Parameters
    ----------
    out : Path
        The table.
    how : dict of str to object
        Engine and layout, as they were asked for.
    settings_from : dict of str to object
        What is said of the settings' file, as `AskedSettings.document`.
    """
    from radioimmuno.acquisition import acquisition_record
    from radioimmuno.files.atomic import write_text
    from radioimmuno.identity import identity_entries
    from radioimmuno.scoring.provenance import software

    document = {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        **identity_entries(study.identity),
        "table": {"name": out.name, "sha256": hashlib.sha256(out.read_bytes()).hexdigest(), **how},
        "software": software(),
        "settings": order.settings.to_dict(),
        **settings_from,
        "image_types": dict(order.image_types),
        "acquisition": acquisition_record(study.acquisition),
        **_images(study, order),
        "inputs": dict(study.inputs),
        "features": _features(order.wanted),
        "lesions": [_lesion(lesion) for lesion in made.measured],
        "left_out": left_out_plain(study.left_out),
    }
    write_text(path, json.dumps(document, indent=2, allow_nan=False) + "\n")


def _images(study: Study, order: Order) -> dict[str, Any]:
    """How images beside the CT were made and prepared, and the cards of models; nothing of a CT alone."""
    from radioimmuno.extraction.prepared_images import preparation_records
    from radioimmuno.learned.card import card_record

    made = preparation_records(study, order.settings, study.images)
    about = {
        role: {**known, **({"preparation": made[role]} if role in made else {})}
        for role, known in study.about_images.items()
    }
    cards = [card_record(model.card) for model in order.models]
    return ({"images": about} if about else {}) | ({"models": cards} if cards else {})


def _is_record(path: Path) -> bool:
    try:
        return json.loads(path.read_text(encoding="utf-8"))["format"] == FORMAT
    except (OSError, ValueError, TypeError, KeyError):
        return False


def _features(wanted: Sequence[str]) -> dict[str, dict[str, str]]:
    """What the columns of a wide table are."""
    from radioimmuno.features.catalog import split

    features = {split(identifier)[1] for identifier in wanted}
    return {
        feature.key: {
            "title": feature.title,
            "ibsi_code": feature.ibsi_code,
            "reference_tag": feature.reference_tag,
            "unit": feature.unit,
        }
        for feature in sorted(features, key=lambda feature: feature.key)
    }


def _lesion(lesion: Any) -> dict[str, Any]:
    from radioimmuno.scoring.records import finding_record

    return {
        "id": lesion.id,
        "name": lesion.name,
        "volume_cc": lesion.volume_cc,
        "status": lesion.status,
        "findings": [finding_record(finding) for finding in lesion.findings],
    }
