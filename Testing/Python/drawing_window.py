"""Windows for all tests that draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


class KeptWindows:
    """Offscreen windows that views hand on to each other: a new one takes seven pictures' time for its first.

    Parameters
    ----------
    make : callable
        `offscreenWindow`, from a size to a window.
    """

    def __init__(self, make: Callable[[tuple[int, int]], Any]) -> None:
        self._make = make
        self._free: list[Any] = []

    def take(self, size: tuple[int, int]) -> Any:
        """A window of this width and height, px, its edges jagged: smooth ones double the time of drawing."""
        window = self._free.pop() if self._free else self._make(size)
        window.SetSize(*size)
        window.SetMultiSamples(0)
        window.SetNumberOfLayers(1)
        window.Finalize = lambda: self._putBack(window)
        return window

    def end(self) -> None:
        """Free the windows that were put back."""
        for window in self._free:
            del window.Finalize
            window.Finalize()

    def _putBack(self, window: Any) -> None:
        renderers = window.GetRenderers()
        for renderer in [renderers.GetItemAsObject(n) for n in range(renderers.GetNumberOfItems())]:
            window.RemoveRenderer(renderer)
        window.SetInteractor(None)
        self._free.append(window)


@pytest.fixture(scope="session", autouse=True)
def kept_windows():
    """All views of the process draw in windows of one store."""
    from RadioImmunoScoreLib.headless import views

    make = views.offscreenWindow
    windows = KeptWindows(make)
    views.offscreenWindow = windows.take
    yield
    views.offscreenWindow = make
    windows.end()
