"""What the panel shows kept apart from what the user does; and the line for its messages."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any


class UpdateGuard:
    """True while the panel is being filled: what widgets signal meanwhile is not the user's doing."""

    def __init__(self) -> None:
        self._isOn = False

    def __enter__(self) -> None:
        self._isOn = True

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._isOn = False

    def __bool__(self) -> bool:
        return self._isOn

    def unless(self, called: Callable[[Any], Any]) -> Callable[[Any], Any]:
        """`called`, when it is the user who chose the value."""
        return lambda value: None if self._isOn else called(value)


class MessageLine:
    """The line that says what happened; hidden as long as there is no message.

    Parameters
    ----------
    label : QLabel
    subject : callable
        Gives what a message is about: it goes when that is another.
    """

    def __init__(self, label: Any, subject: Callable[[], Any]) -> None:
        self._label, self._subject = label, subject
        self._isCurrent: Callable[[], bool] = lambda: True

    @property
    def text(self) -> str:
        """The message."""
        return self._label.text

    def show(self, text: str, isCurrent: Callable[[], bool] | None = None) -> None:
        """Show a sentence instead of the last one; empty for none.

        Parameters
        ----------
        isCurrent : callable, optional
            Whether what the sentence is about is still so; asked by `refresh`.
        """
        about = self._subject()
        self._isCurrent = lambda: about == self._subject() and (isCurrent is None or isCurrent())
        self._label.setText(text)
        self._label.setVisible(bool(text))

    def clear(self) -> None:
        """Another action begins: the message belongs to the last one."""
        self.show("")

    def refresh(self) -> None:
        """Take away a message about what is gone or is another now."""
        if self.text and not self._isCurrent():
            self.clear()
