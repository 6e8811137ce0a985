"""Any mix of commands over one folder of inputs, results and files of the user's.

Whatever is run, in any order: no input changes; no file disappears or changes that no command wrote or that
the command was not told to replace by its name; a command that fails changes nothing; nothing hidden is left.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import shutil
import tempfile
from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk
from hypothesis import HealthCheck, Phase, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from small_patient import signature

from radioimmuno.signature.signature import write_signature
from radioimmuno_cli.main import main

pytest.importorskip("pydicom")
pytest.importorskip("highdicom")

from dicom_lesions import PATIENT
from dicom_series import ct_series, write

SHAPE, SPACING = (12, 26, 26), (2.0, 1.0, 1.0)
LIST = ".radioimmuno-files"

CTS = ("ct.nrrd", "ct.mhd", "dicom", "link.nrrd", "hard.nrrd", "missing.nrrd")
LESIONS = ("labels.nrrd", "more/labels.nrrd")
PLACES = (
    *(
        "ct.nrrd",
        "ct.mhd",
        "ct.raw",
        "link.nrrd",
        "hard.nrrd",
        "labels.nrrd",
        "more/labels.nrrd",
        "table.csv",
    ),
    *("signature.json", "settings.json", "dicom", "dicom/IM0001", "dicom/new", "more", "more/new.nrrd"),
    *(".", "..", "out", "out/deep", "out/../ct.nrrd", "out/scores.csv", "out/rings.nrrd", "out/patient.json"),
    *("result", "result/dicom_export", "result/mean.nrrd", "linked", "linked/new", "new.csv", "new.nrrd"),
)
USERS = (
    "notes.txt",
    "out/notes.txt",
    "out/scores.csv",
    "out/mean.nrrd",
    "result/rings.nrrd",
    "out/deep/notes",
)
USERS += ("result/dicom_export/notes.txt", "result/dicom_export/lesion_report.dcm", "new.csv", "new.json")


@pytest.fixture(scope="module", autouse=True)
def template(tmp_path_factory):
    """The inputs, made once."""
    folder = tmp_path_factory.mktemp("template")
    rng = np.random.default_rng(7)
    values = np.full(SHAPE, -1000, np.int16)
    values[:, 2:-2, 2:-2] = 40 + rng.integers(-10, 11, (SHAPE[0], 22, 22))
    labels = np.zeros(SHAPE, np.uint8)
    labels[3:8, 6:14, 8:17] = 1
    labels[5:10, 17:23, 8:16] = 2
    for name, array in (("ct.nrrd", values), ("ct.mhd", values), ("labels.nrrd", labels)):
        image = sitk.GetImageFromArray(array)
        image.SetSpacing(SPACING[::-1])
        sitk.WriteImage(image, str(folder / name))
    write(folder / "dicom", ct_series(values, spacing=SPACING, origin=(0.0, 0.0, 0.0), **PATIENT))
    write_signature(signature(), folder / "signature.json")
    (folder / "settings.json").write_text("{}")
    (folder / "table.csv").write_text("lesion_id,site\n1,liver\n")
    (folder / "more").mkdir()
    shutil.copy(folder / "labels.nrrd", folder / "more")
    Mix.template = folder


def hashes(folder: Path) -> dict[str, str]:
    """The way to each file -> hash; links by what they lead to."""
    found = {}
    for place, folders, names in os.walk(folder):
        for name in (*names, *(name for name in folders if Path(place, name).is_symlink())):
            file = Path(place, name)
            way = str(file.relative_to(folder))
            if file.is_symlink():
                found[way] = f"-> {file.readlink()}"
            else:
                found[way] = hashlib.sha256(file.read_bytes()).hexdigest()
    return found


class Mix(RuleBasedStateMachine):
    """Commands, and a user who writes, edits and deletes files between them."""

    template: Path

    def __init__(self) -> None:
        super().__init__()
        self._before = Path.cwd()
        self._around = tempfile.TemporaryDirectory()
        self.folder = Path(self._around.name).resolve() / "work"
        shutil.copytree(self.template, self.folder)
        os.chdir(self.folder)
        Path("link.nrrd").symlink_to("ct.nrrd")
        os.link("ct.nrrd", "hard.nrrd")
        Path("out").mkdir()
        Path("linked").symlink_to("out")
        self.inputs = hashes(self.folder)
        self.own: dict[str, str] = {}

    def teardown(self) -> None:
        os.chdir(self._before)
        self._around.cleanup()

    @initialize()
    def score_into_result(self) -> None:
        self.run("score", "dicom", "labels.nrrd", "--dicom", folder="result")

    def run(
        self, *words: str, file: str | None = None, folder: str | None = None, force: bool = False
    ) -> None:
        """Run a command and hold what it changed against what it may change."""
        out = Path(folder or file or "").resolve()
        before = hashes(self.folder)
        printed, complaint = io.StringIO(), io.StringIO()
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(complaint):
            code = main([*words, "--out", folder or file or "", *(("--force",) if force else ()), "--json"])
        after = hashes(self.folder)
        changed = {way for way in before.keys() | after.keys() if before.get(way) != after.get(way)}
        document = json.loads(printed.getvalue())
        assert document["exit_code"] == code
        assert code in (0, 1, 8), (words, complaint.getvalue())
        assert document.get("error", {}).get("code") != "unexpected", complaint.getvalue()
        if code == 1:
            assert not changed, (words, out, changed)
            return
        written = {str(Path(name).resolve().relative_to(self.folder)) for name in document["files"]}
        for way in changed:
            inside = folder is not None and out in (self.folder / way).parents
            was_ours = self.own.get(way) == before.get(way)
            is_list = inside and Path(way).name == LIST
            assert way not in self.inputs, (words, out, way)
            if file is not None:
                assert way in written, (words, out, way)
            elif not is_list:
                assert inside, (words, out, way)
                assert way not in before or was_ours or (force and way in self.own), (words, out, way)
        assert written <= after.keys()
        self.own = {way: digest for way, digest in self.own.items() if way in after}
        self.own |= {way: after[way] for way in written} if folder is not None else {}

    def may_be_a_file(self, out: str, *read: str) -> None:
        """Leave out what may be replaced by its name: files that the command does not read."""
        way = Path(out).resolve()
        known = str(way.relative_to(self.folder)) if self.folder in way.parents else ""
        parts = {
            str(Path(name).resolve().relative_to(self.folder))
            for name in (*read, "ct.raw")
            if Path(name).exists()
        }
        same = any(Path(name).exists() and way.exists() and way.samefile(name) for name in read)
        assume(known not in self.inputs or known in parts or same)

    @rule(ct=st.sampled_from(CTS), lesions=st.sampled_from(LESIONS), out=st.sampled_from(PLACES))
    def ring(self, ct, lesions, out):
        self.may_be_a_file(out, ct, lesions)
        assume(out != "ct.raw" or ct == "ct.mhd")
        self.run("ring", ct, lesions, file=out)

    @rule(ct=st.sampled_from(CTS), out=st.sampled_from(PLACES))
    def features(self, ct, out):
        self.may_be_a_file(out, ct, "labels.nrrd", "settings.json")
        assume(out != "ct.raw" or ct == "ct.mhd")
        self.run("features", ct, "labels.nrrd", "--region", "lesion", "--settings", "settings.json", file=out)

    @rule(ct=st.sampled_from(CTS), out=st.sampled_from(PLACES), force=st.booleans())
    def maps(self, ct, out, force):
        self.run("maps", ct, "labels.nrrd", "--names", "mean", folder=out, force=force)

    @rule(
        ct=st.sampled_from(CTS),
        lesions=st.sampled_from((*LESIONS, "result/dicom_export")),
        out=st.sampled_from(PLACES),
        dicom=st.booleans(),
        force=st.booleans(),
    )
    def score(self, ct, lesions, out, dicom, force):
        known = ("--signature", "signature.json", "--lesion-table", "table.csv", "--kvp", "120")
        self.run("score", ct, lesions, *known, *(("--dicom",) if dicom else ()), folder=out, force=force)

    @rule(result=st.sampled_from(("result", "out", "more")), out=st.sampled_from(PLACES), force=st.booleans())
    def export(self, result, out, force):
        self.run("export-dicom", result, "--ct", "dicom", folder=out, force=force)

    @rule(name=st.sampled_from(USERS), text=st.text("ab", min_size=1, max_size=3))
    def user_writes(self, name, text):
        with contextlib.suppress(FileExistsError, NotADirectoryError):
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            is_result = str(Path(name).resolve().relative_to(self.folder)) in self.own
            if not Path(name).is_dir():
                Path(name).write_text(text)
                assert is_result or name not in self.own

    @rule(data=st.data())
    def user_deletes_a_result(self, data):
        assume(self.own)
        way = data.draw(st.sampled_from(sorted(self.own)))
        (self.folder / way).unlink(missing_ok=True)

    @invariant()
    def inputs_are_as_they_were(self):
        now = hashes(self.folder)
        assert {way: now.get(way) for way in self.inputs} == self.inputs

    @invariant()
    def nothing_hidden_is_left(self):
        hidden = [file for file in self.folder.rglob(".*") if file.name != LIST]
        assert hidden == []


TestMix = pytest.mark.slow(Mix.TestCase)
TestMix.settings = settings(
    max_examples=6,
    stateful_step_count=12,
    # A failing example is a list of commands: readable as it is, and making it shorter takes minutes.
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much, HealthCheck.data_too_large],
)
