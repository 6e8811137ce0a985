"""The button "About this signature": the short form of its card, which follows the choice."""

from __future__ import annotations

from dataclasses import replace

import pytest

from radioimmuno.signature.signature import default_signature, write_signature
from slicerbench.hands import click

HOSTILE = '<img src=x onerror="alert(1)"> & co'


@pytest.fixture
def opened(panel):
    """The window, opened by a click."""
    click(panel.panel.ui.aboutButton)
    return panel.panel.section("SignatureSection").about


def test_of_the_demonstration_it_says_that_it_predicts_nothing_about_a_patient(opened):
    assert opened.dialog.visible
    text = opened.browser.toPlainText()
    assert "it predicts nothing about a patient" in text
    assert "240 patients, 1573 lesions" in text
    assert "0.81 (95 % 0.78 to 0.83)" in text
    assert opened.dialog.windowTitle == "About Demonstration (simulated patients)"
    click(opened.closeButton)
    assert not opened.dialog.visible


def test_the_open_window_follows_another_signature_and_shows_its_name_as_text(panel, opened, tmp_path):
    other = replace(default_signature(), name=HOSTILE, status="research", training={}, predicts="response")
    write_signature(other, tmp_path / "other.json")
    panel.panel.session.setSignature(str(tmp_path / "other.json"))
    text = opened.browser.toPlainText()
    assert HOSTILE in text
    assert "Predicts response" in text
    assert "What it was trained on is not stated in its file." in text
    assert "How well it predicts is not stated in its file." in text
    assert "demonstration" not in text.lower()


def test_the_window_is_opened_once_and_goes_with_the_panel(bench, panel, opened):
    click(panel.panel.ui.aboutButton)
    assert panel.panel.section("SignatureSection").about is opened
    gone = []
    opened.dialog.connect("destroyed()", lambda: gone.append(True))
    panel.onReload()
    bench.process(50)
    assert gone == [True]
