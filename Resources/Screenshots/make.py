"""Make the panel's screenshots again: the scored demonstration patient, light and dark, 450 pixels wide."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
MODULE = REPOSITORY / "RadioImmunoScore" / "RadioImmunoScore.py"
WIDTH, HEIGHT = 450, 1560
TIMEOUT_S = 120


def main() -> None:
    """Write panel-light.png and panel-dark.png beside this file."""
    sys.path[:0] = [str(MODULE.parent), str(REPOSITORY / "Testing" / "Bench")]
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    from slicerbench.palettes import applyPalette
    from slicerbench.session import Bench, qtApplication

    qtApplication()
    for palette in ("light", "dark"):
        applyPalette(palette)
        with Bench(MODULE) as bench:
            _scored(bench)
            bench.panel.grab().save(str(HERE / f"panel-{palette}.png"))


def _scored(bench) -> None:
    panel = bench.open(WIDTH, HEIGHT).panel
    panel.loadDemonstration()
    _waitIdle(bench, panel.session)
    panel.session.score()
    _waitIdle(bench, panel.session)
    panel.selectLesion(panel.session.patient.metrics.minimum_lesion)
    bench.process(100)


def _waitIdle(bench, session) -> None:
    end = time.monotonic() + TIMEOUT_S
    while session.state != "idle":
        bench.process(5)
        if time.monotonic() > end:
            raise TimeoutError("the panel does not come to rest")


if __name__ == "__main__":
    main()
