"""HTML and SVG that cannot be broken out of: text becomes markup by being escaped, and in no other way."""

from __future__ import annotations

import html
from collections.abc import Iterable
from typing import TypeAlias

from ..naming import printable

# Elements that have no end tag (HTML; SVG elements without children may have one).
VOID = frozenset({"br", "col", "hr", "img", "input", "meta"})


class Markup(str):
    """Text that is markup already."""

    __slots__ = ()


Child: TypeAlias = "str | Markup | Iterable[Child] | None"
Attribute: TypeAlias = "str | int | float | bool | None"


def element(tag: str, *children: Child, **attributes: Attribute) -> Markup:
    """An element; children that are not markup are escaped, None is nothing.

    An attribute's trailing underscore is dropped and others become hyphens (`class_`, `aria_label`); None and
    False leave the attribute out, True writes it without a value.
    """
    written = "".join(_attribute(name, value) for name, value in attributes.items())
    if tag in VOID:
        return Markup(f"<{tag}{written}>")
    return Markup(f"<{tag}{written}>{join(children)}</{tag}>")


def table(title: str, columns: Iterable[str], rows: Child, kind: str, caption: str = "") -> Markup:
    """A table with a row of headings, in a frame that scrolls sideways where the page is narrow.

    Parameters
    ----------
    title : str
        For those who cannot see the table.
    columns : iterable of str
    rows : iterable of Markup
        Elements `tr`.
    kind : str
        The table's class.
    caption : str, optional
        The title by default.
    """
    head = element("tr", [element("th", column, scope="col") for column in columns])
    parts = (
        element("caption", caption or title, class_="unseen"),
        element("thead", head),
        element("tbody", rows),
    )
    return wide(title, element("table", *parts, class_=kind))


def wide(title: str, content: Markup) -> Markup:
    """A frame that scrolls sideways where the page is narrow."""
    return element("div", content, class_="wide", role="region", aria_label=title, tabindex=0)


def join(children: Child) -> Markup:
    """One piece of markup of many children."""
    if children is None:
        return Markup("")
    if isinstance(children, Markup):
        return children
    if isinstance(children, str):
        return Markup(html.escape(printable(children)))
    return Markup("".join(join(child) for child in children))


def _attribute(name: str, value: Attribute) -> str:
    if value is None or value is False:
        return ""
    name = name.rstrip("_").replace("_", "-")
    return f" {name}" if value is True else f' {name}="{html.escape(printable(str(value)))}"'
