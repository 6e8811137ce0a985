"""What an ONNX file asks for, read without opening it: versions, inputs, outputs, operators, other files.

Numbers and names of the fields are those of `onnx.proto` (github.com/onnx/onnx, IR version 14). The package
`onnx` is not asked: onnxruntime does without it, and it would have to be installed for this alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from ..findings import ModelError
from .wire import (
    BYTES,
    FIXED32,
    FIXED64,
    VARINT,
    Known,
    Message,
    Reader,
    Schema,
    TooManyFields,
    WireError,
    text_of,
)

FLOAT = 1
# What onnxruntime's own format has at its fifth byte: it would be run without having been looked at.
ORT_FORMAT = b"ORTM"

SCHEMA: Schema = {
    "Model": {
        1: Known("ir_version", VARINT),
        2: Known("producer_name", BYTES),
        3: Known("producer_version", BYTES),
        4: Known("domain", BYTES),
        5: Known("model_version", VARINT),
        6: Known("doc_string", BYTES),
        7: Known("graph", BYTES, "Graph"),
        8: Known("opset_import", BYTES, "OperatorSetId", repeated=True),
        14: Known("metadata_props", BYTES, "StringStringEntry", repeated=True),
        20: Known("training_info", BYTES, repeated=True),
        25: Known("functions", BYTES, repeated=True),
        26: Known("configuration", BYTES, repeated=True),
    },
    "OperatorSetId": {1: Known("domain", BYTES), 2: Known("version", VARINT)},
    "StringStringEntry": {1: Known("key", BYTES), 2: Known("value", BYTES)},
    "Graph": {
        1: Known("node", BYTES, "Node", repeated=True),
        2: Known("name", BYTES),
        5: Known("initializer", BYTES, "Tensor", repeated=True),
        10: Known("doc_string", BYTES),
        11: Known("input", BYTES, "ValueInfo", repeated=True),
        12: Known("output", BYTES, "ValueInfo", repeated=True),
        13: Known("value_info", BYTES, "ValueInfo", repeated=True),
        14: Known("quantization_annotation", BYTES, "TensorAnnotation", repeated=True),
        15: Known("sparse_initializer", BYTES, repeated=True),
        16: Known("metadata_props", BYTES, "StringStringEntry", repeated=True),
    },
    "TensorAnnotation": {
        1: Known("tensor_name", BYTES),
        2: Known("quant_parameter_tensor_names", BYTES, "StringStringEntry", repeated=True),
    },
    "Node": {
        1: Known("input", BYTES, repeated=True),
        2: Known("output", BYTES, repeated=True),
        3: Known("name", BYTES),
        4: Known("op_type", BYTES),
        5: Known("attribute", BYTES, "Attribute", repeated=True),
        6: Known("doc_string", BYTES),
        7: Known("domain", BYTES),
        8: Known("overload", BYTES),
        9: Known("metadata_props", BYTES, "StringStringEntry", repeated=True),
        10: Known("device_configurations", BYTES, repeated=True),
    },
    "Attribute": {
        1: Known("name", BYTES),
        2: Known("f", FIXED32),
        3: Known("i", VARINT),
        4: Known("s", BYTES),
        5: Known("t", BYTES, "Tensor"),
        6: Known("g", BYTES),
        7: Known("floats", FIXED32, repeated=True),
        8: Known("ints", VARINT, repeated=True),
        9: Known("strings", BYTES, repeated=True),
        10: Known("tensors", BYTES, "Tensor", repeated=True),
        11: Known("graphs", BYTES, repeated=True),
        13: Known("doc_string", BYTES),
        14: Known("tp", BYTES),
        15: Known("type_protos", BYTES, repeated=True),
        20: Known("type", VARINT),
        21: Known("ref_attr_name", BYTES),
        22: Known("sparse_tensor", BYTES),
        23: Known("sparse_tensors", BYTES, repeated=True),
    },
    "Tensor": {
        1: Known("dims", VARINT, repeated=True),
        2: Known("data_type", VARINT),
        3: Known("segment", BYTES),
        4: Known("float_data", FIXED32, repeated=True),
        5: Known("int32_data", VARINT, repeated=True),
        6: Known("string_data", BYTES, repeated=True),
        7: Known("int64_data", VARINT, repeated=True),
        8: Known("name", BYTES),
        9: Known("raw_data", BYTES),
        10: Known("double_data", FIXED64, repeated=True),
        11: Known("uint64_data", VARINT, repeated=True),
        12: Known("doc_string", BYTES),
        13: Known("external_data", BYTES, "StringStringEntry", repeated=True),
        14: Known("data_location", VARINT),
        16: Known("metadata_props", BYTES, "StringStringEntry", repeated=True),
    },
    "ValueInfo": {
        1: Known("name", BYTES),
        2: Known("type", BYTES, "Type"),
        3: Known("doc_string", BYTES),
        4: Known("metadata_props", BYTES, "StringStringEntry", repeated=True),
    },
    "Type": {
        1: Known("tensor_type", BYTES, "Type.Tensor"),
        4: Known("sequence_type", BYTES),
        5: Known("map_type", BYTES),
        6: Known("denotation", BYTES),
        7: Known("opaque_type", BYTES),
        8: Known("sparse_tensor_type", BYTES),
        9: Known("optional_type", BYTES),
    },
    "Type.Tensor": {1: Known("elem_type", VARINT), 2: Known("shape", BYTES, "TensorShape")},
    "TensorShape": {1: Known("dim", BYTES, "TensorShape.Dimension", repeated=True)},
    "TensorShape.Dimension": {
        1: Known("dim_value", VARINT),
        2: Known("dim_param", BYTES),
        3: Known("denotation", BYTES),
    },
}


@dataclass(frozen=True)
class Value:
    """An input or output of a model.

    Parameters
    ----------
    name : str
    kind : int
        ONNX's number of the elements' type; 0 for what is no tensor.
    shape : tuple of (int or None), or None
        None for a length that is free; None as a whole where the file gives no shape.
    """

    name: str
    kind: int
    shape: tuple[int | None, ...] | None


@dataclass(frozen=True)
class ModelOutline:
    """What a model file asks for.

    Parameters
    ----------
    ir_version : int
    opsets : tuple of (str, int)
        Domain and version of each set of operators that it imports.
    inputs, outputs : tuple of Value
        Inputs without those that the file gives a value.
    operators : frozenset of (str, str)
        Domain and name of all that it computes with.
    outside : tuple of str
        What it wants of other files, in words.
    unusual : tuple of str
        Parts that models for inference do not have, in words.
    """

    ir_version: int
    opsets: tuple[tuple[str, int], ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    operators: frozenset[tuple[str, str]]
    outside: tuple[str, ...]
    unusual: tuple[str, ...]


def outline_of(content: bytes) -> ModelOutline:
    """What an ONNX file asks for.

    Parameters
    ----------
    content : bytes

    Returns
    -------
    ModelOutline

    Raises
    ------
    ModelError
        `learned.damaged` for what is no ONNX file, `learned.too_large` for one of too many parts.
    """
    if content[4:8] == ORT_FORMAT:
        raise ModelError("learned.damaged", "The model file is in onnxruntime's own format, and not in ONNX.")
    try:
        model = Reader(SCHEMA).read(memoryview(content), "Model")
        if "graph" not in model:
            raise WireError("it holds no graph")
        return _outline(model)
    except TooManyFields as problem:
        raise ModelError("learned.too_large", f"The model file is not read: {problem}.") from None
    except WireError as problem:
        raise ModelError(
            "learned.damaged", f"The model file is no ONNX file, or damaged: {problem}."
        ) from None


def _outline(model: Message) -> ModelOutline:
    (graph,) = model["graph"]
    given = {text_of(tensor, "name") for tensor in graph.get("initializer", [])}
    inputs = [_value(one) for one in graph.get("input", [])]
    return ModelOutline(
        ir_version=_number(model, "ir_version"),
        opsets=tuple(
            (text_of(one, "domain"), _number(one, "version")) for one in model.get("opset_import", [])
        ),
        # Up to IR version 3 what has a value is listed as an input, too.
        inputs=tuple(one for one in inputs if one.name not in given),
        outputs=tuple(_value(one) for one in graph.get("output", [])),
        operators=frozenset(
            (text_of(node, "domain"), text_of(node, "op_type")) for node in graph.get("node", [])
        ),
        outside=tuple(_outside(model, graph)),
        unusual=tuple(dict.fromkeys(_unusual(model, graph))),
    )


def _outside(model: Message, graph: Message) -> Iterator[str]:
    """What the model wants of other files: any mention of one counts, whatever its key."""
    for tensor in _tensors(graph):
        entries = tensor.get("external_data", [])
        if entries or _number(tensor, "data_location"):
            paths = [text_of(one, "value") for one in entries if text_of(one, "key") == "location"]
            named = f" ({', '.join(map(repr, paths))})" if paths else ""
            yield f"the values of {text_of(tensor, 'name')!r} lie in another file{named}"
    # Settings of a session, among them files to write, which onnxruntime takes from here if told to.
    if any(text_of(one, "key") == "ort_config" for one in model.get("metadata_props", [])):
        yield "it brings settings of its own for onnxruntime (ort_config)"


def _unusual(model: Message, graph: Message) -> Iterator[str]:
    for name in ("training_info", "functions", "configuration"):
        if name in model:
            yield name
    if "sparse_initializer" in graph:
        yield "sparse_initializer"
    for tensor in _tensors(graph):
        if "segment" in tensor:
            yield "tensors in segments"
    for node in graph.get("node", []):
        if "device_configurations" in node:
            yield "device_configurations"
        for attribute in node.get("attribute", []):
            if "g" in attribute or "graphs" in attribute:
                yield f"loops or branches ({text_of(node, 'op_type')})"
            if "sparse_tensor" in attribute or "sparse_tensors" in attribute:
                yield "sparse tensors"


def _tensors(graph: Message) -> Iterator[Message]:
    yield from graph.get("initializer", [])
    for node in graph.get("node", []):
        for attribute in node.get("attribute", []):
            yield from attribute.get("t", [])
            yield from attribute.get("tensors", [])


def _value(info: Message) -> Value:
    kinds = info.get("type", [{}])[0].get("tensor_type", [{}])
    shapes = kinds[0].get("shape")
    shape = None if shapes is None else tuple(_length(dim) for dim in shapes[0].get("dim", []))
    return Value(text_of(info, "name"), _number(kinds[0], "elem_type"), shape)


def _length(dimension: Message) -> int | None:
    return _number(dimension, "dim_value") if "dim_value" in dimension else None


def _number(message: Message, name: str) -> int:
    (value,) = message.get(name, [0])
    return value
