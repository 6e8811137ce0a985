"""The page of refusals says what the software does: it is made from its tables."""

from __future__ import annotations

import pytest

from radioimmuno.findings import TABLE
from radioimmuno.refusals.page import main, page


def test_the_page_is_what_the_tables_make(request):
    written = request.config.rootpath / "Resources" / "Docs" / "Refusals.md"
    assert written.read_text(encoding="utf-8") == page(), "make it again: make refusals"


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
