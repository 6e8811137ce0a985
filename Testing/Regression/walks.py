"""Through how many files does one read to follow an action from its beginning to what is seen of it?

Three walks, run on the bench of a checkout under a profiler: from a click on *Score* to a segment's color,
from a stroke to its segment, from a DICOM folder to an `Image`::

    python Testing/Regression/walks.py [CHECKOUT]

Counted are the product's files (no tests, no bench), by four rules, each wider than the one before. The
script prints the four numbers, and each file with how the walk comes to it.

`chain`: the files of the functions on the call stack when the walk ends (a segment gets its color, or its
voxels; the `Image` is there), on the one when the walk's value is made (the lesion's score, the segmented
mask, the `Image`), and on those that caused them: where a thread or a timer was started, back to the action.

`values`: and of the functions that made, or first returned, an object which a function of the chain takes as
an argument, where it was made after the action.

`origins`: and so on for those functions, with all that stood on the call stack when they made it; and the
files of the classes of the value and of all these objects.

`ran`: and of all functions that were called until the walk's end.

By the first three, what only reads a value on the side (tables, legends, rings) is on no way.
"""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[2]

# Classes of the values, by what they are called in the checkouts that are compared.
SCORES = ("LesionScore",)
SEGMENTED = ("Segmented", "SegmentedLesion")
IMAGES = ("Image",)

# Calls of VTK that end a walk.
COLORED = ("vtkSegment", "SetColor")
STORED = ("vtkSegment", "AddRepresentation")

LISTED = 20  # files of what ran are named where there are no more


@dataclass(frozen=True)
class Step:
    """A function on a call stack, and its arguments: identity, and file of the class where that is ours."""

    file: str
    function: str
    arguments: tuple[tuple[int, str], ...]


@dataclass(frozen=True)
class Stack:
    """The product's functions on a call stack, the innermost first; `cause` is the stack that led to it."""

    steps: tuple[Step, ...]
    cause: Stack | None = None

    def whole(self) -> Iterator[tuple[Step, int]]:
        """All steps, also of what caused it; the number says how many causes back."""
        yield from ((step, 0) for step in self.steps)
        if self.cause:
            yield from ((step, back + 1) for step, back in self.cause.whole())


@dataclass
class Recorder:
    """What is called while it is on.

    Attributes
    ----------
    values : identity of each value of the walk's classes, in the order of their making -> its class's file
    ends : stacks at the calls that end the walk
    makers : object -> stack when it was made or first returned
    ran : file -> its function that was called first, until the walk's end
    ran_until : value -> what had run when it was made
    """

    package: str
    classes: tuple[str, ...]
    end: tuple[str, str] | None
    values: dict[int, str] = field(default_factory=dict)
    ends: list[Stack] = field(default_factory=list)
    makers: dict[int, Stack] = field(default_factory=dict)
    ran: dict[str, str] = field(default_factory=dict)
    ran_until: dict[int, dict[str, str]] = field(default_factory=dict)
    is_on: bool = True
    _kept: list[Any] = field(default_factory=list)
    _threads: dict[int, Stack] = field(default_factory=dict)
    _timers: dict[int, Stack] = field(default_factory=dict)
    _callbacks: list[tuple[int, Any]] = field(default_factory=list)

    def begin(self) -> None:
        """The action begins: what was made before it does not count."""
        self.makers.clear()
        self.values.clear()
        self.ends.clear()
        self.ran.clear()
        self.ran_until.clear()

    @contextmanager
    def recording(self) -> Iterator[None]:
        """Watch all threads that are started meanwhile, and this one."""
        threading.setprofile(self._event)
        sys.setprofile(self._event)
        try:
            yield
        finally:
            sys.setprofile(None)
            threading.setprofile(None)

    def keep_on(self) -> None:
        """Go on after Qt asked for an attribute while an exception was pending: that drops a profiler."""
        from PySide6 import QtCore

        read = QtCore.QObject.__dict__["__getattribute__"]

        def read_attribute(owner: Any, name: str) -> Any:
            if (
                self.is_on
                and sys.getprofile() is None
                and threading.current_thread() is threading.main_thread()
            ):
                sys.setprofile(self._event)
            return read(owner, name)

        QtCore.QObject.__getattribute__ = read_attribute

    def _event(self, frame: FrameType, event: str, argument: Any) -> None:
        if event == "return":
            if frame.f_code.co_name == "__init__":
                # Of a dataclass it is in no file.
                made = frame.f_locals.get("self")
                if self._class_file(made):
                    self._made(frame, made)
            elif self._is_ours(frame) and argument is not None:
                self._made(frame, argument)
        elif event == "c_call":
            owner, name = type(getattr(argument, "__self__", None)).__name__, argument.__name__
            if (owner, name) == self.end:
                self.ends.append(self._stack(frame))
        elif event == "call":
            if not self.ends and self._is_ours(frame) and frame.f_code.co_name != "<module>":
                self.ran.setdefault(self._file(frame), frame.f_code.co_qualname)
            self._note_cause(frame)

    def _note_cause(self, frame: FrameType) -> None:
        """A thread is started; or the bench connects a timer, or is asked for a timer's `start`."""
        code, local = frame.f_code, frame.f_locals
        if code is threading.Thread.start.__code__:
            self._threads[id(local["self"])] = self._stack(frame)
        elif code.co_filename.endswith(("signals.py", "pythonqt.py")):
            if code.co_name == "connect" and type(local.get("sender")).__name__ == "QTimer":
                call = local["receiver"][0]
                self._callbacks.append((id(local["sender"]), getattr(call, "__func__", call).__code__))
            elif (
                code.co_name == "_get"
                and local["name"] == "start"
                and type(local["self"]).__name__ == "QTimer"
            ):
                self._timers[id(local["self"])] = self._stack(frame)

    def _made(self, frame: FrameType, value: Any) -> None:
        if isinstance(value, (str, bytes, int, float, type)) or id(value) in self.makers:
            return
        self._kept.append(value)
        self.makers[id(value)] = self._stack(frame)
        if type(value).__name__ in self.classes:
            self.values[id(value)] = self._class_file(value)
            self.ran_until[id(value)] = dict(self.ran)

    def _stack(self, frame: FrameType | None) -> Stack:
        steps, root = [], None
        while frame is not None:
            if self._is_ours(frame):
                root = frame.f_code
                steps.append(Step(self._file(frame), root.co_qualname, self._arguments(frame)))
            frame = frame.f_back
        return Stack(tuple(steps), self._cause(root))

    def _arguments(self, frame: FrameType) -> tuple[tuple[int, str], ...]:
        code, local = frame.f_code, frame.f_locals
        names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
        values = [local[name] for name in names if name in local]
        # Kept, so that no other object gets the identity of one.
        self._kept += values
        return tuple((id(value), self._class_file(value)) for value in values)

    def _cause(self, root: Any) -> Stack | None:
        thread = threading.current_thread()
        if thread is not threading.main_thread():
            return self._threads.get(id(thread))
        started = [
            self._timers[timer] for timer, code in self._callbacks if code is root and timer in self._timers
        ]
        return started[-1] if started else None

    def _class_file(self, value: Any) -> str:
        module = sys.modules.get(type(value).__module__)
        file = getattr(module, "__file__", None) or ""
        return file[len(self.package) + 1 :] if file.startswith(self.package) else ""

    def _is_ours(self, frame: FrameType) -> bool:
        return frame.f_code.co_filename.startswith(self.package)

    def _file(self, frame: FrameType) -> str:
        return frame.f_code.co_filename[len(self.package) + 1 :]


def reached(recorder: Recorder, value: int) -> dict[str, dict[str, str]]:
    """For each rule the files of the walk to a value and to its end, each with how it is come to."""
    made = recorder.makers[value]
    ends = [stack for stack in recorder.ends if stack.steps][:1]
    steps = [step for stack in (*ends, made) for step, _ in stack.whole()]
    chain, values = {}, {}
    for step in steps:
        chain.setdefault(step.file, step.function)
    for step in steps:
        for argument, _ in step.arguments:
            if argument in recorder.makers:
                maker = recorder.makers[argument].steps[0]
                values.setdefault(maker.file, f"{maker.function}, for {step.function}")
    origins = chain | values | {recorder.values[value]: "class of the value"} | _origins(recorder, steps)
    ran = recorder.ran if ends else recorder.ran_until[value]
    return {"chain": chain, "values": chain | values, "origins": origins, "ran": origins | ran}


def _origins(recorder: Recorder, steps: list[Step]) -> dict[str, str]:
    files: dict[str, str] = {}
    classes: dict[str, str] = {}
    seen, todo = set(), list(steps)
    while todo:
        step = todo.pop(0)
        files.setdefault(step.file, step.function)
        for argument, class_file in step.arguments:
            if argument in recorder.makers and argument not in seen:
                seen.add(argument)
                todo += [maker for maker, _ in recorder.makers[argument].whole()]
                if class_file:
                    classes.setdefault(class_file, f"class of an argument of {step.function}")
    return classes | files


def score_to_color(bench: Any, recorder: Recorder) -> None:
    """A click on Score, until the lesions have their colors."""
    from patients import addPatient, select, waitIdle

    from slicerbench.hands import click

    panel = bench.open()
    select(panel, addPatient())
    recorder.begin()
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)


def stroke_to_segment(bench: Any, recorder: Recorder) -> None:
    """The second end of a stroke is set in a view, until the segment is there."""
    import stroking

    from slicerbench.window import BenchWindow

    bench.open()
    window = BenchWindow(bench, (1100, 700))
    ready = bench.widget, window.views[0], stroking.addTumorPatient(bench)
    recorder.begin()
    stroking.drawn(bench, ready)
    window.close()


def dicom_to_image(read_ct: Callable[[Path], Any], recorder: Recorder) -> Any:
    """A folder of DICOM files is read; returned is what has the `Image`."""
    import tempfile

    from dicom_series import ct_series, hu_values, write

    with tempfile.TemporaryDirectory() as folder:
        write(Path(folder), ct_series(hu_values()))
        recorder.begin()
        return read_ct(Path(folder))


def main() -> int:
    """Print the files of the three walks."""
    checkout = Path(sys.argv[1] if len(sys.argv) > 1 else REPOSITORY).resolve()
    package = checkout / "RadioImmunoScore"
    tests = checkout / "Testing" / "Python"
    sys.path[:0] = map(
        str, (package, checkout / "Testing" / "Bench", tests, tests / "panel", tests / "scene")
    )
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from slicerbench.session import Bench

    for name, classes, end, action in (
        ("Score click to segment color", SCORES, COLORED, score_to_color),
        ("stroke to segment", SEGMENTED, STORED, stroke_to_segment),
    ):
        recorder = Recorder(str(package), classes, end)
        with recorder.recording(), Bench(package / "RadioImmunoScore.py") as bench:
            recorder.keep_on()
            action(bench, recorder)
            recorder.is_on = False
        show(name, reached(recorder, next(iter(recorder.values))))
    recorder = Recorder(str(package), IMAGES, None)
    with recorder.recording():
        read = dicom_to_image(reader_of_ct(), recorder)
    show("DICOM folder to Image", reached(recorder, id(read.image)))
    return 0


def reader_of_ct() -> Callable[[Path], Any]:
    """The function that reads a CT, wherever the checkout has it."""
    import importlib

    for folder in ("io", "reading"):
        try:
            return importlib.import_module(f"radioimmuno.{folder}.ct").read_ct
        except ModuleNotFoundError:
            continue
    raise SystemExit("no module of this checkout reads a CT")


def show(name: str, rules: dict[str, dict[str, str]]) -> None:
    """Print a walk: its numbers, and the files by the first rule that has them."""
    print(f"{name}: " + ", ".join(f"{rule} {len(files)}" for rule, files in rules.items()))
    shown: set[str] = set()
    for rule, files in rules.items():
        for file, how in files.items():
            if file not in shown and (rule != "ran" or len(files) <= LISTED):
                print(f"  {rule:8} {file:56} {how}")
        shown |= set(files)


if __name__ == "__main__":
    raise SystemExit(main())
