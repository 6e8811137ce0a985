"""The page of refusals says what the software does: it is made from its tables."""

from __future__ import annotations

import pytest

from radioimmuno.findings import TABLE, of_inputs, of_lesions
from radioimmuno.refusals.page import main, page


def test_the_page_is_what_the_tables_make(request):
    written = request.config.rootpath / "Resources" / "Docs" / "Refusals.md"
    assert written.read_text(encoding="utf-8") == page(), "make it again: make refusals"


def test_no_code_stands_in_both_parts_of_the_table():
    assert not set(of_inputs.ROWS) & set(of_lesions.ROWS)


@pytest.mark.parametrize("code", TABLE)
def test_a_code_is_on_the_page_once_with_whole_sentences(code):
    assert page().count(f"**`{code}`**") == 1
    row = TABLE[code]
    assert row.text.endswith(".")
    assert row.done.endswith(".")
    assert row.why.endswith(".")
    assert row.remedy[-1] in ".`"


def test_the_page_is_written_to_the_file_that_is_named(tmp_path):
    assert main([str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == page()
