"""Model files for tests, made with the package `onnx`, and the cards beside them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.learned.card import parse_card
from radioimmuno.learned.model import LearnedModel
from radioimmuno.lesion import Lesion

OPSET, IR_VERSION = 17, 8
SIDE = 8


def floats(name: str, shape: Sequence[Any]) -> onnx.ValueInfoProto:
    return helper.make_tensor_value_info(name, TensorProto.FLOAT, shape)


def twice_mean(
    *,
    given: Any = None,
    output: Any = None,
    channels: int = 1,
    nodes: Sequence[onnx.NodeProto] = (),
    weights: np.ndarray | None = None,
    initializers: Sequence[onnx.TensorProto] = (),
    opsets: Sequence[tuple[str, int]] = (("", OPSET),),
    ir_version: int = IR_VERSION,
) -> onnx.ModelProto:
    """A convolution of 1 x 1 x 1 that doubles each channel, and the mean of all: twice the mean of each."""
    kernel = 2 * np.eye(channels, dtype=np.float32)[:, :, None, None, None] if weights is None else weights
    graph = helper.make_graph(
        [
            helper.make_node("Conv", ["x", "w"], ["doubled"], kernel_shape=[1, 1, 1]),
            *nodes,
            helper.make_node("GlobalAveragePool", [nodes[-1].output[0] if nodes else "doubled"], ["pooled"]),
            helper.make_node("Flatten", ["pooled"], ["y"], axis=1),
        ],
        "twice the mean",
        [floats("x", ("N", channels, SIDE, SIDE, SIDE)) if given is None else given],
        [floats("y", ("N", channels)) if output is None else output],
        [numpy_helper.from_array(kernel, "w"), *initializers],
    )
    imported = [helper.make_opsetid(domain, version) for domain, version in opsets]
    return helper.make_model(graph, opset_imports=imported, ir_version=ir_version)


def card_record(content: bytes, **changed: Any) -> dict[str, Any]:
    """The card of `twice_mean` as plain values: values are given as they are; `changed` of its input."""
    return {
        "format": "radioimmuno-learned",
        "format_version": 1,
        "name": "twice_mean",
        "description": "Twice the mean of the crop.",
        "citation": "none",
        "licence": "CC0-1.0",
        "model": {"file": "twice_mean.onnx", "sha256": hashlib.sha256(content).hexdigest()},
        "input": {
            "role": "ct",
            "name": "x",
            "channels": ["image"],
            "crop_mm": [SIDE, SIDE, SIDE],
            "crop_voxels": [SIDE, SIDE, SIDE],
            "spacing_mm": [1, 1, 1],
            "centre": "centroid",
            "window": [-1000, 1000],
            "scaled_to": [-1000, 1000],
            "masked": False,
            **changed,
        },
        "output": {"name": "y", "length": 1},
    }


def opened(content: bytes | onnx.ModelProto, record: dict[str, Any] | None = None) -> LearnedModel:
    """The model, with a card of its own SHA-256."""
    content = content if isinstance(content, bytes) else content.SerializeToString()
    record = card_record(content) if record is None else record
    record["model"]["sha256"] = hashlib.sha256(content).hexdigest()
    return LearnedModel(parse_card(json.dumps(record).encode()), content)


def write_model(folder: Path, content: bytes | onnx.ModelProto, record: dict[str, Any] | None = None) -> Path:
    """Writes a model and its card; gives the card's path."""
    content = content if isinstance(content, bytes) else content.SerializeToString()
    record = card_record(content) if record is None else record
    record["model"]["sha256"] = hashlib.sha256(content).hexdigest()
    (folder / record["model"]["file"]).write_bytes(content)
    card = folder / "card.json"
    card.write_text(json.dumps(record), encoding="utf-8")
    return card


def noise(shape: tuple[int, int, int] = (24, 26, 28), spacing: float = 1.0) -> Image:
    """A CT of noise around 40 HU."""
    values = np.random.default_rng(4).normal(40, 30, shape).astype(np.float32)
    return Image(values, Lattice(shape, (spacing,) * 3, (-10.0, 5.0, 30.0)))


def cuboid(image: Image, start: tuple[int, int, int], stop: tuple[int, int, int], key: str = "1") -> Lesion:
    """A lesion of a box of voxels."""
    mask = np.zeros(image.values.shape, bool)
    mask[tuple(slice(a, b) for a, b in zip(start, stop, strict=True))] = True
    return Lesion(key, f"lesion {key}", Image(mask, image.lattice))
