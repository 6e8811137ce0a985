"""Whether a file is still what was written into its folder."""

from __future__ import annotations

import pytest

from radioimmuno.files.atomic_folder import replacing_folder
from radioimmuno.files.written_files import LIST_NAME, unchanged_since_written


@pytest.fixture
def file(tmp_path):
    with replacing_folder(tmp_path / "result", "a.json") as folder:
        (folder / "a.json").write_text("1")
    return tmp_path / "result" / "a.json"


def test_a_file_is_unchanged_until_its_content_is_another(file):
    assert unchanged_since_written(file) is True
    file.write_text("2")
    assert unchanged_since_written(file) is False
    file.write_text("1")
    assert unchanged_since_written(file) is True
    file.unlink()
    assert unchanged_since_written(file) is False


def test_of_a_file_that_no_list_names_it_is_not_known(file):
    other = file.with_name("b.json")
    other.write_text("1")
    assert unchanged_since_written(other) is None
    (file.parent / LIST_NAME).unlink()
    assert unchanged_since_written(file) is None


def test_an_older_list_has_no_hashes_and_so_does_not_know(file):
    (file.parent / LIST_NAME).write_text("a.json\n")
    assert unchanged_since_written(file) is None
