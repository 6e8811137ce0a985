"""The frame that every page has: complete, escaped, loading nothing."""

from __future__ import annotations

from html.parser import HTMLParser

from radioimmuno.report.markup import element
from radioimmuno.report.page import footer, page, section


class Tags(HTMLParser):
    """The tags of a page in their order, and whether each that opens is closed."""

    def __init__(self, text):
        super().__init__()
        self.opened, self.left, self.policy = [], [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.opened.append(tag)
        if tag == "meta":
            known = dict(attrs)
            self.policy = known["content"] if known.get("http-equiv") else self.policy
        else:
            self.left.append(tag)

    def handle_endtag(self, tag):
        assert self.left.pop() == tag


def test_a_page_is_whole_and_may_load_nothing():
    tags = Tags(page("Title", section("One", element("p", "text")), footer("Research use only.")))
    assert tags.left == []
    assert tags.policy.startswith("default-src 'none'")
    assert [tag for tag in tags.opened if tag in ("section", "h2", "p", "footer", "script")] == [
        *("section", "h2", "p", "footer", "p", "p")
    ]


def test_what_a_title_holds_is_text():
    text = page("<script>alert(1)</script>", section("a & b"))
    assert "<script" not in text
    assert "a &amp; b" in text
