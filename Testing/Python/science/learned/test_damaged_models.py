"""Damaged model files: a result or a code, in a bounded time."""

from __future__ import annotations

import time

import numpy as np
import pytest

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from learned_models import card_record, cuboid, floats, noise, opened, twice_mean
from onnx import helper, numpy_helper

from radioimmuno.findings import TABLE, ModelError
from radioimmuno.learned.measure import measure_learned


def test_damaged_files_give_values_or_a_code_in_a_bounded_time():
    """500 files with bytes changed, cut off, or put in; their cards have their own SHA-256."""
    rng = np.random.default_rng(15)
    image = noise()
    lesion = cuboid(image, (8, 8, 8), (12, 12, 12))
    kernel = numpy_helper.from_array(rng.normal(size=(4, 1, 3, 3, 3)).astype(np.float32), "k")
    node = helper.make_node("Conv", ["doubled", "k"], ["seen"], kernel_shape=[3, 3, 3])
    pooled = floats("y", ("N", 4))
    sound = twice_mean(nodes=[node], initializers=[kernel], output=pooled).SerializeToString()
    codes = {"values": 0}
    begun = time.monotonic()
    for _ in range(500):
        record = card_record(b"")
        record["output"]["length"] = 4
        try:
            model = opened(damaged(sound, rng), record)
            ((values, findings),) = measure_learned(image, [lesion], model).values()
        except ModelError as refused:
            code = refused.code
        else:
            code = findings[0].code if findings else "values"
            assert len(values) == (0 if findings else 4)
        assert code == "values" or code in TABLE
        codes[code] = codes.get(code, 0) + 1
    assert time.monotonic() - begun < 60
    # The damage reaches each stage: reading, checking, opening and running.
    assert codes["values"] > 20
    assert codes["learned.damaged"] > 20
    assert len(codes) >= 6


def damaged(content, rng):
    kind, at = rng.integers(4), int(rng.integers(len(content)))
    if kind == 0:
        return content[:at]
    if kind == 1:
        return content[:at] + rng.bytes(int(rng.integers(1, 9))) + content[at:]
    changed = bytearray(content)
    for place in rng.integers(len(content), size=int(rng.integers(1, 6))):
        changed[place] = int(rng.integers(256)) if kind == 2 else changed[place] ^ (1 << int(rng.integers(8)))
    return bytes(changed)
