"""A window for all tests that draw."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session", autouse=True)
def window_that_stays():
    """While one window is there, the libraries that draw are not loaded anew for each of the others."""
    from RadioImmunoScoreLib.headless.views import offscreenWindow

    window = offscreenWindow((16, 16))
    window.Render()
    yield
    window.Finalize()
