"""A sign for each severity, told apart by its shape as well as its color."""

from __future__ import annotations

from ..findings import Severity
from .markup import Markup, element

# Shape, and the sign in it, in a box of 16.
_SHAPES = {
    Severity.REFUSE: ("M5 1h6l4 4v6l-4 4H5l-4-4V5z", "M5.5 5.5l5 5M10.5 5.5l-5 5"),
    Severity.WARN: ("M8 1.5l7 13H1z", "M8 6v4M8 12v.6"),
    Severity.FIXED: ("M8 1a7 7 0 1 1 0 14A7 7 0 0 1 8 1z", "M4.8 8.2l2.3 2.3 4.2-4.6"),
}


def icon(severity: Severity) -> Markup:
    """The sign; what it means stands beside it in words."""
    used = element("use", href=f"#{_id(severity)}")
    return element("svg", used, class_="icon", viewBox="0 0 16 16", aria_hidden="true")


def icon_shapes() -> Markup:
    """What `icon` refers to; it has to be on the page once."""
    symbols = [
        element(
            "g",
            element("path", d=shape, fill="currentColor"),
            element("path", d=sign, class_="sign"),
            id=_id(severity),
        )
        for severity, (shape, sign) in _SHAPES.items()
    ]
    return element(
        "svg", element("defs", symbols), width=0, height=0, class_="definitions", aria_hidden="true"
    )


def _id(severity: Severity) -> str:
    return f"icon-{severity.value}"
