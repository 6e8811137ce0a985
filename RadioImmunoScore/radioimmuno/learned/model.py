"""A model of an outside file: read and checked whole, then run by onnxruntime, always in the same way.

onnxruntime is an optional library, imported only when a model is run.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from ..findings import ModelError, Refusal
from ..memory import USABLE_SHARE, available_bytes, require_memory
from .card import ModelCard, read_card

INSTALL = 'pip install "radioimmuno[onnx]"'

# Larger than any network for crops of some ten voxels a side: 64 million weights in single precision.
MAX_MODEL_BYTES = 256 << 20
# The file, onnxruntime's copy of it while it is read, and the weights.
MODEL_COPIES = 3

PROVIDERS = ("CPUExecutionProvider",)
# Take what is asked for, and not the next power of two.
AS_REQUESTED = 1
SILENT = 4
# What onnxruntime says besides the error: its name, a number, a kind, and the place in its own source.
BESIDES = re.compile(r"^\[ONNXRuntimeError\] : \d+ : \w+ : |\S*onnxruntime\S*\.(h|cc):\d+ [^(]*\(.*?\) ")
MAX_MESSAGE = 300


@dataclass(frozen=True, eq=False)
class LearnedModel:
    """A model that may be run: its card, and the bytes of its file, which were checked against it.

    Parameters
    ----------
    card : ModelCard
    content : bytes
    """

    card: ModelCard
    content: bytes

    def __post_init__(self) -> None:
        from .check import check_model

        check_model(self.content, self.card)


def read_model(card: str | os.PathLike[str]) -> LearnedModel:
    """The model of a card's file; the model file lies beside it.

    Parameters
    ----------
    card : path-like

    Returns
    -------
    LearnedModel

    Raises
    ------
    ModelError
        When card or model cannot be used.
    Refusal
        `settings.too_large` when there is not enough memory for the model.
    """
    read = read_card(Path(card))
    return LearnedModel(read, _read(Path(card).parent / read.file))


class Session:
    """A model that is open.

    One thread, one operator after the other as the file has them: the same values on each run, whatever the
    machine, and none that an optimization changed.

    Parameters
    ----------
    model : LearnedModel

    Raises
    ------
    ModelError
        `learned.no_library` without onnxruntime, `learned.not_opened` when it does not take the model.
    """

    def __init__(self, model: LearnedModel) -> None:
        self._card = model.card
        runtime = onnxruntime()
        options = runtime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.execution_mode = runtime.ExecutionMode.ORT_SEQUENTIAL
        options.graph_optimization_level = runtime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.use_deterministic_compute = True
        options.log_severity_level = SILENT
        # The bytes are ONNX, whatever they look like.
        options.add_session_config_entry("session.load_model_format", "ONNX")
        # Memory has a limit, and is given back between lesions.
        _limit_memory()
        options.add_session_config_entry("session.use_env_allocators", "1")
        self._run_options = runtime.RunOptions()
        self._run_options.log_severity_level = SILENT
        self._run_options.add_run_config_entry("memory.enable_memory_arena_shrinkage", "cpu:0")
        try:
            self._session = runtime.InferenceSession(model.content, options, providers=list(PROVIDERS))
        except Exception as error:  # onnxruntime's errors have no class of their own
            text = f"onnxruntime {runtime.__version__} does not open {self._card.file}: {_message(error)}."
            raise ModelError("learned.not_opened", text) from None
        batch = self._session.get_inputs()[0].shape[0]
        self._batch = batch if isinstance(batch, int) else 1

    def run(self, given: np.ndarray) -> np.ndarray:
        """The model's values of one lesion.

        Parameters
        ----------
        given : ndarray of float32, shape (channels, k, j, i)
            Of the card's shape.

        Returns
        -------
        ndarray of float64, shape (card.outputs,)

        Raises
        ------
        Refusal
            When memory does not suffice, the model fails, or its values are too many, too few or no numbers.
        """
        card = self._card
        require_memory(given.nbytes * self._batch, f"A lesion {self._batch} times, as {card.name} takes it,")
        # Alone, so that no other lesion has a part in the values; as often as the model takes at once.
        batch = np.repeat(given[None], self._batch, axis=0)
        try:
            (found,) = self._session.run([card.output_name], {card.input_name: batch}, self._run_options)
        except Exception as error:
            text = f"The model {card.name} failed: {_message(error)}."
            raise Refusal("learned.failed", text) from None
        values = np.asarray(found if self._batch == 1 else np.atleast_1d(found)[0], float).ravel()
        if values.size != card.outputs:
            text = f"The model {card.name} gave {values.size} values, and its card says {card.outputs}."
            raise Refusal("learned.length", text)
        bad = np.flatnonzero(~np.isfinite(values))
        if bad.size:
            text = (
                f"{bad.size} of {values.size} values of the model {card.name} are not numbers, the first is"
            )
            raise Refusal("learned.non_finite", f"{text} {card.keys[bad[0]]} ({values[bad[0]]}).")
        return values


def onnxruntime() -> Any:
    """The library, silent.

    Raises
    ------
    ModelError
        `learned.no_library` when it is not installed.
    """
    try:
        import onnxruntime as runtime
    except ImportError:
        text = f"Learned features need the library onnxruntime, which is not installed: {INSTALL}"
        raise ModelError("learned.no_library", text) from None
    runtime.set_default_logger_severity(SILENT)
    runtime.disable_telemetry_events()
    return runtime


@lru_cache(maxsize=1)
def _limit_memory() -> None:
    """Models take no more than what is free: a few bytes of a file can ask for any amount.

    Once for the process: onnxruntime registers an allocator, which sessions may use.
    """
    runtime = onnxruntime()
    kind = runtime.OrtAllocatorType.ORT_ARENA_ALLOCATOR
    of_cpu = runtime.OrtMemoryInfo("Cpu", kind, 0, runtime.OrtMemType.DEFAULT)
    most = int(USABLE_SHARE * available_bytes())
    limit = runtime.OrtArenaCfg({"max_mem": most, "arena_extend_strategy": AS_REQUESTED})
    runtime.create_and_register_allocator(of_cpu, limit)


def _read(path: Path) -> bytes:
    with _readable(path), path.open("rb") as stream:
        size = os.fstat(stream.fileno()).st_size
        if size > MAX_MODEL_BYTES:
            text = f"{path.name} has {size / 1e6:,.0f} MB; {MAX_MODEL_BYTES / 1e6:,.0f} MB are the limit."
            raise ModelError("learned.too_large", text)
        require_memory(MODEL_COPIES * size, f"The model {path.name}")
        # It may be no file of a known size.
        return stream.read(MAX_MODEL_BYTES)


@contextmanager
def _readable(path: Path) -> Iterator[None]:
    if not path.is_file():
        raise ModelError("learned.unreadable", f"There is no model file {path}; it belongs beside its card.")
    try:
        yield
    except OSError as problem:
        raise ModelError("learned.unreadable", f"{path} cannot be read: {problem.strerror}.") from problem


def _message(error: Exception) -> str:
    """What onnxruntime says, in one line and without the place in its source."""
    first = next(iter(BESIDES.sub("", str(error)).strip().splitlines()), type(error).__name__)
    return first[:MAX_MESSAGE].rstrip(". ")
