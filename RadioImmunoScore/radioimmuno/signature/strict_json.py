"""Strict JSON of signature files, and of the records beside them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..files import strict_json
from ..files.strict_json import MAX_BYTES, StrictJson
from ..findings import SignatureError

__all__ = ["MAX_BYTES", "Fields", "invalid", "parse_strict", "read_limited", "unreadable"]

# What a skops file begins with.
ZIP = b"PK\x03\x04"

SIGNATURE_JSON = StrictJson(
    noun="signature file",
    error=SignatureError,
    invalid_code="signature.invalid",
    unreadable_code="signature.unreadable",
    non_finite_code="signature.non_finite",
    others={
        ZIP: "is no signature: a random forest or a support vector machine (skops) is trained for "
        "comparison, and only a weighted sum can be scored with"
    },
)

invalid = SIGNATURE_JSON.invalid
unreadable = SIGNATURE_JSON.unreadable
read_limited = SIGNATURE_JSON.read_limited
parse_strict = SIGNATURE_JSON.parse


class Fields(strict_json.Fields):
    """The fields of one JSON object of a signature file; parameters as of `files.strict_json.Fields`.

    Parameters
    ----------
    data : object
    where : str
    required, optional : sequence of str
    """

    def __init__(self, data: Any, where: str, required: Sequence[str], optional: Sequence[str] = ()) -> None:
        super().__init__(SIGNATURE_JSON, data, where, required, optional)
