"""The paths of a command line: what is read, what is written, and that the two never meet."""

from __future__ import annotations

import argparse
import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .exit_status import Failure


@dataclass(frozen=True)
class Output:
    """What a command was told to write."""

    path: Path
    is_folder: bool = False
    endings: Sequence[str] = ()


class Input(argparse.Action):
    """An argument that names a file or a folder to read.

    Parameters
    ----------
    words : collection of str
        Values that are no names of files.
    parts : sequence of str
        What is read of a folder, where that is not all of it.
    """

    def __init__(
        self, *arguments: Any, words: Collection[str] = (), parts: Sequence[str] = ("",), **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._words, self._parts = words, parts

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value, and that it is an input."""
        setattr(namespace, self.dest, values)
        named = values if isinstance(values, list) else [values]
        for value in named:
            if value is not None and value not in self._words:
                read = (Path(value, part) for part in self._parts)
                namespace.inputs = (*namespace.inputs, *read)


class InputOfMany(Input):
    """An input that may be named several times: each comes behind those before."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value behind those before it."""
        before = getattr(namespace, self.dest)
        super().__call__(parser, namespace, values, option_string)
        setattr(namespace, self.dest, [*before, values])


class OutputPath(argparse.Action):
    """An argument that names a file or a folder to write.

    Parameters
    ----------
    endings : sequence of str
        What the name of a file has to end in; anything where there are none.
    is_folder : bool
        Whether it is a folder.
    """

    def __init__(
        self, *arguments: Any, endings: Sequence[str] = (), is_folder: bool = False, **options: Any
    ) -> None:
        super().__init__(*arguments, **options)
        self._endings, self._is_folder = endings, is_folder

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: Any,
        option_string: str | None = None,
    ) -> None:
        """Store the value, and that it is the output."""
        setattr(namespace, self.dest, values)
        namespace.output = Output(values, self._is_folder, self._endings)


def add_out_file(parser: argparse.ArgumentParser, endings: Sequence[str], help_text: str) -> None:
    """The option of commands that write one file with one of these endings."""
    parser.add_argument(
        "--out",
        metavar="FILE",
        type=Path,
        action=OutputPath,
        endings=endings,
        required=True,
        help=help_text,
    )


def add_out_folder(parser: argparse.ArgumentParser, help_text: str = "folder for what is written") -> None:
    """The options of commands that write a folder of results."""
    parser.add_argument(
        "--out",
        metavar="DIR",
        type=Path,
        action=OutputPath,
        is_folder=True,
        required=True,
        help=help_text,
    )
    parser.add_argument(
        "--force",
        action="store_true",
        help="replace earlier results in that folder even where they were edited since; other files are "
        "never replaced",
    )


@contextmanager
def guarded(output: Output | None, inputs: Sequence[Path]) -> Iterator[None]:
    """Let a command run that reads files and folders, and whose output is no input and can be written.

    Folders that were made for the output are removed when the command fails.

    Raises
    ------
    OutputError
        `output.is_input`.
    Failure
        When the output is a folder instead of a file, or the other way round, or its place cannot be
        written to; when an input is neither a file nor a folder.
    """
    for path in inputs:
        if path.exists() and not (path.is_file() or path.is_dir()):
            # To read one may take for ever.
            raise Failure(f"{path} is a pipe, a device or a socket; name a file or a folder")
    if output is None:
        yield
        return
    from radioimmuno.files.outputs import check_output

    _check_kind(output)
    check_output(output.path, inputs)
    made = _make_folder(Path(os.path.realpath(output.path)).parent)
    try:
        yield
    except BaseException:
        for folder in reversed(made):
            with suppress(OSError):
                folder.rmdir()
        raise


def _check_kind(output: Output) -> None:
    path = output.path
    if output.endings and not path.name.lower().endswith(tuple(output.endings)):
        raise Failure(f"--out {path}: the name has to end in one of {', '.join(output.endings)}")
    if not path.exists() or (path.is_dir() if output.is_folder else path.is_file()):
        return
    if output.is_folder:
        raise Failure(f"--out {path} is a file; name a folder")
    if path.is_dir():
        raise Failure(f"--out {path} is a folder; name a file")
    raise Failure(f"--out {path} is a device or a pipe; name a file")


def _make_folder(folder: Path) -> list[Path]:
    """Make a folder and those around it; the new ones, outermost first."""
    made = []
    for place in (*reversed(folder.parents), folder):
        if not place.exists() and place.parent.is_dir():
            place.mkdir()
            made.append(place)
    if not folder.is_dir():
        raise Failure(f"{folder}: Not a directory")
    if not os.access(folder, os.W_OK | os.X_OK):
        raise Failure(f"the folder {folder} cannot be written to")
    return made
