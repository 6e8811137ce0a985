"""Modal dialogs, which would block a test for ever: answered beforehand, or refused."""

from __future__ import annotations

from types import TracebackType
from typing import Any

from PySide6 import QtWidgets

_ASKING = {
    QtWidgets.QFileDialog: ("getOpenFileName", "getOpenFileNames", "getSaveFileName", "getExistingDirectory"),
    QtWidgets.QMessageBox: ("information", "question", "warning", "critical", "about", "exec", "exec_"),
    QtWidgets.QInputDialog: ("getText", "getItem", "getInt", "getDouble"),
    QtWidgets.QDialog: ("exec", "exec_"),
}


class UnansweredDialogError(AssertionError):
    """A dialog was opened that nobody had prepared an answer for."""


class Dialogs:
    """While it is open, a dialog returns the next of `answers`; `opened` has (name, arguments) of each."""

    def __init__(self) -> None:
        self.answers: list[Any] = []
        self.opened: list[tuple[str, tuple[Any, ...]]] = []

    def __enter__(self) -> Dialogs:
        self._before = [
            (kind, name, vars(kind).get(name)) for kind, names in _ASKING.items() for name in names
        ]
        for kind, name, _ in self._before:
            setattr(kind, name, self._asked(f"{kind.__name__}.{name}", name.startswith("exec")))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for owner, name, value in self._before:
            if value is None:
                delattr(owner, name)
            else:
                setattr(owner, name, value)

    def _asked(self, name: str, isMethod: bool) -> Any:
        def answer(*args: Any, **options: Any) -> Any:
            self.opened.append((name, args))
            if not self.answers:
                raise UnansweredDialogError(f"{name} was opened: {args[isMethod:]}")
            return self.answers.pop(0)

        return answer if isMethod else staticmethod(answer)
