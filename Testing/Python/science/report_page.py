"""The report's page as a tree, read by a parser that fails on what is not closed in order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path

import report_cases as cases

from radioimmuno.lesion import Lesion
from radioimmuno.report import write_report_html
from radioimmuno.report.markup import VOID
from radioimmuno.scoring.results import PatientScore
from radioimmuno.signature.signature import Signature


@dataclass
class Node:
    tag: str
    attributes: dict[str, str | None]
    children: list[Node | str] = field(default_factory=list)

    def all(self, tag: str, **attributes: str) -> Iterator[Node]:
        """Every element below with this tag and these attributes; `class_` matches one of several."""
        for child in self.children:
            if isinstance(child, Node):
                if child.tag == tag and child.has(attributes):
                    yield child
                yield from child.all(tag, **attributes)

    def one(self, tag: str, **attributes: str) -> Node:
        (found,) = self.all(tag, **attributes)
        return found

    def has(self, attributes: dict[str, str]) -> bool:
        return all(
            value in (self.attributes.get(name.rstrip("_")) or "").split()
            if name == "class_"
            else self.attributes.get(name) == value
            for name, value in attributes.items()
        )

    @property
    def text(self) -> str:
        """All text below, blanks collapsed."""
        parts = (child if isinstance(child, str) else child.text for child in self.children)
        return " ".join(" ".join(parts).split())


class Tree(HTMLParser):
    """Strict enough to fail on what is not closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len({name for name, _ in attrs}) == len(attrs), f"repeated attribute in {tag}"
        node = Node(tag, dict(attrs))
        self.open[-1].children.append(node)
        if tag not in VOID:
            self.open.append(node)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop().tag == tag, f"</{tag}> closes another element"

    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def parsed(text: str) -> Node:
    tree = Tree()
    tree.feed(text)
    tree.close()
    assert tree.open == [tree.root], "elements are left open"
    return tree.root


def page(
    path: Path,
    patient: PatientScore | None = None,
    signature: Signature | None = None,
    lesions: list[Lesion] | None = None,
) -> Node:
    write_report_html(
        patient or cases.patient(),
        signature or cases.signature(),
        cases.ct(),
        cases.lesions() if lesions is None else lesions,
        path / "report.html",
    )
    return parsed((path / "report.html").read_text(encoding="utf-8"))


def cards(root: Node) -> list[Node]:
    return list(root.all("article", class_="card"))


def every(node: Node) -> Iterator[Node]:
    for child in node.children:
        if isinstance(child, Node):
            yield child
            yield from every(child)
