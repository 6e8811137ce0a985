"""Features in words that need no handbook; the standard name stands beside them."""

from __future__ import annotations

from ..signature.variables import variable_of
from .markup import Child, element


def plain_words(variable: str) -> str | None:
    """A feature in plain words: "lesion: long runs of bright voxels"; None where there are none."""
    known = variable_of(variable)
    return f"{known.region}: {known.feature.words}" if known.feature and known.feature.words else None


def variable_name(variable: str) -> Child:
    """What the page calls a variable: its plain words over the feature's standard name, or its title.

    The standard name has the code: "run length: long run high gray level emphasis, IBSI 3KUM".
    """
    known, plain = variable_of(variable), plain_words(variable)
    if known.feature is None or plain is None:
        return known.title
    return [plain, element("small", f"{known.feature.title}, IBSI {known.feature.ibsi_code}")]
