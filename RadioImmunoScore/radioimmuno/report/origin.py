"""Where the numbers come from: signature, settings, versions and inputs as one table."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..signature.signature import Signature, signature_record
from .markup import Markup, element


def origin_table(provenance: Mapping[str, Any], signature: Signature) -> Markup:
    """The signature's facts and every entry of the provenance, nested names joined by a dot."""
    names = ("name", "version", "status", "predicts", "direction", "citation", "patents", "sha256")
    facts = signature_record(signature, *names) | {"patents": "; ".join(signature.patents)}
    recorded = {name: value for name, value in provenance.items() if name != "signature"}
    known = {"signature": facts, "settings": signature.settings.to_dict()}
    groups = [_group(name, value) for name, value in (known | recorded).items() if value or value == 0]
    return element(
        "div",
        element("table", element("caption", "Provenance", class_="unseen"), groups, class_="origin"),
        class_="wide",
        role="region",
        aria_label="Provenance",
        tabindex=0,
    )


def _group(name: str, value: Any) -> Markup:
    rows = [
        element("tr", element("th", key, scope="row"), element("td", text))
        for key, text in _entries(value, "" if isinstance(value, Mapping) else name)
        if text
    ]
    heading = element(
        "tr", element("th", name.replace("_", " "), colspan=2, scope="rowgroup"), class_="group"
    )
    return element("tbody", heading, rows)


def _entries(value: Any, name: str) -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _entries(inner, f"{name}.{key}" if name else str(key))
    elif isinstance(value, list | tuple):
        if any(isinstance(item, Mapping) for item in value):
            for place, item in enumerate(value, start=1):
                yield from _entries(item, f"{name} {place}")
        else:
            yield name, ", ".join(_text(item) for item in value)
    else:
        yield name, _text(value)


def _text(value: Any) -> str:
    if value is None:
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:g}" if isinstance(value, float) else str(value)
