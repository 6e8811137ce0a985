"""What is run in each checkout: the shell's commands on real CT and the simulated patient, and the console.

All paths are relative to the folder of the case, so that results hold none of the machine's. Nothing is
imported from the software: one list serves every checkout whose commands have these options.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import SimpleITK as sitk

# From a case's folder, <results>/<case>: a link to the data.
DATA = "../data"
CONSOLE_SCRIPT = Path(__file__).with_name("console_results.py")

# The cases that segmentation by a stroke was developed on; `--all` takes the other sarcomas too.
SARCOMAS = ("STS_003", "STS_008", "STS_012", "STS_018", "STS_019", "STS_025", "STS_041", "STS_047")
WITH_SCENE = ("LUNG1-001", "STS_012", "STS_041")
JITTER_MM = 2.0  # SD of each end point's two coordinates in the slice

Points = Sequence[Sequence[float]]


@dataclass(frozen=True)
class Command:
    """One process: its name, under which its streams and exit code are kept, and its arguments.

    `arguments` follow `python -m radioimmuno_cli`; those of a script begin with its path instead.
    """

    name: str
    arguments: tuple[str, ...]
    is_script: bool = False


@dataclass(frozen=True)
class Case:
    """Commands that run one after another in a folder of their own; `files` are written into it before."""

    name: str
    commands: tuple[Command, ...]
    files: tuple[tuple[str, str], ...] = ()


def all_cases(data: Path, *, every: bool) -> Iterator[Case]:
    """The simulated patient, the console, DICOM, refusals, and the real CT: ten, or all that there are."""
    yield demonstration()
    yield console()
    yield dicom_series(data)
    yield refusals()
    yield real_case("IBSI CT phantom", data, "ibsi/ct_phantom/ct.nii.gz", "ibsi/ct_phantom/mask.nii.gz")
    yield real_case("LUNG1-001", data, "lung1_001/ct.nrrd", "lung1_001/label.nrrd")
    names = sorted(path.name for path in (data / "sts").iterdir()) if every else SARCOMAS
    for name in names:
        yield real_case(name, data, f"sts/{name}/ct.nii.gz", f"sts/{name}/mask.nii.gz")


def real_case(name: str, data: Path, ct_file: str, mask_file: str) -> Case:
    """A CT with one lesion: features, scores, stability, checks, ring, maps; the lesion from strokes."""
    ct, mask = f"{DATA}/{ct_file}", f"{DATA}/{mask_file}"
    ends = longest_stroke(data / mask_file)
    first, second = jittered(ends, 2)
    middle = np.mean(ends, axis=0)
    scene = ("--scene",) if name in WITH_SCENE else ()
    drawn = "drawn.seg.nrrd"
    commands = (
        *measured(ct, mask),
        _command("score", "score", ct, mask, "--kvp", "120", *scene, "--out", "score"),
        _command("score_json", "score", ct, mask, "--kvp", "100", "--lesion-table", "lesions.csv",
                 "--stability", "--stability-draws", "4", "--json", "--out", "score_stability"),
        _command("segment", "segment", ct, _stroke(first), "--json", "--out", "stroke.nrrd"),
        _command("segment_several", "segment", ct, _stroke(first), _stroke(second), _click(middle),
                 "--out", drawn),
        _command("check_drawn", "check", ct, drawn, "--json"),
        _command("score_drawn", "score", ct, drawn, "--kvp", "120", "--out", "score_drawn"),
    )  # fmt: skip
    table = "lesion_id,site,irradiated,drawn\n1,lung,yes,manual\n"
    return Case(name, commands, (("lesions.csv", table),))


def measured(ct: str, lesions: str, *more: str) -> tuple[Command, ...]:
    """Features by several settings, checks, ring and maps of one CT and its lesions."""
    case = (ct, lesions, *more)
    return (
        _command("features", "features", *case, "--out", "features.csv"),
        _command("features_wide", "features", *case, "--settings", "ibsi-c", "--region", "lesion",
                 "--wide", "lesion", "--json", "--out", "features_wide.csv"),
        _command("features_ibsi_e", "features", *case, "--settings", "ibsi-e",
                 "--out", "features_ibsi_e.csv"),
        _command("check", "check", *case, "--out", "checks.csv"),
        _command("ring", "ring", *case, "--out", "ring.nrrd"),
        _command("ring_outside", "ring", *case, "--inner-mm", "0", "--outer-mm", "5",
                 "--out", "ring_outside.nrrd"),
        _command("maps", "maps", *case, "--json", "--out", "maps"),
    )  # fmt: skip


def demonstration() -> Case:
    """Two simulated patients, and the commands on the files of the first."""
    ct, lesions = "demo/ct.nrrd", "demo/lesions.seg.nrrd"
    return Case(
        "demonstration",
        (
            _command("demo", "demo", "--out", "demo"),
            _command("demo_other", "demo", "--seed", "7", "--json", "--out", "demo_other"),
            *measured(ct, lesions),
            _command("score", "score", ct, lesions, "--kvp", "120", "--stability",
                     "--stability-draws", "3", "--stability-seed", "5", "--json", "--out", "score"),
            _command("score_some", "score", ct, lesions, "--kvp", "120", "--roi", "Liver*",
                     "--patient", "Case 7", "--out", "score_some"),
            _command("signature", "signature", "show", "--json"),
            _command("signature_text", "signature", "show"),
            _command("signature_check", "signature", "check"),
        ),
    )  # fmt: skip


def console() -> Case:
    """The recipes of the console's page in a MRML scene: scores, colors, tables, reports, a stroke."""
    return Case("console", (Command("console", (str(CONSOLE_SCRIPT),), is_script=True),))


def dicom_series(data: Path) -> Case:
    """A DICOM CT with its RTSTRUCT: export as SEG and reports, the SEG read again; a PET, taken as a CT."""
    stroke = _stroke(longest_stroke(data / "sts/STS_012/mask.nii.gz"))
    ct = f"{DATA}/sts_dicom/STS_012/CT"
    structures = f"{ct}/mask"
    return Case(
        "DICOM",
        (
            _command("series", "series", f"{DATA}/sts_dicom"),
            _command("series_json", "series", f"{DATA}/suv", "--json"),
            *measured(ct, structures),
            _command("score", "score", ct, structures, "--dicom", "--scene", "--out", "score"),
            _command("score_table", "score", ct, f"{DATA}/sts/STS_012/mask.nii.gz",
                     "--lesion-table", "lesions.csv", "--identify", "--stability", "--stability-draws", "3",
                     "--out", "score_table"),
            _command("export", "export-dicom", "score_table", "--ct", ct, "--json", "--out", "exported"),
            _command("features_of_seg", "features", ct, "score/dicom_export/lesion_segmentation.dcm",
                     "--out", "features_of_seg.csv"),
            _command("score_of_seg", "score", ct, "exported/lesion_segmentation.dcm", "--dicom",
                     "--out", "score_of_seg"),
            _command("check_ring_seg", "check", ct, "exported/ring_segmentation.dcm", "--json"),
            _command("features_phantom", "features", f"{DATA}/ibsi/ct_phantom/ct.nii.gz",
                     f"{DATA}/ibsi/ct_phantom/mask_rtstruct.dcm", "--roi", "*",
                     "--out", "features_phantom.csv"),
            _command("segment", "segment", ct, "--json", "--out", "stroke.nrrd", stroke),
        ),
        (("lesions.csv", "lesion_id,site,irradiated,drawn\n1,soft tissue,no,manual\n"),),
    )  # fmt: skip


def refusals() -> Case:
    """What is refused, as JSON: the codes and texts, and that nothing was written."""
    ct, mask = f"{DATA}/sts/STS_012/ct.nii.gz", f"{DATA}/sts/STS_012/mask.nii.gz"
    pet = f"{DATA}/sts_dicom/STS_012/PET"
    out = ("--json", "--out", "nothing")
    return Case(
        "refusals",
        (
            _command("no_voltage", "score", ct, mask, "--json", "--out", "no_voltage"),
            _command("other_image", "score", ct, f"{DATA}/sts/STS_041/mask.nii.gz", "--kvp", "120", *out),
            _command("no_roi", "score", ct, mask, "--roi", "GTV*", "--kvp", "120", *out),
            _command("no_ct", "score", "missing.nrrd", mask, *out),
            _command("mask_as_ct", "score", mask, mask, "--kvp", "120", "--json", "--out", "mask_as_ct"),
            _command("pet", "score", pet, f"{pet}/mask", *out),
            _command("digital_phantom", "features", f"{DATA}/ibsi/digital_phantom/ct.nii.gz",
                     f"{DATA}/ibsi/digital_phantom/mask.nii.gz", "--settings", "ibsi-digital", "--json",
                     "--accept-values", "--out", "digital_phantom.csv"),
            _command("signature", "signature", "check", "broken.json", "--json"),
            _command("settings", "ring", ct, mask, "--settings", "broken.json", "--json",
                     "--out", "ring.nrrd"),
            _command("not_dicom", "score", ct, mask, "--kvp", "120", "--dicom", *out),
        ),
        (("broken.json", '{"extraction": {"spacing_mm": -1.0}}'),),
    )  # fmt: skip


def longest_stroke(mask_file: Path) -> np.ndarray:
    """The voxel centres that are farthest apart in an axial slice of a label map: array (2, 3), LPS mm."""
    image = sitk.DICOMOrient(sitk.ReadImage(str(mask_file)), "LPS")
    best, ends = 0.0, np.zeros((2, 3))
    for number, plane in enumerate(sitk.GetArrayViewFromImage(image) > 0):
        rows = plane.any(axis=1).nonzero()[0]
        lines = [plane[row].nonzero()[0] for row in rows]
        corners = [(i, row) for row, line in zip(rows, lines, strict=True) for i in (line[0], line[-1])]
        places = np.array([
            image.TransformIndexToPhysicalPoint((int(i), int(row), number)) for i, row in corners
        ]).reshape(-1, 3)  # fmt: skip
        apart = np.linalg.norm(places[:, None] - places, axis=-1)
        if apart.size and apart.max() > best:
            best = float(apart.max())
            ends = places[list(np.unravel_index(int(apart.argmax()), apart.shape))]
    return ends


def jittered(ends: np.ndarray, count: int) -> list[np.ndarray]:
    """The stroke as `count` readers draw it in the same slice, with Gaussian errors; always the same ones."""
    errors = np.random.default_rng(0).normal(0, JITTER_MM, (count, 2, 2))
    return [ends + np.pad(error, ((0, 0), (0, 1))) for error in errors]


def _command(name: str, *arguments: str) -> Command:
    return Command(name, arguments)


def _stroke(ends: np.ndarray) -> str:
    return "--stroke=" + ",".join(f"{value:.3f}" for value in ends.ravel())


def _click(point: np.ndarray) -> str:
    return "--click=" + ",".join(f"{value:.3f}" for value in point)
