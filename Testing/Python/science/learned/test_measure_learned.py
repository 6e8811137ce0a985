"""Learned features: exact truths of small models, ONNX's own convolutions, refusals of single lesions.

Tests of: measure, model.
"""

from __future__ import annotations

import hashlib
import itertools
import json
import pickle
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

onnx = pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

from learned_models import SIDE, card_record, cuboid, floats, noise, twice_mean, write_model  # noqa: E402
from onnx import TensorProto, helper, numpy_helper  # noqa: E402

from radioimmuno import memory  # noqa: E402
from radioimmuno.findings import Finding, ModelError, Refusal, Severity  # noqa: E402
from radioimmuno.geometry.image import Image  # noqa: E402
from radioimmuno.learned.card import parse_card  # noqa: E402
from radioimmuno.learned.measure import measure_learned  # noqa: E402
from radioimmuno.learned.model import LearnedModel, Session, read_model  # noqa: E402

KEY = "learned.twice_mean.0"
CONVOLUTIONS = sorted(Path(onnx.__file__).parent.glob("backend/test/data/pytorch-converted/test_Conv3d*"))


def measure(folder, image, lesions, model=None, record=None, **options):
    path = write_model(folder, twice_mean() if model is None else model, record)
    return measure_learned(image, lesions, read_model(path), **options)


def code_of(measured):
    values, (finding,) = measured
    assert values == {}
    assert finding.severity is Severity.REFUSE
    return finding.code


def test_twice_the_mean_is_twice_the_mean_of_the_voxels_around_the_lesion(tmp_path):
    image = noise()
    # The centres of the lesions lie between two voxels: crops of an even side have their middle there.
    lesions = [cuboid(image, (8, 8, 8), (12, 12, 12)), cuboid(image, (13, 14, 15), (15, 16, 17), "2")]
    found = measure(tmp_path, image, lesions)
    for lesion, start in zip(lesions, ((6, 6, 6), (10, 11, 12)), strict=True):
        around = image.values[tuple(slice(a, a + SIDE) for a in start)]
        values, findings = found[lesion.id]
        assert values == {KEY: pytest.approx(2 * around.astype(float).mean(), rel=1e-6)}
        assert findings == ()


def test_channels_window_and_scaling_are_those_of_the_card(tmp_path):
    image = noise()
    lesion = cuboid(image, (8, 8, 8), (12, 12, 12))
    channels = ["mask", "image", "ring"]
    record = card_record(
        b"",
        channels=channels,
        window=[20, 60],
        scaled_to=[1, 3],
        masked=True,
        ring={"inner_mm": 0, "outer_mm": 0.6},
    )
    record["output"]["length"] = 3
    model = twice_mean(channels=3)
    (values, _), inside = measure(tmp_path, image, [lesion], model, record)["1"], lesion.mask.values
    window = np.clip(image.values[inside], 20, 60)
    # Outside of the lesion is air, the lower end of the window: 1.
    seen = (1 + (window - 20) / 20).sum() + SIDE**3 - 64
    # Voxels beside the cube's 6 faces lie 0.5 mm outside, those beside its edges 0.7 mm or more.
    expected = [2 * 64 / SIDE**3, 2 * seen / SIDE**3, 2 * 6 * 16 / SIDE**3]
    assert [values[f"learned.twice_mean.{k}"] for k in range(3)] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_the_order_of_the_axes_changes_nothing(tmp_path, order):
    image = noise()
    lesion = cuboid(image, (7, 8, 9), (12, 15, 13))
    lattice = image.lattice
    turned = type(lattice)(
        tuple(lattice.shape[a] for a in order),
        lattice.spacing,
        lattice.origin,
        tuple(lattice.axes[a] for a in order),
    )
    other = Image(image.values.transpose(order), turned)
    mask = type(lesion)("1", "lesion", Image(lesion.mask.values.transpose(order), turned))
    assert measure(tmp_path, other, [mask]) == measure(tmp_path, image, [lesion])


@pytest.mark.parametrize("folder", CONVOLUTIONS, ids=lambda folder: folder.name)
def test_convolutions_give_what_onnx_publishes(folder):
    content = (folder / "model.onnx").read_bytes()
    given, expected = (
        numpy_helper.to_array(onnx.load_tensor(folder / "test_data_set_0" / f"{name}_0.pb"))
        for name in ("input", "output")
    )
    graph = onnx.load_model_from_string(content).graph
    weights = {tensor.name for tensor in graph.initializer}
    card = parse_card(json.dumps(record_of(content, graph, weights, given, expected)).encode())
    # The cases' channels are no image, mask and ring: as many of them as they have.
    card = replaced(card, channels=("image",) * given.shape[1])
    session = Session(LearnedModel(card, content))
    for one, truth in zip(given, expected, strict=True):
        assert session.run(one) == pytest.approx(truth.ravel(), abs=1e-6)


def record_of(content, graph, weights, given, expected):
    record = card_record(content, crop_voxels=list(given.shape[2:]), crop_mm=list(given.shape[2:]))
    record["input"]["name"] = next(one.name for one in graph.input if one.name not in weights)
    record["output"] = {"name": graph.output[0].name, "length": expected[0].size}
    return record


def replaced(card, **changed):
    return type(card)(**{**card.__dict__, **changed})


def test_all_of_onnx_s_cases_are_there():
    assert len(CONVOLUTIONS) == 7


def test_the_same_values_come_out_each_time_and_in_another_process(tmp_path):
    image = noise()
    lesions = [cuboid(image, (8 + n, 8, 8), (12 + n, 12, 12), str(n)) for n in range(3)]
    rng = np.random.default_rng(2)
    kernel = numpy_helper.from_array(rng.normal(size=(16, 1, 3, 3, 3)).astype(np.float32), "k")
    node = helper.make_node("Conv", ["doubled", "k"], ["seen"], kernel_shape=[3, 3, 3])
    record = card_record(b"")
    record["output"]["length"] = 16
    model = twice_mean(nodes=[node], initializers=[kernel], output=floats("y", ("N", 16)))
    path = write_model(tmp_path, model, record)
    sent = pickle.loads(pickle.dumps(read_model(path)))
    first = measure_learned(image, lesions, sent)
    assert all(measure_learned(image, lesions, read_model(path)) == first for _ in range(4))
    # No lesion has a part in another one's values.
    assert measure_learned(image, lesions, sent, only=["1"]) == {"1": first["1"]}
    assert len({values[KEY] for values, _ in first.values()}) == 3


def test_a_lesion_that_is_refused_already_is_not_measured(tmp_path):
    image = noise()
    known = {"1": (Finding("lesion.empty", Severity.REFUSE, "It is empty."),)}
    lesion = cuboid(image, (8, 8, 8), (12, 12, 12))
    assert measure(tmp_path, image, [lesion], findings=known) == {"1": ({}, ())}


def test_values_that_are_no_numbers_refuse_the_lesion_and_no_other(tmp_path):
    image = noise()
    values = image.values.copy()
    values[:12] = 0
    image = Image(values, image.lattice)
    # The logarithm of the mean is none where the mean is 0.
    log = helper.make_node("Log", ["doubled"], ["logged"])
    record = card_record(b"", window=[0, 1], scaled_to=[0, 1])
    lesions = [cuboid(image, (5, 8, 8), (7, 10, 10)), cuboid(image, (17, 8, 8), (19, 10, 10), "2")]
    values[12:] = 30
    found = measure(tmp_path, image, lesions, twice_mean(nodes=[log]), record)
    assert code_of(found["1"]) == "learned.non_finite"
    assert "1 of 1 values" in found["1"][1][0].text
    assert found["2"] == ({KEY: pytest.approx(np.log(2), abs=1e-6)}, ())


def test_another_number_of_values_than_the_card_says_refuses(tmp_path):
    model = twice_mean(output=floats("y", ("N", "free")))
    record = card_record(b"")
    record["output"]["length"] = 2
    image = noise()
    found = measure(tmp_path, image, [cuboid(image, (8, 8, 8), (12, 12, 12))], model, record)
    assert code_of(found["1"]) == "learned.length"
    assert "gave 1 values, and its card says 2" in found["1"][1][0].text


def test_a_model_that_fails_refuses_the_lesion(tmp_path):
    shape = numpy_helper.from_array(np.array([1, 7], np.int64), "s")
    node = helper.make_node("Reshape", ["doubled", "s"], ["shaped"])
    record, image = card_record(b""), noise()
    model = twice_mean(nodes=[node], initializers=[shape], given=floats("x", ("N", 1, "a", "b", "c")))
    found = measure(tmp_path, image, [cuboid(image, (8, 8, 8), (12, 12, 12))], model, record)
    assert code_of(found["1"]) == "learned.failed"
    assert "onnxruntime_src" not in found["1"][1][0].text


def test_a_model_that_asks_for_more_memory_than_there_is_refuses_its_lesions(tmp_path):
    """512 MB where 256 are free: a process of its own, whose limit is of the process."""
    shape = numpy_helper.from_array(np.array([128, 1024, 1024], np.int64), "s")
    nodes = [
        helper.make_node("ConstantOfShape", ["s"], ["zeros"]),
        helper.make_node("ReduceSum", ["zeros"], ["zero"], keepdims=0),
        helper.make_node("Add", ["doubled", "zero"], ["same"]),
    ]
    card = write_model(tmp_path, twice_mean(nodes=nodes, initializers=[shape]))
    code = (
        "import numpy as np; from radioimmuno.learned import model\n"
        "model.available_bytes = lambda: (256 << 20) / model.USABLE_SHARE\n"
        f"read = model.read_model({str(card)!r})\n"
        "try: model.Session(read).run(np.zeros(read.card.shape, np.float32))\n"
        "except model.Refusal as problem: print(problem.code, problem)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.startswith("learned.failed The model twice_mean failed: ")
    assert "smaller than requested bytes of 536870912" in done.stdout
    assert "onnxruntime_src" not in done.stdout


def test_a_lesion_that_is_given_many_times_has_to_fit_into_memory(tmp_path, monkeypatch):
    """32 crops of 256 x 256 x 256 voxels are 2 GB."""
    monkeypatch.setattr(memory, "available_bytes", lambda: 1e9)
    side = [256, 256, 256]
    model = twice_mean(given=floats("x", (32, 1, *side)), output=floats("y", (32, 1)))
    read = read_model(write_model(tmp_path, model, card_record(b"", crop_voxels=side, crop_mm=side)))
    with pytest.raises(Refusal, match=r"A lesion 32 times, .* would take about 2 GB") as refused:
        Session(read).run(np.zeros(read.card.shape, np.float32))
    assert refused.value.code == "settings.too_large"


def test_what_onnxruntime_does_not_open_is_refused_in_a_sentence(tmp_path):
    node = helper.make_node("Add", ["doubled", "nowhere"], ["added"])
    with pytest.raises(ModelError) as refused:
        measure(tmp_path, noise(), [], twice_mean(nodes=[node]))
    assert refused.value.code == "learned.not_opened"
    assert str(refused.value).startswith("onnxruntime ")
    assert "nowhere" in str(refused.value)


def test_a_model_of_a_fixed_number_of_lesions_is_run_too(tmp_path):
    image = noise()
    model = twice_mean(given=floats("x", (4, 1, SIDE, SIDE, SIDE)), output=floats("y", (4, 1)))
    lesions = [cuboid(image, (8, 8, 8), (12, 12, 12))]
    assert measure(tmp_path, image, lesions, model) == measure(tmp_path, image, lesions)
    # One number of all that are given at once, without an axis.
    node = helper.make_node("ReduceMean", ["y"], ["one"], keepdims=0)
    model.graph.node.append(node)
    model.graph.output[0].CopyFrom(floats("one", ()))
    record = card_record(b"")
    record["output"]["name"] = "one"
    found = measure(tmp_path, image, lesions, model, record)
    assert found == measure(tmp_path, image, lesions)


@pytest.mark.parametrize("name", ["", "none.onnx"])
def test_a_model_that_is_not_beside_its_card_is_missed(tmp_path, name):
    card = write_model(tmp_path, twice_mean())
    (tmp_path / "twice_mean.onnx").unlink()
    with pytest.raises(ModelError, match="There is no model file") as refused:
        read_model(card)
    assert refused.value.code == "learned.unreadable"


def test_a_file_of_gigabytes_is_not_read(tmp_path):
    card = write_model(tmp_path, twice_mean())
    with (tmp_path / "twice_mean.onnx").open("r+b") as stream:
        stream.truncate(3 << 30)  # takes no room on the disk
    with pytest.raises(ModelError, match="are the limit") as refused:
        read_model(card)
    assert refused.value.code == "learned.too_large"


def test_without_onnxruntime_it_says_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(ModelError, match=r'pip install "radioimmuno\[onnx\]"') as refused:
        measure(tmp_path, noise(), [])
    assert refused.value.code == "learned.no_library"


def test_nothing_is_printed_and_the_library_is_loaded_only_for_a_model(tmp_path):
    card = write_model(tmp_path, twice_mean())
    code = (
        "import sys; from radioimmuno.learned.measure import measure_learned; "
        "from radioimmuno.learned.model import read_model; assert 'onnxruntime' not in sys.modules; "
        f"from radioimmuno.learned.model import Session; Session(read_model({str(card)!r})); "
        "assert 'onnx' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_tests_models_are_sound():
    """ONNX's own checker takes them, so that a refusal is one of what a test changed."""
    onnx.checker.check_model(twice_mean(), full_check=True)
    assert (
        hashlib.sha256(twice_mean().SerializeToString()).hexdigest()
        == card_record(twice_mean().SerializeToString())["model"]["sha256"]
    )
    assert TensorProto.FLOAT == 1
