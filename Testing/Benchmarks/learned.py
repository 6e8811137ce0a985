"""Time of learned features: 10 lesions through a model of 73 KB.

    python Testing/Benchmarks/learned.py

Seconds of one process; the least of some runs, as what else the machine does only adds to them.
"""

from __future__ import annotations

import hashlib
import json
import sys
import tempfile
import time
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
from onnx import TensorProto, helper, numpy_helper

from radioimmuno.geometry.image import Image, Lattice
from radioimmuno.learned.measure import measure_learned
from radioimmuno.learned.model import Session, read_model
from radioimmuno.lesion import Lesion

LESIONS, CROP, RUNS = 10, 32, 5
TARGET_S = 0.2
# Features of three layers: (1 x 8 + 8 x 16 + 16 x 34) x 27 weights of 4 bytes are 73 KB.
LAYERS = (1, 8, 16, 34)


def main() -> int:
    """Make model, card and lesions, time the steps, print."""
    image, lesions = study()
    with tempfile.TemporaryDirectory() as folder:
        card = write(Path(folder))
        size = card.with_name("model.onnx").stat().st_size
        model = read_model(card)
        print(f"{LESIONS} lesions, crops of {CROP} x {CROP} x {CROP} voxels, a model of {size / 1000:.0f} KB")
        session = Session(model)
        given = np.zeros(model.card.shape, np.float32)
        steps = {
            "reading and checking card and model": lambda: read_model(card),
            "opening the model": lambda: Session(model),
            "the network alone": lambda: [session.run(given) for _ in range(LESIONS)],
            "lesions to values, opening included": lambda: measure_learned(image, lesions, model),
        }
        for step, run in steps.items():
            print(f"{step:40} {seconds(run):8.3f} s")
    print(f"{'target: lesions to values':40} {TARGET_S:8.3f} s")
    return 0


def seconds(run: Callable[[], object]) -> float:
    """The shortest of some runs."""
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        run()
        times.append(time.perf_counter() - begun)
    return min(times)


def study() -> tuple[Image, list[Lesion]]:
    """A CT of noise with balls in it."""
    shape = (120, 256, 256)
    lattice = Lattice(shape, (2.0, 0.8, 0.8), (0.0, 0.0, 0.0))
    values = np.random.default_rng(1).normal(40, 20, shape).astype(np.float32)
    lesions = []
    for n in range(LESIONS):
        centre = np.array([20 + 8 * n, 40 + 18 * n, 220 - 18 * n])
        index = np.indices((21, 41, 41)) - np.array([10, 20, 20])[:, None, None, None]
        ball = ((index * np.array(lattice.spacing)[:, None, None, None]) ** 2).sum(axis=0) <= 12**2
        start = tuple(int(c - h) for c, h in zip(centre, (10, 20, 20), strict=True))
        lesions.append(Lesion(str(n), f"ball {n}", Image(ball, lattice, start)))
    return Image(values, lattice), lesions


def write(folder: Path) -> Path:
    """A network of three convolutions with strides, and its card; gives the card's path."""
    rng = np.random.default_rng(2)
    nodes, weights, name = [], [], "crop"
    for n, (before, after) in enumerate(pairwise(LAYERS)):
        kernel = rng.normal(0, 0.1, (after, before, 3, 3, 3)).astype(np.float32)
        weights.append(numpy_helper.from_array(kernel, f"w{n}"))
        nodes.append(
            helper.make_node("Conv", [name, f"w{n}"], [f"c{n}"], strides=[2, 2, 2], pads=[1, 1, 1, 1, 1, 1])
        )
        nodes.append(helper.make_node("Relu", [f"c{n}"], [name := f"r{n}"]))
    nodes += [
        helper.make_node("GlobalAveragePool", [name], ["pooled"]),
        helper.make_node("Flatten", ["pooled"], ["features"], axis=1),
    ]
    given = helper.make_tensor_value_info("crop", TensorProto.FLOAT, ["N", 1, CROP, CROP, CROP])
    found = helper.make_tensor_value_info("features", TensorProto.FLOAT, ["N", LAYERS[-1]])
    graph = helper.make_graph(nodes, "three convolutions", [given], [found], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    content = model.SerializeToString()
    (folder / "model.onnx").write_bytes(content)
    record = {
        "format": "radioimmuno-learned",
        "format_version": 1,
        "name": "benchmark",
        "description": "Random weights.",
        "citation": "none",
        "licence": "none",
        "model": {"file": "model.onnx", "sha256": hashlib.sha256(content).hexdigest()},
        "input": {
            "role": "ct",
            "name": "crop",
            "channels": ["image"],
            "crop_mm": [CROP] * 3,
            "crop_voxels": [CROP] * 3,
            "spacing_mm": [1, 1, 1],
            "centre": "centroid",
            "window": [-160, 240],
            "scaled_to": [0, 1],
            "masked": False,
        },
        "output": {"name": "features", "length": LAYERS[-1]},
    }
    card = folder / "card.json"
    card.write_text(json.dumps(record), encoding="utf-8")
    return card


if __name__ == "__main__":
    sys.exit(main())
