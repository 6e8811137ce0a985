"""A page to read: one file with all that it shows inside, nothing to load, no script."""

from __future__ import annotations

from collections.abc import Iterable

from .. import __version__
from .markup import Child, Markup, element
from .style import CSS

# Nothing that a name or a settings value holds can load or run anything, even if it got past the escaping.
POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
RESEARCH_ONLY = "Research use only. Not for diagnosis or treatment decisions."


def page(title: str, *content: Child) -> str:
    """The text of a page.

    Parameters
    ----------
    title : str
        In a browser's tab and at the head of a printed page.
    *content : Markup
        What its body holds, without the footer's last line.

    Returns
    -------
    str
    """
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=POLICY),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="generator", content=f"RadioImmunoScore {__version__}"),
        element("title", title),
        element("style", Markup(CSS)),
    )
    return f"<!DOCTYPE html>\n{element('html', head, element('body', *content), lang='en')}\n"


def header(title: str, about: str, *notices: Child) -> Markup:
    """The head of a page: what it is, what it is about, and what has to be known of it.

    Parameters
    ----------
    title, about : str
    *notices : Markup
        As of `notice`.

    Returns
    -------
    Markup
    """
    return element(
        "header",
        element("p", "RadioImmunoScore", class_="brand"),
        element("h1", title),
        element("p", about, class_="about"),
        notices,
        class_="page",
    )


def notice(text: str, status: str = "research") -> Markup:
    """What has to be known before a page is used.

    Parameters
    ----------
    text : str
    status : str
        Of the signature, which decides on the color.

    Returns
    -------
    Markup
    """
    return element("p", text, class_=f"notice {status}", role="note")


def tiles(facts: Iterable[tuple[str, str, str]]) -> Markup:
    """The figures that are asked for first.

    Parameters
    ----------
    facts : iterable of (str, str, str)
        Name, figure, and a word on it, which may be empty.

    Returns
    -------
    Markup
    """
    shown = [
        element(
            "div",
            element("dt", name),
            element("dd", figure, words and element("span", words, class_="words")),
        )
        for name, figure, words in facts
    ]
    return element("dl", shown, class_="tiles")


def section(title: str, *content: Child) -> Markup:
    """A section of a page with its heading.

    Parameters
    ----------
    title : str
    *content : Markup

    Returns
    -------
    Markup
    """
    return element("section", element("h2", title), *content)


def footer(*lines: str) -> Markup:
    """The end of a page, with the software that made it.

    Parameters
    ----------
    *lines : str

    Returns
    -------
    Markup
    """
    made = f"Made by RadioImmunoScore {__version__}."
    return element("footer", [element("p", line) for line in (*lines, made)])
