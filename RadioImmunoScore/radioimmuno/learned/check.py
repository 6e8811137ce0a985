"""Whether a model file is the one of its card and can be run safely: all of it, before it is opened."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator

from ..findings import ModelError
from .card import ModelCard
from .onnx_file import FLOAT, ModelOutline, Value, outline_of

# Operator sets that onnxruntime runs: 28 is the newest that it knows, 6 that of ONNX's own cases of 3D
# convolutions; it is promised for 7 and later (onnxruntime.ai, "ONNX Runtime compatibility").
OPSETS = range(6, 29)
# With version 3 files name their operator sets.
IR_VERSIONS = range(3, 15)
STANDARD_DOMAINS = frozenset({"", "ai.onnx"})
# What gives other values each time.
RANDOM = frozenset(
    {"Bernoulli", "Multinomial", "RandomNormal", "RandomNormalLike", "RandomUniform", "RandomUniformLike"}
)
LISTED = 3
# Of models that take a fixed number of lesions at once: each lesion is given as often.
MAX_BATCH = 32


def check_model(content: bytes, card: ModelCard) -> None:
    """Refuse a model file that is not the card's, or that is not run.

    Parameters
    ----------
    content : bytes
        The whole file.
    card : ModelCard

    Raises
    ------
    ModelError
        With the code of what is wrong first: SHA-256, structure, versions, other files, operators, shapes.
    """
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != card.sha256:
        text = f"The SHA-256 of {card.file} is {sha256}, and the card says {card.sha256}: it is another file."
        raise ModelError("learned.sha256", text)
    outline = outline_of(content)
    checks = (_versions(outline), _outside(outline), _operators(outline), _shapes(outline, card))
    for check in checks:
        for code, problem in check:
            raise ModelError(code, f"{card.file}: {problem}.")


Problems = Iterator[tuple[str, str]]


def _versions(outline: ModelOutline) -> Problems:
    if outline.ir_version not in IR_VERSIONS:
        known = f"{IR_VERSIONS[0]} to {IR_VERSIONS[-1]}"
        yield "learned.opset", f"its IR version is {outline.ir_version}; {known} are known"
    for domain, version in outline.opsets:
        if domain not in STANDARD_DOMAINS:
            yield "learned.operator", f"it imports operators of {domain!r}; those of ONNX alone are run"
        if version not in OPSETS:
            known = f"{OPSETS[0]} to {OPSETS[-1]}"
            yield "learned.opset", f"its operator set is {version}; {known} are known"
    if not outline.opsets:
        yield "learned.opset", "it does not say which operator set (opset) it is written in"
    if len(outline.opsets) > 1:
        yield "learned.opset", "it names its operator set more than once"


def _outside(outline: ModelOutline) -> Problems:
    for what in outline.outside:
        yield "learned.external", what


def _operators(outline: ModelOutline) -> Problems:
    if outline.unusual:
        listed = ", ".join(outline.unusual[:LISTED])
        yield "learned.operator", f"it has parts that models are not run with: {listed}"
    for domain, name in sorted(outline.operators):
        if domain not in STANDARD_DOMAINS:
            yield "learned.operator", f"its operator {name!r} is of {domain!r}; those of ONNX alone are run"
        if name in RANDOM:
            yield "learned.operator", f"its operator {name} gives other values each time"


def _shapes(outline: ModelOutline, card: ModelCard) -> Problems:
    if [one.name for one in outline.inputs] != [card.input_name]:
        names = ", ".join(repr(one.name) for one in outline.inputs[:LISTED]) or "none"
        yield "learned.shape", f"its inputs are {names}; the card names {card.input_name!r}"
        return
    outputs = {one.name: one for one in outline.outputs}
    if card.output_name not in outputs:
        names = ", ".join(map(repr, list(outputs)[:LISTED])) or "none"
        yield "learned.shape", f"its outputs are {names}; the card names {card.output_name!r}"
        return
    (given,), output = outline.inputs, outputs[card.output_name]
    for what, value in (("input", given), ("output", output)):
        if value.kind != FLOAT:
            yield "learned.shape", f"its {what} {value.name!r} does not hold float32"
    if not _takes(given, card.shape):
        wanted = _listed((None, *card.shape))
        yield "learned.shape", f"its input is {_words(given)}; the card gives {wanted}"
        return
    if _count(output, given) not in (card.outputs, None):
        yield "learned.shape", f"its output is {_words(output)}; the card says {card.outputs} values"


def _takes(given: Value, wanted: tuple[int, ...]) -> bool:
    """Whether an input takes arrays of this shape, one or a few at once."""
    if given.shape is None or len(given.shape) != 1 + len(wanted):
        return False
    batch, *shape = given.shape
    fits = all(length in (None, n) for length, n in zip(shape, wanted, strict=True))
    return fits and (batch is None or 1 <= batch <= MAX_BATCH)


def _count(output: Value, given: Value) -> int | None:
    """How many values an output has for one lesion; None where that is not known before it was run."""
    if output.shape is None or given.shape is None:
        return None
    batched = len(output.shape) > 1 and output.shape[0] in (None, given.shape[0])
    of_one = output.shape[1:] if batched else output.shape
    lengths = [length for length in of_one if length is not None]
    return math.prod(lengths) if len(lengths) == len(of_one) else None


def _words(value: Value) -> str:
    return "of no known shape" if value.shape is None else _listed(value.shape)


def _listed(shape: tuple[int | None, ...]) -> str:
    """A shape as people write it: `[free, 1, 8, 8, 8]`."""
    return f"[{', '.join('free' if length is None else str(length) for length in shape)}]"
