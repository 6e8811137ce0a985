"""Writes the reference values that the tests read: `references/*.json`.

Run it in the environment that `make_environment.sh` makes. It needs the data folder (`RADIOIMMUNO_DATA`), ten
minutes and, for the full chest CT, 13 GB of memory.
"""

import json
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

import cases
import consensus
import mirp_filters
import mirp_values
import pyradiomics_filtered
import pyradiomics_maps
import pyradiomics_values

# Significant ones of a number that is written in a text.
DIGITS = 8
REFERENCES = Path(__file__).resolve().parent / "references"
Values = dict[str, dict[str, float]]
Row = TypeVar("Row", dict[str, float], dict[str, str], Values)


def main() -> int:
    """Make all reference files; fail when an oracle misses a consensus value of IBSI."""
    missing = [str(path) for path in _inputs() if not path.exists()]
    if missing:
        print("Not found; RADIOIMMUNO_DATA names the data folder:", *missing, sep="\n  ", file=sys.stderr)
        return 1
    REFERENCES.mkdir(exist_ok=True)
    deviations = _write_mirp_on_ibsi()
    _write_mirp_on_patients()
    _write_mirp_validation()
    _write_mirp_all_pairs()
    _write_mirp_filters()
    _write_mirp_filtered()
    _write_pyradiomics()
    _write_pyradiomics_maps()
    _write_pyradiomics_filtered()
    return 1 if deviations else 0


def _inputs() -> list[Path]:
    validation = [case for group in cases.validation_cases().values() for case in group]
    all_cases = [cases.digital_phantom(), cases.ct_phantom(), *cases.patients(), *validation]
    return [path for case in all_cases for path in (case.image, case.mask)] + [cases.consensus_table()]


def _write_mirp_on_ibsi() -> list[str]:
    values: Values = {}
    agreement: dict[str, consensus.Agreement] = {}
    for configuration, settings in mirp_values.IBSI_SETTINGS.items():
        case = cases.digital_phantom() if configuration == "digital_phantom" else cases.ct_phantom()
        row = _timed(configuration, mirp_values.feature_values, case, settings)
        values[configuration] = row
        agreement[configuration] = consensus.compare(row, cases.consensus_table(), configuration)
    for configuration, result in agreement.items():
        print(f"{configuration}: {result.passed} of {result.total} consensus values", flush=True)
        for deviation in result.deviations:
            print(f"  {deviation}", flush=True)
    header = _mirp_header(mirp_values.IBSI_SETTINGS, omitted=mirp_values.WRONG)
    header["consensus"] = {name: {"passed": a.passed, "total": a.total} for name, a in agreement.items()}
    _write("mirp_ibsi.json", header, values)
    return [deviation for result in agreement.values() for deviation in result.deviations]


def _write_mirp_on_patients() -> None:
    settings = mirp_values.DEFAULT_SETTINGS
    values = {
        case.name: _timed(case.name, mirp_values.feature_values, case, settings) for case in cases.patients()
    }
    header = _mirp_header(settings, omitted={**mirp_values.WRONG, **mirp_values.SAMPLED})
    _write("mirp_default.json", header, values)


def _write_mirp_validation() -> None:
    """One text of numbers a lesion, in the order of the header's tags."""
    values: dict[str, dict[str, str]] = {}
    tags: list[str] = []
    for modality, settings in mirp_values.VALIDATION_SETTINGS.items():
        values[modality] = {}
        for case in cases.validation_cases()[modality]:
            row = _timed(f"{case.name}, {modality}", mirp_values.feature_values, case, settings)
            tags = tags or list(row)
            values[modality][case.name] = _numbers(row, tags)
    # JSON has no number for the range's open end.
    settings = {name: str(of) for name, of in mirp_values.VALIDATION_SETTINGS.items()}
    header = _mirp_header(settings, omitted={**mirp_values.WRONG, **mirp_values.SAMPLED})
    _write("mirp_validation.json", {**header, "tags": tags}, values)


def _write_mirp_all_pairs() -> None:
    settings = {**mirp_values.ALL_PAIRS_SETTINGS, "base_feature_families": ["morphological"]}
    case = cases.smallest_patient()
    computed = _timed(f"{case.name}, all pairs", mirp_values.feature_values, case, settings)
    values = {case.name: {tag: computed[tag] for tag in mirp_values.SAMPLED}}
    _write("mirp_all_pairs.json", _mirp_header(settings, omitted={}), values)


def _write_mirp_filters() -> None:
    maps = {
        case.name: _timed(f"{case.name}, filters", mirp_filters.map_values, case) for case in cases.sarcomas()
    }
    header = {
        "tool": "MIRP",
        "version": mirp_values.mirp_version(),
        "settings": {"shared": mirp_filters.SETTINGS, **mirp_filters.FILTERS},
        "every": mirp_filters.EVERY,
    }
    _write("mirp_filters.json", header, maps)


def _write_mirp_filtered() -> None:
    """Features of responses; one text of numbers a lesion and filter, in the order of the header's tags."""
    rows: Values = {}
    values: dict[str, dict[str, str]] = {}
    for case in cases.sarcomas():
        for name in mirp_filters.FILTERED:
            rows[name] = _timed(f"{case.name}, {name}", mirp_filters.feature_values, case, name)
        tags = list(rows["log_sigma_3mm"])
        values[case.name] = {name: _numbers(row, tags) for name, row in rows.items()}
    settings = {"shared": mirp_filters.FEATURE_SETTINGS, **mirp_filters.FILTERED}
    _write("mirp_filtered.json", {**_mirp_header(settings, omitted={}), "tags": tags}, values)


def _numbers(row: dict[str, float], tags: list[str]) -> str:
    return " ".join(f"{row[tag]:.{DIGITS}g}" for tag in tags)


def _write_pyradiomics() -> None:
    case = cases.smallest_patient()
    row = _timed(f"{case.name}, PyRadiomics", pyradiomics_values.feature_values, case)
    peer = _timed(f"{case.name}, native", mirp_values.feature_values, case, mirp_values.NATIVE_SETTINGS)
    header = {
        "tool": "PyRadiomics",
        "version": pyradiomics_values.pyradiomics_version(),
        "settings": pyradiomics_values.SETTINGS,
        "largest_relative_difference_from_mirp": max(abs(row[tag] / peer[tag] - 1.0) for tag in row),
    }
    _write("pyradiomics_native.json", header, {case.name: row})


def _write_pyradiomics_maps() -> None:
    case = cases.smallest_patient()
    maps = _timed(f"{case.name}, PyRadiomics, voxel by voxel", pyradiomics_maps.map_values, case)
    header = {
        "tool": "PyRadiomics",
        "version": pyradiomics_values.pyradiomics_version(),
        "settings": {name: str(value) for name, value in pyradiomics_maps.SETTINGS.items()},
        "every": pyradiomics_maps.EVERY,
    }
    _write("pyradiomics_maps.json", header, {case.name: maps})


def _write_pyradiomics_filtered() -> None:
    """The values by image; of all images the names, which have the same features."""
    case = cases.smallest_patient()
    found = _timed(f"{case.name}, PyRadiomics, filtered", pyradiomics_filtered.feature_values, case)
    features = list(found[pyradiomics_filtered.KEPT[0]])
    if any(list(row) != features for row in found.values()):
        raise ValueError("images have different features")
    header = {
        "tool": "PyRadiomics",
        "version": pyradiomics_values.pyradiomics_version(),
        "case": case.name,
        "settings": pyradiomics_filtered.SETTINGS,
        "image_types": pyradiomics_filtered.IMAGE_TYPES,
        "images": " ".join(found),
    }
    _write("pyradiomics_filtered.json", header, {name: found[name] for name in pyradiomics_filtered.KEPT})


def _mirp_header(settings: dict[str, Any], omitted: dict[str, str]) -> dict[str, Any]:
    return {
        "tool": "MIRP",
        "version": mirp_values.mirp_version(),
        "settings": settings,
        "approximate": mirp_values.APPROXIMATE,
        "omitted": omitted,
    }


def _timed(label: str, compute: Callable[..., Row], *arguments: Any) -> Row:
    start = time.perf_counter()
    values = compute(*arguments)
    print(f"{label}: {len(values)} values in {time.perf_counter() - start:.0f} s", flush=True)
    return values


def _write(name: str, header: dict[str, Any], values: Mapping[str, Mapping[str, float | str]]) -> None:
    """Write a file; a row holds a number, or many as text, under each tag."""
    for case, row in values.items():
        undefined = [tag for tag, value in row.items() if "nan" in str(value)]
        if undefined:
            raise ValueError(f"{name}, {case}: not a number: {', '.join(undefined)}")
    content = json.dumps({"header": header, "values": values}, indent=1, allow_nan=False)
    (REFERENCES / name).write_text(content + "\n")


if __name__ == "__main__":
    sys.exit(main())
