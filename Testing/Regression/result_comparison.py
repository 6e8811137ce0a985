"""Two folders of results, file by file: identical, different in provenance only, or different.

What is provenance stands in one table, `RULES`, and in `result_names`: hashes of files that are results
themselves, and UIDs that a DICOM file was given when it was written, are replaced by the name of what they
stand for, so that a reference is still compared. Nothing else may differ.
"""

from __future__ import annotations

import fnmatch
import gzip
import hashlib
import io
import itertools
import re
import warnings
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

IDENTICAL, PROVENANCE, DIFFERS = "identical", "provenance only", "DIFFERS"
ARCHIVES = (".mrb", ".zip")

# A SHA-256, or a UID.
IDENTIFIER = r"\b(?:[0-9a-f]{64}|[0-9]+(?:\.[0-9]+){2,})\b"

T = TypeVar("T")
Pair = tuple[T, T]  # of before and after
Names = Mapping[str, str]  # hash or UID -> what it stands for

SHOWN = 70  # characters of a line that are shown around a difference


@dataclass(frozen=True)
class Rule:
    """What is taken away before files are compared: the groups of `pattern`, in files named like `files`."""

    files: tuple[str, ...]
    pattern: str
    reason: str


VERSION = r"[0-9]+(?:\.[0-9]+)+[0-9a-z.+]*"
RULES = (
    Rule(
        ("*.json", "*.stdout.txt", "*.html", "*provenance.txt"),
        r'created_utc(?:": "|</th><td>)([0-9T:+-]+)',
        "when the result was made",
    ),
    Rule(
        ("*.html",),
        r"<dt>Scored</dt><dd><bdi>([0-9 :-]+) UTC</bdi>",
        "when the result was made",
    ),
    Rule(
        ("*.json", "*.stdout.txt", "*provenance.txt", "*.dcm"),
        rf'"name": "(?:RadioImmunoScore|radioimmuno)",\s*"version": "({VERSION})"',
        "version of the software",
    ),
    Rule(("scores.csv",), rf",[0-9a-f]{{64}},({VERSION})(?=,)", "version of the software"),
    Rule(
        ("*.html",),
        rf'(?:RadioImmunoScore |RadioImmunoScore</td></tr><tr><th scope="row">version</th><td>)({VERSION})',
        "version of the software",
    ),
    Rule(
        ("*.stdout.txt",),
        r"(?m)^To score the files yourself: (\S+/bin/)python -m ",
        "where Python lies",
    ),
    Rule(
        ("*.txt",),
        r"# Color procedural file (/\S*/_tmp\w+/)\S+/Data/",
        "temporary folder in which Slicer writes a scene",
    ),
    Rule(
        ("*.dcm",),
        r"(?m)^\S*(?:(?:InstanceCreation|Content)(?:Date|Time)|ContributionDateTime) \w\w (.*)$",
        "when the DICOM file was made",
    ),
    Rule(
        ("*.dcm",),
        rf"(?m)^\S*(?:SoftwareVersions LO|AlgorithmVersion LO|TextValue UT radioimmuno) ({VERSION})$",
        "version of the software",
    ),
    Rule(
        ("*.dcm",),
        r"(?m)^\S*CodeMeaning LO Device Observer UID\n\S*\.UID UI (2\.25\.[0-9]+)$",
        "version of the software, from which its UID as an observer follows",
    ),
)


@dataclass(frozen=True)
class Verdict:
    """How a file of one folder compares with that of the other; `detail` says what differs first."""

    file: str
    status: str
    detail: str = ""


def compare_folders(before: Path, after: Path) -> list[Verdict]:
    """Compare all files of two folders of results; a file that only one has is a difference."""
    names = sorted(_files(before) | _files(after))
    known = result_names(before), result_names(after)
    return [_compare(name, before / name, after / name, known) for name in names]


def result_names(folder: Path) -> dict[str, str]:
    """What stands for a result: the SHA-256 of each file and the UIDs a DICOM file was given -> a name."""
    found: dict[str, str] = {}
    for name in sorted(_files(folder)):
        content = (folder / name).read_bytes()
        found.setdefault(hashlib.sha256(content).hexdigest(), f"<SHA-256 of {name}>")
        if name.endswith(".dcm"):
            for keyword, uid in _given_uids(content):
                found.setdefault(uid, f"<{keyword} of {name}>")
    return found


def _files(folder: Path) -> set[str]:
    """All files below a folder, without what links lead to."""
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


def _compare(name: str, before: Path, after: Path, known: Pair[Names]) -> Verdict:
    for path, which in ((before, "before"), (after, "after")):
        if not path.is_file():
            return Verdict(name, DIFFERS, f"missing {which}")
    contents = before.read_bytes(), after.read_bytes()
    if contents[0] == contents[1]:
        return Verdict(name, IDENTICAL)
    parts = [list(_parts(name, content)) for content in contents]
    listed = [[part for part, _ in some] for some in parts]
    if listed[0] != listed[1]:
        return Verdict(name, DIFFERS, f"members: {_first_difference(*map(repr, listed))}")
    reasons: set[str] = set()
    for (part, old), (_, new) in zip(*parts, strict=True):
        if old == new:
            continue
        texts = _without_provenance(part, (old, new), known, reasons)
        if texts[0] != texts[1]:
            where = f"{part.removeprefix(name)}: " if part != name else ""
            return Verdict(name, DIFFERS, where + _first_difference(*texts))
    if name.endswith(ARCHIVES):
        reasons = reasons or {"dates in the archive"}
    if not reasons:
        return Verdict(name, DIFFERS, "encoding: the content is the same")
    return Verdict(name, PROVENANCE, "; ".join(sorted(reasons)))


def _parts(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """The parts that are compared: members of a scene; header and voxels of a volume; else all of it."""
    if name.endswith(ARCHIVES):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for member in archive.namelist():
                yield from _parts(f"{name}/{member}", archive.read(member))
    elif name.endswith(".nrrd") and b"\n\n" in content:
        header, voxels = content.split(b"\n\n", 1)
        yield name, header
        yield f"{name} voxels", gzip.decompress(voxels) if b"encoding: gzip" in header else voxels
    else:
        yield name, content


def _without_provenance(name: str, contents: Pair[bytes], known: Pair[Names], reasons: set[str]) -> Pair[str]:
    """The texts of a part with provenance replaced; the reasons for what differed are added to `reasons`."""
    is_dicom = name.endswith(".dcm")
    old, new = (_dicom_text(content) if is_dicom else content.decode("latin-1") for content in contents)
    named = [
        [found for found in re.findall(IDENTIFIER, text) if found in names]
        for text, names in zip((old, new), known, strict=True)
    ]
    if named[0] != named[1]:
        reasons.add("hashes or UIDs of other results")
    old, new = _with_names(old, known[0]), _with_names(new, known[1])
    for rule in RULES:
        if any(fnmatch.fnmatch(name.rsplit("/", 1)[-1], pattern) for pattern in rule.files):
            if re.findall(rule.pattern, old) != re.findall(rule.pattern, new):
                reasons.add(rule.reason)
            old, new = re.sub(rule.pattern, _blank, old), re.sub(rule.pattern, _blank, new)
    if name.endswith(".radioimmuno-files"):
        # Its lines are in the order of their hashes.
        return "\n".join(sorted(old.splitlines())), "\n".join(sorted(new.splitlines()))
    return old, new


def _with_names(text: str, names: Names) -> str:
    """A text with the name of a result in place of its hash or UID."""
    return re.sub(IDENTIFIER, lambda found: names.get(found[0], found[0]), text)


def _blank(found: re.Match[str]) -> str:
    start, end = found.start(1) - found.start(), found.end(1) - found.start()
    return found[0][:start] + "<provenance>" + found[0][end:]


def _first_difference(old: str, new: str) -> str:
    """The first line that differs, cut around its first character that does."""
    lines = old.splitlines(), new.splitlines()
    for number, (a, b) in enumerate(zip(*lines, strict=False), start=1):
        if a != b:
            pairs = itertools.zip_longest(a, b)
            column = next(n for n, (x, y) in enumerate(pairs) if x != y)
            start = max(0, column - SHOWN // 2)
            cut = [ascii(line[start : start + SHOWN])[1:-1] for line in (a, b)]
            return f"line {number}, column {column + 1}: {cut[0]} -> {cut[1]}"
    if len(lines[0]) != len(lines[1]):
        return f"{len(lines[0])} lines -> {len(lines[1])} lines"
    return "ends of lines"


def _dicom_text(content: bytes) -> str:
    """Every element of a DICOM file as a line: where it stands, VR, value; bulk data by their SHA-256."""
    import pydicom

    with warnings.catch_warnings():
        # Identifiers of the CT's header may be longer than DICOM has them.
        warnings.simplefilter("ignore")
        dataset = pydicom.dcmread(io.BytesIO(content))
        lines = [*_element_lines("meta.", dataset.file_meta), *_element_lines("", dataset)]
    return "\n".join([f"preamble {content[:132]!r}", *lines])


def _element_lines(where: str, dataset) -> Iterator[str]:
    for element in dataset:
        name = f"{where}{element.keyword or element.tag}"
        if element.VR == "SQ":
            yield f"{name} SQ {len(element.value)}"
            for number, item in enumerate(element.value):
                yield from _element_lines(f"{name}[{number}].", item)
        elif isinstance(element.value, bytes) and len(element.value) > SHOWN:
            digest = hashlib.sha256(element.value).hexdigest()
            yield f"{name} {element.VR} {len(element.value)} bytes {digest}"
        elif name == "meta.FileMetaInformationGroupLength":
            # It follows from the lengths of the UIDs.
            yield f"{name} {element.VR}"
        else:
            yield f"{name} {element.VR} {element.value}"


def _given_uids(content: bytes) -> Iterator[tuple[str, str]]:
    """The UIDs that identify this file, its series and its own dimensions."""
    import pydicom

    dataset = pydicom.dcmread(io.BytesIO(content), stop_before_pixels=True)
    for keyword in ("SOPInstanceUID", "SeriesInstanceUID"):
        yield keyword, str(dataset[keyword].value)
    for item in dataset.get("DimensionOrganizationSequence", []):
        yield "DimensionOrganizationUID", str(item.DimensionOrganizationUID)
