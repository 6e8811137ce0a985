"""Model files: each thing that is refused is refused before the file is opened, by its code.

Tests of: check, onnx_file, wire.
"""

from __future__ import annotations

import json
import sys
import time
import tracemalloc

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from learned_models import SIDE, card_record, floats, opened, twice_mean  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from radioimmuno.findings import ModelError  # noqa: E402
from radioimmuno.learned.card import parse_card  # noqa: E402
from radioimmuno.learned.model import LearnedModel  # noqa: E402
from radioimmuno.learned.onnx_file import SCHEMA, outline_of  # noqa: E402
from radioimmuno.learned.wire import BYTES, FIXED32, FIXED64, MAX_FIELDS, VARINT  # noqa: E402

FIELD = TensorProto.DESCRIPTOR.fields[0]
WIRES = {
    FIELD.TYPE_INT64: VARINT,
    FIELD.TYPE_INT32: VARINT,
    FIELD.TYPE_UINT64: VARINT,
    FIELD.TYPE_ENUM: VARINT,
    FIELD.TYPE_FLOAT: FIXED32,
    FIELD.TYPE_DOUBLE: FIXED64,
    FIELD.TYPE_STRING: BYTES,
    FIELD.TYPE_BYTES: BYTES,
    FIELD.TYPE_MESSAGE: BYTES,
}


def refusal(content, record=None):
    with pytest.raises(ModelError) as refused:
        opened(content, record)
    return refused.value.code, str(refused.value)


@pytest.fixture(autouse=True)
def _without_onnxruntime(monkeypatch):
    """What is refused here is refused before onnxruntime has a part in it."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)


def test_the_model_of_the_card_is_taken():
    content = twice_mean().SerializeToString()
    assert opened(content).content == content


def test_another_file_than_the_card_s_is_refused():
    content = twice_mean().SerializeToString()
    card = parse_card(json.dumps(card_record(content)).encode())
    with pytest.raises(ModelError, match="it is another file") as refused:
        LearnedModel(card, content + b"\x32\x00")
    assert refused.value.code == "learned.sha256"


@pytest.mark.parametrize(
    ("opsets", "code", "text"),
    [
        ([], "learned.opset", "does not say which operator set (opset)"),
        ([("", 5)], "learned.opset", "its operator set is 5; 6 to 28 are known"),
        ([("", 29)], "learned.opset", "its operator set is 29"),
        ([("", 2**40)], "learned.opset", "its operator set is 1099511627776"),
        ([("", 17), ("ai.onnx", 12)], "learned.opset", "names its operator set more than once"),
        ([("", 17), ("com.microsoft", 1)], "learned.operator", "imports operators of 'com.microsoft'"),
    ],
)
def test_versions_of_operators_are_known_ones(opsets, code, text):
    model = twice_mean()
    del model.opset_import[:]
    model.opset_import.extend(helper.make_opsetid(domain, version) for domain, version in opsets)
    found = refusal(model)
    assert found[0] == code
    assert text in found[1]


@pytest.mark.parametrize("version", [0, 2, 15])
def test_the_version_of_the_format_is_a_known_one(version):
    code, text = refusal(twice_mean(ir_version=version))
    assert (code, f"its IR version is {version}; 3 to 14 are known" in text) == ("learned.opset", True)


def external(tensor, key, value):
    entry = tensor.external_data.add()
    entry.key, entry.value = key, value


@pytest.mark.parametrize("key", ["location", "offset", "length", "checksum", "anything"])
@pytest.mark.parametrize("location", [TensorProto.EXTERNAL, TensorProto.DEFAULT, None])
def test_weights_in_another_file_are_refused_whatever_the_key(key, location):
    model = twice_mean()
    external(model.graph.initializer[0], key, "/etc/passwd")
    if location is not None:
        model.graph.initializer[0].data_location = location
    code, text = refusal(model)
    assert code == "learned.external"
    assert ("'/etc/passwd'" in text) == (key == "location")


def test_weights_said_to_be_elsewhere_are_refused_without_a_path():
    model = twice_mean()
    model.graph.initializer[0].data_location = TensorProto.EXTERNAL
    assert refusal(model)[0] == "learned.external"


def test_weights_in_another_file_are_found_in_attributes_too():
    values = numpy_helper.from_array(np.ones(1, np.float32), "c")
    node = helper.make_node("Constant", [], ["c"], value=values)
    model = twice_mean(nodes=[node, helper.make_node("Add", ["doubled", "c"], ["added"])])
    opened(model)
    external(model.graph.node[1].attribute[0].t, "location", "../weights")
    code, text = refusal(model)
    assert code == "learned.external"
    assert "'../weights'" in text


def test_settings_for_the_runtime_are_refused():
    model = twice_mean()
    helper.set_model_props(model, {"ort_config": '{"session_options": {"enable_profiling": 1}}'})
    assert refusal(model)[0] == "learned.external"


def branch():
    inner = helper.make_graph(
        [helper.make_node("Identity", ["doubled"], ["z"])], "in", [], [floats("z", None)]
    )
    yes = numpy_helper.from_array(np.array(True), "yes")
    node = helper.make_node("If", ["yes"], ["chosen"], then_branch=inner, else_branch=inner)
    return twice_mean(nodes=[node], initializers=[yes])


def with_function():
    model = twice_mean()
    opset = [helper.make_opsetid("", 17)]
    node = helper.make_node("Identity", ["a"], ["b"])
    model.functions.append(helper.make_function("", "Same", ["a"], ["b"], [node], opset))
    return model


def sparse():
    model = twice_mean()
    model.graph.sparse_initializer.add().dims.append(3)
    return model


def trained():
    model = twice_mean()
    model.training_info.add()
    return model


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (
            twice_mean(nodes=[helper.make_node("Gelu", ["doubled"], ["seen"], domain="com.microsoft")]),
            "its operator 'Gelu' is of 'com.microsoft'",
        ),
        (
            twice_mean(nodes=[helper.make_node("RandomNormalLike", ["doubled"], ["seen"])]),
            "its operator RandomNormalLike gives other values each time",
        ),
        (branch(), "loops or branches (If)"),
        (with_function(), "functions"),
        (sparse(), "sparse_initializer"),
        (trained(), "training_info"),
    ],
    ids=["domain", "random", "branch", "function", "sparse", "training"],
)
def test_what_is_not_run_is_refused(model, text):
    found = refusal(model)
    assert found[0] == "learned.operator"
    assert text in found[1]


def double(name, shape):
    return helper.make_tensor_value_info(name, TensorProto.DOUBLE, shape)


def sequence(name):
    return helper.make_value_info(
        name, helper.make_sequence_type_proto(helper.make_tensor_type_proto(1, [1]))
    )


def with_input(value):
    model = twice_mean()
    model.graph.input.append(value)
    return model


@pytest.mark.parametrize(
    ("model", "text"),
    [
        (twice_mean(given=floats("image", ("N", 1, 8, 8, 8))), "inputs are 'image'; the card names 'x'"),
        (with_input(floats("age", (1,))), "inputs are 'x', 'age'; the card names 'x'"),
        (twice_mean(output=floats("z", ("N", 1))), "outputs are 'z'; the card names 'y'"),
        (twice_mean(given=double("x", ("N", 1, 8, 8, 8))), "its input 'x' does not hold float32"),
        (twice_mean(given=sequence("x")), "its input 'x' does not hold float32"),
        (twice_mean(output=double("y", ("N", 1))), "its output 'y' does not hold float32"),
        (
            twice_mean(given=floats("x", ("N", 1, 8, 8, 9))),
            "input is [free, 1, 8, 8, 9]; the card gives [free, 1, 8, 8, 8]",
        ),
        (twice_mean(given=floats("x", ("N", 2, 8, 8, 8))), "input is [free, 2, 8, 8, 8]"),
        (twice_mean(given=floats("x", (1, 8, 8, 8))), "input is [1, 8, 8, 8]"),
        (twice_mean(given=floats("x", (33, 1, 8, 8, 8))), "input is [33, 1, 8, 8, 8]"),
        (twice_mean(given=floats("x", (0, 1, 8, 8, 8))), "input is [0, 1, 8, 8, 8]"),
        (twice_mean(given=floats("x", None)), "input is of no known shape"),
        (twice_mean(output=floats("y", ("N", 3))), "output is [free, 3]; the card says 1 values"),
        (twice_mean(output=floats("y", ("N", 0))), "output is [free, 0]"),
    ],
)
def test_a_shape_that_does_not_fit_is_refused(model, text):
    found = refusal(model)
    assert found[0] == "learned.shape"
    assert text in found[1]


@pytest.mark.parametrize("output", [("N", 1, 1, 1, 1), (1, 1), (1,), (), None, ("N", "free")])
def test_shapes_of_one_value_fit(output):
    opened(twice_mean(output=floats("y", output)))


def test_weights_that_are_listed_as_inputs_are_none():
    model = twice_mean(ir_version=3, opsets=[("", 8)])
    model.graph.input.append(floats("w", (1, 1, 1, 1, 1)))
    opened(model)


def tag(number, wire):
    return bytes([number << 3 | wire])


GRAPH = tag(7, BYTES)


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (b"", "it holds no graph"),
        (b"\x08\x08", "it holds no graph"),
        (b"PK\x03\x04 and so on", "damaged"),
        (b"abcdORTMefgh", "onnxruntime's own format"),
        (tag(1, VARINT) + b"\xff" * 11, "a number does not end"),
        (tag(1, VARINT), "a number does not end"),
        (GRAPH + b"\x7f\x00", "field 7 reaches beyond the end"),
        (tag(1, FIXED32) + b"\x00\x00\x00\x00", "Model.ir_version is written as another kind of field"),
        (tag(3, 3), "field 3 is of a kind 3"),
        (tag(15, VARINT) + b"\x00", "Model has a field 15, which is not known"),
        (GRAPH + b"\x00" + GRAPH + b"\x00", "Model.graph stands twice"),
        (GRAPH + b"\x06" + tag(11, BYTES) + b"\x04" + tag(1, BYTES) + b"\x02\xff\xff", "name is not text"),
    ],
)
def test_what_is_no_onnx_file_is_refused(content, text):
    code, said = refusal(content)
    assert code == "learned.damaged"
    assert text in said


def test_a_file_of_endless_parts_takes_neither_time_nor_memory():
    # Nodes without a content: two bytes each, which a parser makes a hundred of.
    graph = (tag(1, BYTES) + b"\x00") * 1_000_000
    content = GRAPH + length(len(graph)) + graph
    tracemalloc.start()
    begun = time.process_time()
    code, text = refusal(content)
    taken, (_, peak) = time.process_time() - begun, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (code, f"more than {MAX_FIELDS:,} fields" in text) == ("learned.too_large", True)
    assert peak < 150e6
    assert taken < 30


def length(n):
    out = b""
    while n > 0x7F:
        out, n = out + bytes([n & 0x7F | 0x80]), n >> 7
    return out + bytes([n])


def test_the_fields_are_those_of_onnx():
    messages = {
        "Model": onnx.ModelProto,
        "Graph": onnx.GraphProto,
        "Node": onnx.NodeProto,
        "Attribute": onnx.AttributeProto,
        "Tensor": onnx.TensorProto,
        "ValueInfo": onnx.ValueInfoProto,
        "Type": onnx.TypeProto,
        "Type.Tensor": onnx.TypeProto.Tensor,
        "TensorShape": onnx.TensorShapeProto,
        "TensorShape.Dimension": onnx.TensorShapeProto.Dimension,
        "OperatorSetId": onnx.OperatorSetIdProto,
        "StringStringEntry": onnx.StringStringEntryProto,
        "TensorAnnotation": onnx.TensorAnnotation,
    }
    assert set(messages) == set(SCHEMA)
    for name, message in messages.items():
        for field in message.DESCRIPTOR.fields:
            known = SCHEMA[name][field.number]
            assert (known.name, known.wire) == (field.name, WIRES[field.type]), field.full_name
            assert known.repeated == is_repeated(field), field.full_name
            if known.message:
                kind = field.message_type.full_name
                assert kind == messages[known.message].DESCRIPTOR.full_name


def is_repeated(field):
    # `label` is deprecated since protobuf 6, which brought `is_repeated`.
    return field.is_repeated if hasattr(field, "is_repeated") else field.label == field.LABEL_REPEATED


def test_the_outline_says_what_onnx_says():
    node = helper.make_node("Relu", ["doubled"], ["seen"])
    outline = outline_of(twice_mean(channels=3, nodes=[node]).SerializeToString())
    assert outline.operators == {("", name) for name in ("Conv", "Relu", "GlobalAveragePool", "Flatten")}
    assert outline.opsets == (("", 17),)
    assert [(one.name, one.shape) for one in outline.inputs] == [("x", (None, 3, SIDE, SIDE, SIDE))]
    assert [(one.name, one.shape) for one in outline.outputs] == [("y", (None, 3))]
