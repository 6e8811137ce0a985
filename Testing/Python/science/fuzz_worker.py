"""Spoils a good file in random ways and reads it, many times; a program, so that a crash is only its own.

For each line `[kind, count, seed]` that it reads it prints two: as JSON how often there was a result, how
often which refusal, and what else happened (nothing must); and the exit code of the process that did it.
"""

from __future__ import annotations

import gzip
import json
import os
import random
import resource
import signal
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import SimpleITK as sitk

from radioimmuno.findings import InputError
from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.io.ct import read_ct
from radioimmuno.io.lesion_table import apply_lesion_table
from radioimmuno.io.lesions import read_lesions
from radioimmuno.lesion import Lesion
from radioimmuno.signature.signature import read_signature

SLOW_S = 10
HEADER_BYTES = 700
# Far above what reading these small files takes; a wild claim of a header would go beyond it.
MEMORY_BYTES = 6 << 30
NUMBERS = (
    b"0",
    b"-1",
    b"1",
    b"65535",
    b"4294967296",
    b"100000",
    b"1e308",
    b"nan",
    b"inf",
    b"",
    b"0x7f",
    b"-0.0",
)

SHAPE = (6, 8, 10)
VALUES = np.linspace(-1000, 1000, int(np.prod(SHAPE))).astype(np.int16).reshape(SHAPE)
LABELS = np.zeros(SHAPE, np.uint8)
LABELS[1:4, 2:6, 2:6], LABELS[4:, 1:3, 7:] = 1, 2
IMAGE = Image(VALUES, Lattice(SHAPE, (2.0, 1.0, 1.0), (0.0, 0.0, 0.0)))
LESIONS = [Lesion(name, f"lesion {name}", IMAGE) for name in "123"]
TABLE = "lesion_id,name,site,irradiated\n1,first,Liver,yes\n2,,lymph node,no\n3,x,,\n"
VOLUMES = ("nrrd", "gz.nrrd", "nhdr", "nii", "nii.gz", "mha", "mhd")

Target = tuple[list[Path], Callable[[], object]]


def spoil(content: bytes, rng: random.Random) -> bytes:
    """The content with one to three faults: bits, bytes, pieces, numbers; mostly in the header."""
    data = bytearray(content)
    for _ in range(rng.randint(1, 3)):
        where = (
            rng.randrange(min(len(data), HEADER_BYTES) if rng.random() < 0.8 else len(data)) if data else 0
        )
        piece = slice(where, where + rng.choice((1, 2, 4, 16, 200)))
        fault = rng.randrange(8)
        if not data:
            data += rng.randbytes(5)
        elif fault == 0:
            data[where] ^= 1 << rng.randrange(8)
        elif fault == 1:
            data[piece] = rng.randbytes(len(data[piece]))
        elif fault == 2:
            data[piece] = b""
        elif fault == 3:
            data[where:where] = rng.choice(NUMBERS) + rng.randbytes(rng.randrange(3))
        elif fault == 4:
            del data[where:]
        elif fault == 5:
            data[piece] = bytes([rng.choice((0, 0xFF))]) * len(data[piece])
        elif fault == 6:
            data[where:where] = data[piece]
        else:
            _spoil_number(data, where, rng)
    return bytes(data)


def spoil_file(path: Path, content: bytes, rng: random.Random) -> bytes:
    """As `spoil`; of a compressed file mostly what is in it, for else its checksum tells at once."""
    if path.suffix == ".gz" and rng.random() < 0.8:
        return gzip.compress(spoil(gzip.decompress(content), rng))
    return spoil(content, rng)


def _spoil_number(data: bytearray, where: int, rng: random.Random) -> None:
    """Replace the next number that is written as text, or else two bytes by an extreme one."""
    digits = [at for at in range(where, min(len(data), where + 200)) if 48 <= data[at] <= 57]
    if not digits:
        data[where : where + 2] = rng.choice((b"\xff\xff", b"\0\0", b"\xff\x7f", b"\0\x80"))
        return
    stop = digits[0]
    while stop < len(data) and 48 <= data[stop] <= 57:
        stop += 1
    data[digits[0] : stop] = rng.choice(NUMBERS)


def target_of(kind: str, folder: Path) -> Target:
    """Good files of a kind, which of them to spoil, and what reads them."""
    name, _, what = kind.partition(":")
    if name == "ct":
        return _volume(folder, what, VALUES, lambda path: read_ct(path))
    if name == "mask":
        return _volume(folder, what, LABELS, lambda path: read_lesions(path, IMAGE))
    if name == "dicom":
        return _dicom(folder, what)
    path = folder / f"{name}.txt"
    if name == "table":
        path.write_text(TABLE)
        return [path], lambda: apply_lesion_table(path, LESIONS)
    from signature_cases import DOCUMENT

    path.write_text(json.dumps(DOCUMENT))
    return [path], lambda: read_signature(path)


def _volume(folder: Path, ending: str, values: np.ndarray, read: Callable[[Path], object]) -> Target:
    image = sitk.GetImageFromArray(values)
    image.SetSpacing((1.0, 1.0, 2.0))
    if ending == "seg.nrrd":
        for number, name in enumerate(("a", "b")):
            for key, value in (("ID", name), ("Name", name), ("LabelValue", str(number + 1)), ("Layer", "0")):
                image.SetMetaData(f"Segment{number}_{key}", value)
    path = folder / f"volume.{ending}"
    sitk.WriteImage(image, str(path), useCompression=ending == "gz.nrrd")
    return sorted(folder.iterdir()), lambda: read(path)


def _dicom(folder: Path, what: str) -> Target:
    sys.path.insert(0, str(Path(__file__).parents[1]))
    import dicom_series

    if what == "multiframe":
        datasets = [dicom_series.enhanced(VALUES)]
    else:
        datasets = dicom_series.ct_series(VALUES, PixelPaddingValue=0)
    for dataset in datasets:
        if what == "rle":
            dataset.compress("1.2.840.10008.1.2.5")
    dicom_series.write(folder, datasets)
    if what.startswith("1.2."):
        dicom_series.compress(folder, what)
    return sorted(folder.iterdir()), lambda: read_ct(folder)


def run(kind: str, count: int, seed: int) -> dict[str, object]:
    """Spoil and read `count` times."""
    rng = random.Random(seed)
    outcomes: Counter[str] = Counter()
    failures: list[str] = []
    slowest = 0.0
    with tempfile.TemporaryDirectory() as name:
        files, read = target_of(kind, Path(name))
        good = {path: path.read_bytes() for path in files}
        read()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        for number in range(count):
            path = rng.choice(files)
            path.write_bytes(spoil_file(path, good[path], rng))
            start = time.monotonic()
            signal.alarm(SLOW_S)
            try:
                read()
                outcomes["result"] += 1
            except InputError as error:
                outcomes[error.code] += 1
            except Exception:
                failures.append(f"input {number}: {traceback.format_exc(limit=-3)}")
            signal.alarm(0)
            slowest = max(slowest, time.monotonic() - start)
            path.write_bytes(good[path])
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    return {"outcomes": outcomes, "failures": failures, "slowest_s": slowest, "grown_mb": grown}


def serve() -> None:
    """Do each line's work in a process of its own, forked off where all libraries are loaded."""
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            try:
                print(json.dumps(run(*json.loads(line))), flush=True)
            except BaseException:
                traceback.print_exc()
                os._exit(1)
            os._exit(0)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    sitk.ProcessObject.SetGlobalWarningDisplay(False)
    with suppress(ImportError):
        import pydicom  # noqa: F401
    serve()
