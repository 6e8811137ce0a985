"""The page of refusals says what the software does: it is made from its tables."""

from __future__ import annotations

import pytest

from radioimmuno.findings import CODES
from radioimmuno.refusals import ADVICE
from radioimmuno.refusals.page import main, page


def test_the_page_is_what_the_tables_make(request):
    written = request.config.rootpath / "Resources" / "Docs" / "Refusals.md"
    assert written.read_text(encoding="utf-8") == page(), "make it again: make refusals"


def test_every_code_has_advice_and_every_advice_a_code():
    assert set(ADVICE) == set(CODES)


@pytest.mark.parametrize("code", CODES)
def test_a_code_is_on_the_page_once_with_whole_sentences(code):
    assert page().count(f"**`{code}`**") == 1
    advice = ADVICE[code]
    assert advice.done.endswith(".")
    assert advice.why.endswith(".")
    assert advice.remedy[-1] in ".`"
    assert CODES[code].endswith(".")


def test_the_page_is_written_to_the_file_that_is_named(tmp_path):
    assert main([str(tmp_path / "page.md")]) == 0
    assert (tmp_path / "page.md").read_text(encoding="utf-8") == page()
