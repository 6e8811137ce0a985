"""What was not taken for a lesion, and why: a short table of the page."""

from __future__ import annotations

from collections.abc import Sequence

from ..lesion import LeftOut
from .markup import Markup, element


def left_out_table(left_out: Sequence[LeftOut]) -> Markup | None:
    """One row a structure; None where nothing was left out."""
    if not left_out:
        return None
    head = element("tr", [element("th", title, scope="col") for title in ("Structure", "Why")])
    rows = [
        element("tr", element("th", element("bdi", one.name), scope="row"), element("td", one.reason))
        for one in left_out
    ]
    note = (
        "They are not scored and cut no ring. Where one is a lesion all the same, choose it and score again."
    )
    table = element(
        "table",
        element("caption", "Structures that are no lesions", class_="unseen"),
        element("thead", head),
        element("tbody", rows),
        class_="metrics together",
    )
    wide = element("div", table, class_="wide", role="region", aria_label="Left out", tabindex=0)
    return Markup(wide + element("p", note, class_="note"))
