"""What lesions are called where a person reads: one name for each, the same everywhere, no two alike.

Names come from files of unknown origin. What would not be seen, or would change the order in which other
text is read, is shown instead of done.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from typing import Protocol

# What stands for itself nowhere: control characters, halves of a surrogate pair.
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")

# What reorders or hides the text around it: marks, embeddings and isolates of the bidirectional algorithm,
# separators of lines and paragraphs, characters without width.
REORDERING = re.compile("[\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]")


class Named(Protocol):
    """What has an identifier and a name."""

    @property
    def id(self) -> str:
        """The identifier, unique within the patient."""

    @property
    def name(self) -> str:
        """What a person called it."""


def printable(text: str) -> str:
    r"""The text with what cannot be seen made visible.

    Examples
    --------
    >>> printable("abc\u202ecba")
    'abc<U+202E>cba'
    """
    return REORDERING.sub(
        lambda found: f"<U+{ord(found[0]):04X}>", UNPRINTABLE.sub("\N{REPLACEMENT CHARACTER}", text)
    )


def lesion_names(lesions: Iterable[Named]) -> dict[str, str]:
    """Identifier -> the name to show, in one line; one that several share has the identifier behind it."""
    names = {lesion.id: one_line(lesion.name) or f"lesion {one_line(lesion.id)}" for lesion in lesions}
    # Twice: "Node (2)" may be what another lesion is called.
    return _distinct(_distinct(names))


def _distinct(names: dict[str, str]) -> dict[str, str]:
    uses = Counter(names.values())
    return {key: name if uses[name] == 1 else f"{name} ({one_line(key)})" for key, name in names.items()}


def one_line(text: str) -> str:
    """The text as `printable`, in one line."""
    return " ".join(printable(text).split())
