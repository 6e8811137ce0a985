"""The head of the page: whose result it is, by which signature, and what it may be used for."""

from __future__ import annotations

from ..signature.signature import Signature
from .context import Context
from .markup import Markup, element

TITLE = "Lesion scores"
UNKNOWN = "not known"


def page_title(context: Context) -> str:
    """What a browser's tab and the head of a printed page say."""
    return " · ".join(filter(None, (TITLE, context.patient.identity.patient, "RadioImmunoScore")))


def page_header(context: Context) -> Markup:
    """Patient, study and series; the signature and its notice."""
    signature = context.signature
    about = (
        "Each lesion of the CT, and the ring of tissue around its surface, was measured and scored by the "
        f"signature “{signature.name}” (version {signature.version}). Blue is a score below "
        f"{context.axis.scale.centre}, red one above it, gray a lesion that could not be scored."
    )
    return element(
        "header",
        element("p", "RadioImmunoScore", class_="brand"),
        element("h1", TITLE),
        _identity(context),
        element("p", about, class_="about"),
        _notice(signature),
        class_="page",
    )


def _identity(context: Context) -> Markup:
    identity = context.patient.identity
    scored = context.patient.provenance.get("created_utc")
    facts = [("Patient", identity.patient), ("Study", identity.study), ("Series", identity.series)]
    rows = [_fact(name, text) for name, text in facts]
    return element("dl", rows, _fact("Scored", _moment(scored)) if scored else None, class_="identity")


def _fact(name: str, text: str) -> Markup:
    shown = element("bdi", text) if text else element("span", UNKNOWN, class_="words")
    return element("div", element("dt", name), element("dd", shown))


def _moment(text: object) -> str:
    """An ISO 8601 moment in UTC as a person reads it: "2026-01-31 12:30 UTC"."""
    return f"{str(text)[:16].replace('T', ' ')} UTC"


def _notice(signature: Signature) -> Markup:
    return element("p", signature.notice, class_=f"notice {signature.status}", role="note")
