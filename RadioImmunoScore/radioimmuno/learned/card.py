"""The card of a model: a small JSON file that says what the model is given and what it gives back."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..files.atomic import write_text
from ..files.strict_json import Fields, StrictJson
from ..findings import ModelError, SettingsError
from ..geometry.image import Index, Triple, as_index, as_triple
from ..modality import Modality, modality_of_role
from ..numbers import is_whole_number
from ..settings import RingSettings

FORMAT, FORMAT_VERSION = "radioimmuno-learned", 1
CARD_JSON = StrictJson("model card", ModelError, "learned.card", "learned.unreadable", "learned.card")

IMAGE, MASK, RING = CHANNELS = ("image", "mask", "ring")
CENTROID, BOX = CENTRES = ("centroid", "box")

# What the keys of a model's values begin with; behind it the model's name, a dot and the value's number.
LEARNED = "learned."
NAME = re.compile(r"[a-z][a-z0-9_]{0,63}")
KEY = re.compile(rf"{re.escape(LEARNED)}({NAME.pattern})\.(0|[1-9][0-9]{{0,3}})")
# A file beside the card, on any system: no separators, no drive, no leading dot.
FILE_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_. -]{0,199}\.onnx")
SHA256 = re.compile(r"[0-9a-f]{64}")

# Limits (ours) of what a model is given and gives back, for each lesion.
SPACING_LIMITS_MM = (0.1, 20.0)
MAX_CROP_SIDE = 512
MAX_CROP_VOXELS = 256**3
MAX_OUTPUTS = 10_000
LARGEST = 1e9
# How far voxels times spacing may be from the size in mm: the card's numbers are written with few digits.
CROP_TOLERANCE_MM = 1e-3


@dataclass(frozen=True)
class Crop:
    """The part of the image that a model sees.

    Axes are those of the image, in the order nearest to superior, posterior, left.

    Parameters
    ----------
    voxels : tuple of int, (k, j, i)
    spacing_mm : tuple of float, (k, j, i)
    centre : str
        What lies in its middle: `centroid` (mean place of the lesion's voxels) or `box` (middle of the box
        around the lesion).
    """

    voxels: Index
    spacing_mm: Triple
    centre: str = CENTROID

    @property
    def size_mm(self) -> Triple:
        """Length of the sides."""
        return as_triple([n * s for n, s in zip(self.voxels, self.spacing_mm, strict=True)])


@dataclass(frozen=True)
class Intensities:
    """From values of the image to those that a model is given.

    Parameters
    ----------
    window : tuple of 2 floats
        Values below and above become its ends; in the unit of the image.
    scaled_to : tuple of 2 floats
        What the ends of the window become, linear between; outside of the unit of the image.
    masked : bool
        Whether voxels outside of the lesion hold what empty ones hold.
    """

    window: tuple[float, float]
    scaled_to: tuple[float, float]
    masked: bool = False


@dataclass(frozen=True)
class ModelCard:
    """What a model is given and what it gives back.

    Parameters
    ----------
    name : str
        What its values are called: `learned.<name>.<k>`.
    file : str
        Of the model, beside the card.
    sha256 : str
        Of the whole model file, lower-case hexadecimal.
    role : str
        Which image of a study it is given, as `ct`, `pet`, `mr_t1`.
    input_name, output_name : str
        As the model calls them.
    crop : Crop
    intensities : Intensities
    channels : tuple of str
        Of `CHANNELS`, in the model's order.
    ring : RingSettings or None
        The ring of the channel `ring`; None without one.
    outputs : int
        How many values it gives for a lesion.
    licence, citation, description : str
    """

    name: str
    file: str
    sha256: str
    role: str
    input_name: str
    output_name: str
    crop: Crop
    intensities: Intensities
    channels: tuple[str, ...]
    ring: RingSettings | None
    outputs: int
    licence: str
    citation: str
    description: str

    @property
    def modality(self) -> Modality:
        """The kind of image that it is given."""
        found = modality_of_role(self.role)
        if found is None:
            raise ModelError("learned.role", f"input.role is {self.role!r}; it must be as ct, pet or mr_t1.")
        return found

    @property
    def keys(self) -> tuple[str, ...]:
        """The variables that it gives, the first with number 0."""
        return tuple(f"{LEARNED}{self.name}.{k}" for k in range(self.outputs))

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Shape of what it is given of one lesion: (channels, k, j, i)."""
        return len(self.channels), *self.crop.voxels


def split_key(key: str) -> tuple[str, int] | None:
    """The name of the model and the number of the value that a variable's key names; None for another key.

    Parameters
    ----------
    key : str

    Examples
    --------
    >>> split_key("learned.niche.12"), split_key("learned.niche.012"), split_key("niche.12")
    (('niche', 12), None, None)
    """
    found = KEY.fullmatch(key)
    return (found[1], int(found[2])) if found else None


def read_card(path: str | Path) -> ModelCard:
    """The card of a file.

    Parameters
    ----------
    path : path-like

    Returns
    -------
    ModelCard

    Raises
    ------
    ModelError
        `learned.unreadable`, `learned.card` or `learned.role`; the text names the field.
    """
    return parse_card(CARD_JSON.read_limited(Path(path)))


def parse_card(content: bytes) -> ModelCard:
    """The card of a JSON text; errors as of `read_card`.

    Parameters
    ----------
    content : bytes
    """
    top = ("format", "format_version", "name", "model", "input", "output")
    texts = ("licence", "citation", "description")
    fields = Fields(CARD_JSON, CARD_JSON.parse(content), "", (*top, *texts))
    if fields.raw("format") != FORMAT:
        raise fields.invalid("format", f"must be {FORMAT!r}")
    version = fields.raw("format_version")
    if not is_whole_number(version, FORMAT_VERSION, FORMAT_VERSION):
        raise fields.invalid("format_version", f"is {version!r}; this software reads {FORMAT_VERSION}")
    model = Fields(CARD_JSON, fields.raw("model"), "model", ("file", "sha256"))
    output = Fields(CARD_JSON, fields.raw("output"), "output", ("name", "length"))
    given = Fields(CARD_JSON, fields.raw("input"), "input", INPUT_FIELDS, ("ring",))
    channels = _channels(given)
    card = ModelCard(
        name=_matching(fields, "name", NAME, "of a-z, 0-9 and _, a letter first, 64 at the most"),
        file=_matching(model, "file", FILE_NAME, "a file name with the ending .onnx, without a folder"),
        sha256=_matching(model, "sha256", SHA256, "64 digits of 0-9 and a-f"),
        role=given.text("role"),
        input_name=given.text("name"),
        output_name=output.text("name"),
        crop=_crop(given),
        intensities=_intensities(given),
        channels=channels,
        ring=_ring(given, channels),
        outputs=_outputs(output),
        licence=fields.text("licence"),
        citation=fields.text("citation"),
        description=fields.text("description"),
    )
    _ = card.modality  # an unknown role is refused here
    return card


INPUT_FIELDS = (
    *("role", "name", "channels", "crop_mm", "crop_voxels", "spacing_mm", "centre"),
    *("window", "scaled_to", "masked"),
)


def write_card(card: ModelCard, path: str | Path) -> None:
    """Write a card, whole or not at all.

    Parameters
    ----------
    card : ModelCard
    path : path-like

    Raises
    ------
    ModelError
        When the card would not be read again.
    """
    text = format_card(card)
    parse_card(text.encode("utf-8"))
    write_text(path, text)


def format_card(card: ModelCard) -> str:
    """The card as JSON.

    Parameters
    ----------
    card : ModelCard

    Returns
    -------
    str
    """
    return json.dumps(card_record(card), indent=2, ensure_ascii=False) + "\n"


def card_record(card: ModelCard) -> dict[str, Any]:
    """The card as plain values for JSON.

    Parameters
    ----------
    card : ModelCard

    Returns
    -------
    dict of str to Any
    """
    given: dict[str, Any] = {
        "role": card.role,
        "name": card.input_name,
        "channels": list(card.channels),
        "crop_mm": list(card.crop.size_mm),
        "crop_voxels": list(card.crop.voxels),
        "spacing_mm": list(card.crop.spacing_mm),
        "centre": card.crop.centre,
        "window": list(card.intensities.window),
        "scaled_to": list(card.intensities.scaled_to),
        "masked": card.intensities.masked,
    }
    if card.ring is not None:
        given["ring"] = {"inner_mm": card.ring.inner_mm, "outer_mm": card.ring.outer_mm}
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "name": card.name,
        "description": card.description,
        "citation": card.citation,
        "licence": card.licence,
        "model": {"file": card.file, "sha256": card.sha256},
        "input": given,
        "output": {"name": card.output_name, "length": card.outputs},
    }


def _matching(fields: Fields, name: str, pattern: re.Pattern[str], words: str) -> str:
    value = fields.text(name)
    if not pattern.fullmatch(value):
        raise fields.invalid(name, f"is {value!r}; it must be {words}")
    return value


def _channels(given: Fields) -> tuple[str, ...]:
    channels = given.texts("channels")
    strange = [channel for channel in channels if channel not in CHANNELS]
    if strange or not channels or len(set(channels)) < len(channels):
        raise given.invalid("channels", f"must hold some of {', '.join(CHANNELS)}, each once")
    return channels


def _crop(given: Fields) -> Crop:
    voxels = given.items("crop_voxels")
    if len(voxels) != 3 or not all(is_whole_number(n, 1, MAX_CROP_SIDE) for n in voxels):
        raise given.invalid("crop_voxels", f"must be three whole numbers from 1 to {MAX_CROP_SIDE} (k, j, i)")
    if voxels[0] * voxels[1] * voxels[2] > MAX_CROP_VOXELS:
        raise given.invalid("crop_voxels", f"makes more than {MAX_CROP_VOXELS:,} voxels")
    spacing, (low, high) = given.numbers("spacing_mm"), SPACING_LIMITS_MM
    if len(spacing) != 3 or not all(low <= s <= high for s in spacing):
        raise given.invalid("spacing_mm", f"must be three numbers from {low:g} to {high:g} (k, j, i)")
    crop = Crop(as_index(voxels), as_triple(spacing), given.choice("centre", CENTRES))
    size = given.numbers("crop_mm")
    if len(size) != 3 or any(abs(a - b) > CROP_TOLERANCE_MM for a, b in zip(size, crop.size_mm, strict=True)):
        whole = ", ".join(f"{side:g}" for side in crop.size_mm)
        raise given.invalid("crop_mm", f"must be crop_voxels times spacing_mm, [{whole}]")
    return crop


def _intensities(given: Fields) -> Intensities:
    window, scaled_to = _pair(given, "window"), _pair(given, "scaled_to")
    if window[0] >= window[1]:
        raise given.invalid("window", "must ascend: the lower end first")
    if scaled_to[0] == scaled_to[1]:
        raise given.invalid("scaled_to", "must be two different numbers")
    return Intensities(window, scaled_to, given.truth("masked"))


def _pair(given: Fields, name: str) -> tuple[float, float]:
    ends = given.numbers(name)
    if len(ends) != 2 or any(abs(end) > LARGEST for end in ends):
        raise given.invalid(name, f"must be two numbers, none beyond {LARGEST:g}")
    return ends[0], ends[1]


def _ring(given: Fields, channels: tuple[str, ...]) -> RingSettings | None:
    if (RING in channels) != given.has("ring"):
        raise given.invalid("ring", "must be given with the channel ring, and without it left out")
    if not given.has("ring"):
        return None
    ring = Fields(CARD_JSON, given.raw("ring"), given.place("ring"), ("inner_mm", "outer_mm"))
    try:
        return RingSettings(ring.number("inner_mm"), ring.number("outer_mm"))
    except SettingsError as problem:
        raise ModelError("learned.card", f"input.{problem}") from None


def _outputs(output: Fields) -> int:
    length = output.count("length")
    if length > MAX_OUTPUTS:
        raise output.invalid("length", f"must not be above {MAX_OUTPUTS:,}")
    return length
