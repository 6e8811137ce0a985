"""What a structure's name says: its words, looked up in the tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from .organs import ORGANS, Organ
from .words import (
    DERIVED,
    DEVICES,
    GROSS,
    LESION_ENDINGS,
    LESIONS,
    NEUTRAL,
    OTHERS,
    SIDES,
    SUBTRACTED,
    TARGET_TITLES,
    TARGETS,
    UNITS,
    WITHOUT,
    Group,
    tokens,
    words,
)

# A list of lesions has no higher numbers; a year or a dose is none.
MAX_LIST_NUMBER = 200
LONGEST_PHRASE = 6
# What follows in a longer name is not looked at.
MAX_LETTERS = 256
# Abbreviations up to this length stand for an organ only where the name says nothing else ("on", "me").
SHORT = 3
PLAIN = {"lesion", "lesions"}
PASSED_OVER = ("side", "neutral", "sign")
PERCENT = Group("dose", "%")
MARGIN = Group("margin around a structure", "prv")


@dataclass(frozen=True)
class Name:
    """What a name says.

    Parameters
    ----------
    reason : str or None
        Why it is no lesion's name; None for a lesion's, and for what may be one.
    whole_cc : float or None
        Of an organ's name that a lesion in it has as well: least volume of the organ, cc.
    numbered, unknown : bool
        Whether such a name has a number as in a list, or words that are not known.
    lesion : bool
        Whether it has a lesion's word.
    plain : bool
        Whether that word is "lesion" alone, as a list begins that names none.
    first : bool
        Whether it says so before anything else is asked.
    """

    reason: str | None = None
    whole_cc: float | None = None
    numbered: bool = False
    unknown: bool = False
    lesion: bool = False
    plain: bool = False
    first: bool = False


@dataclass(frozen=True)
class _Part:
    """A piece of a name: what kind of word it is, and the row of the table that it stands in."""

    kind: str
    text: str
    row: Organ | Group | None = None


@lru_cache(maxsize=4096)
def read_name(name: str) -> Name:
    """What a name says; names are remembered."""
    parts = _parts(name)
    derived = next((p for p in parts if p.kind == "derived"), None)
    if derived is not None and isinstance(derived.row, Group):
        return Name(_what(derived.row.title), first=True)
    if _subtracts(parts):
        return Name("By its name it is no lesion but made from other structures.", first=True)
    target = next((p for p in parts if p.kind == "target"), None)
    if target is not None:
        title = next((TARGET_TITLES[c] for c in target.text if c in TARGET_TITLES), "target volume")
        return Name(_what(title), first=True)
    lesion_words = [p.text for p in parts if p.kind in ("gross", "lesion")]
    if lesion_words:
        return Name(lesion=True, plain=set(lesion_words) <= PLAIN)
    device = next((p for p in parts if p.kind == "device"), None)
    if device is not None and device.row is not None:
        return Name(_what(device.row.title))
    strong = [p for p in parts if p.kind == "organ" and len(p.text) > SHORT]
    unknown = any(p.kind == "unknown" for p in parts)
    if strong:
        return _of_organs(strong, parts, unknown)
    alone = [p for p in parts if p.kind in ("organ", "other")]
    if not alone or unknown:
        return Name()
    organs = [p for p in alone if p.kind == "organ"]
    if len(organs) == len(alone):
        return _of_organs(organs, parts, unknown)
    other = next(p for p in alone if p.kind == "other")
    return Name(_what(other.row.title if other.row else other.text))


def _what(title: str) -> str:
    return f"By its name it is no lesion but: {title}."


def _of_organs(organs: Sequence[_Part], parts: Sequence[_Part], unknown: bool) -> Name:
    rows = [part.row for part in organs if isinstance(part.row, Organ)]
    reason = _what(rows[0].title)
    limits = [row.whole_cc for row in rows if row.whole_cc is not None]
    if len(limits) < len(rows):
        return Name(reason)
    whole = max(limits)
    numbered = any(p.kind == "number" for p in parts) and not any(row.numbered for row in rows)
    if numbered or unknown:
        return Name(reason, whole, numbered, unknown)
    kinds = [p.kind for p in parts]
    if "side" in kinds[kinds.index("organ") :]:
        return Name(reason)
    return Name(reason, whole)


def _subtracts(parts: Sequence[_Part]) -> bool:
    """Whether a structure is made from others: "Lungs-GTV", "liver without lesions", "GTV + 5 mm"."""
    solid = ("organ", "other", "target", "gross", "lesion")
    for place, part in enumerate(parts):
        before = [p.kind for p in parts[:place]]
        after = [p for p in parts[place + 1 :] if p.text.isdecimal() or p.kind not in PASSED_OVER]
        if not after:
            return False
        body = any(kind in ("organ", "other", "target") for kind in before)
        if part.text == "-" and body and SUBTRACTED.fullmatch(after[0].text):
            return True
        freed = part.text == "free" and "lesion" in before and after[0].kind == "organ"
        if part.kind == "without" and after[0].kind in solid and (body or freed):
            return True
        drawn = any(kind in ("gross", "target") for kind in before)
        if part.text == "+" and drawn and after[0].text.isdecimal():
            return True
    return False


def _parts(name: str) -> list[_Part]:
    found: list[_Part] = []
    pieces = tokens(name[:MAX_LETTERS])
    place = 0
    while place < len(pieces):
        length, part = _longest(pieces[place : place + LONGEST_PHRASE])
        found += part
        place += length
    return [
        _Part("neutral", p.text) if p.kind == "number" and _measures(found, n) else p
        for n, p in enumerate(found)
    ]


def _measures(parts: Sequence[_Part], place: int) -> bool:
    """Whether a number is not one of a list: it is too high, or a unit follows."""
    after = parts[place + 1].text if place + 1 < len(parts) else ""
    return after in UNITS or after == "%" or int(parts[place].text) > MAX_LIST_NUMBER


def _longest(pieces: Sequence[str]) -> tuple[int, list[_Part]]:
    """The longest phrase of the tables that the pieces begin with, or what their first one is."""
    for length in range(len(pieces), 0, -1):
        run = pieces[:length]
        if all(piece.isalnum() for piece in run):
            known = _vocabulary().get("".join(run))
            if known is not None:
                return length, [known]
    return 1, _first(pieces[0])


def _first(piece: str) -> list[_Part]:
    if not piece.isalnum():
        return [_Part("other", piece, PERCENT) if piece == "%" else _Part("sign", piece)]
    if piece.isdecimal():
        return [_Part("number", str(int(piece)))]
    if TARGETS.fullmatch(piece):
        return [_Part("target", piece)]
    if GROSS.fullmatch(piece):
        return [_Part("gross", piece)]
    if piece.startswith("prv") or piece.endswith("prv"):
        return [_Part("derived", piece, MARGIN)]
    split = _split(piece)
    if split:
        return split
    if piece.endswith(LESION_ENDINGS):
        return [_Part("lesion", piece)]
    return [_Part("unknown", piece)]


def _split(piece: str) -> list[_Part]:
    """A word that was written together ("leftlowerlung", "ltlung", "kidneys"); nothing when it is none."""
    vocabulary = _vocabulary()
    singular = vocabulary.get(piece[:-1]) if piece[-1:] in ("s", "x") and len(piece) > SHORT + 1 else None
    if singular is not None and singular.kind in ("organ", "lesion"):
        return [singular]
    for length in range(len(piece) - 1, 0, -1):
        head, tail = vocabulary.get(piece[:length]), piece[length:]
        if head is None or (length <= SHORT and head.kind != "side"):
            continue
        last = vocabulary.get(tail)
        if last is not None and (len(tail) >= SHORT or last.kind == "side"):
            rest = [last]
        else:
            rest = _split(tail) if len(tail) > SHORT else []
        if rest and any(part.kind in ("organ", "lesion") for part in (head, *rest)):
            return [head, *rest]
    return []


@lru_cache(maxsize=1)
def _vocabulary() -> dict[str, _Part]:
    """Word, or phrase without blanks -> what it is; where two tables have it, the one that decides first."""
    found: dict[str, _Part] = {}
    for kind, texts in (("neutral", NEUTRAL), ("side", SIDES), ("without", WITHOUT)):
        found |= {text: _Part(kind, text) for text in texts}
    for group in OTHERS:
        found |= {word: _Part("other", word, group) for word in words(group.names)}
    for group in DEVICES:
        found |= {word: _Part("device", word, group) for word in words(group.names)}
    for organ in ORGANS:
        names = ",".join([organ.english, organ.french, organ.german, organ.other])
        found |= {word: _Part("organ", word, organ) for word in words(names)}
    found |= {word: _Part("lesion", word) for word in words(LESIONS)}
    for group in DERIVED:
        found |= {word: _Part("derived", word, group) for word in words(group.names)}
    return found
