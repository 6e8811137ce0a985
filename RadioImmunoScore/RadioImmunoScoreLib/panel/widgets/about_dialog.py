"""The short form of a signature's card in a window of its own, which blocks nothing."""

from __future__ import annotations

from html import escape
from typing import Any

from slicer.i18n import tr as _

import qt
from radioimmuno.card.summary import summary_of
from radioimmuno.signature.signature import Signature

SIZE = (520, 420)


class AboutDialog:
    """A window with what a signature predicts, trained on what, validated how well, and its limits.

    Parameters
    ----------
    parent : QWidget
        The window goes with it.
    """

    def __init__(self, parent: Any) -> None:
        self._signature: Signature | None = None
        self.dialog = qt.QDialog(parent)
        self.dialog.setObjectName("aboutSignatureDialog")
        self.browser = qt.QTextBrowser(self.dialog)
        self.browser.setAccessibleName(_("About this signature"))
        self.closeButton = qt.QPushButton(_("Close"), self.dialog)
        self.closeButton.connect("clicked()", self.dialog.hide)
        layout = qt.QVBoxLayout(self.dialog)
        layout.addWidget(self.browser)
        layout.addWidget(self.closeButton)
        self.dialog.resize(*SIZE)

    def open(self, signature: Signature) -> None:
        """Show a signature, in front of the other windows."""
        self.show(signature)
        self.dialog.show()
        self.dialog.raise_()

    def show(self, signature: Signature) -> None:
        """Show a signature, where the window is open: it follows the choice in the panel."""
        if signature != self._signature:
            self._signature = signature
            self.dialog.setWindowTitle(_("About {name}").format(name=signature.name))
            self.browser.setHtml(aboutHtml(signature))


def aboutHtml(signature: Signature) -> str:
    """The short form as four paragraphs with headings."""
    summary = summary_of(signature)
    paragraphs = (
        (_("What it predicts"), summary.predicts),
        (_("What it was trained on"), summary.trained),
        (_("How well it does"), summary.validated),
        (_("Limits"), summary.limits),
    )
    head = f"<h3>{escape(signature.name)}</h3>"
    return head + "".join(f"<p><b>{escape(title)}.</b> {escape(text)}</p>" for title, text in paragraphs)
