"""Files are whole or not there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from radioimmuno.files.atomic import replacing


def test_the_new_file_replaces_the_old_one_only_at_the_end(tmp_path: Path) -> None:
    target = tmp_path / "scores.seg.nrrd"
    target.write_text("old")
    with replacing(target) as unfinished:
        unfinished.write_text("new")
        assert target.read_text() == "old"
        assert unfinished.parent.parent == target.parent
        assert unfinished.name.endswith("scores.seg.nrrd")
    assert target.read_text() == "new"
    assert list(tmp_path.iterdir()) == [target]


def test_a_failure_halfway_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    target = tmp_path / "report.html"
    target.write_text("old")

    def fail_halfway() -> None:
        with replacing(target) as unfinished:
            unfinished.write_text("half a p")
            raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        fail_halfway()
    assert target.read_text() == "old"
    assert list(tmp_path.iterdir()) == [target]


def test_an_interrupt_leaves_no_unfinished_file(tmp_path: Path) -> None:
    def interrupted() -> None:
        with replacing(tmp_path / "a.csv") as unfinished:
            unfinished.write_text("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []


def test_a_body_that_writes_nothing_is_an_error_and_keeps_the_old_file(tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("old")
    with pytest.raises(FileNotFoundError), replacing(target):
        pass
    assert target.read_text() == "old"


@pytest.mark.skipif(os.name == "nt", reason="links need rights on Windows")
def test_a_link_stays_a_link_to_the_file_that_it_means(tmp_path: Path) -> None:
    target, link = tmp_path / "real.csv", tmp_path / "link.csv"
    target.write_text("old")
    link.symlink_to(target)
    with replacing(link) as unfinished:
        unfinished.write_text("new")
    assert link.is_symlink()
    assert target.read_text() == "new"
