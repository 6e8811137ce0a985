"""Make the screenshots again: the scored demonstration patient in the panel (light, dark) and in a window."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
MODULE = REPOSITORY / "RadioImmunoScore" / "RadioImmunoScore.py"
WIDTH, HEIGHT = 450, 1780
WINDOW = (1500, 950)
TIMEOUT_S = 120


def main() -> None:
    """Write panel-light.png, panel-dark.png and window.png beside this file."""
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
    applyPalette("light")
    _window()


def _window() -> None:
    """The panel beside slice and 3D views, the least infiltrated lesion selected."""
    from slicerbench.demonstration import showPatient
    from slicerbench.session import Bench
    from slicerbench.window import BenchWindow

    with Bench(MODULE) as bench:
        _scored(bench)
        segmentationNode = bench.widget.panel.session.inputs.segmentationNode
        segmentationNode.CreateClosedSurfaceRepresentation()
        window = BenchWindow(bench, WINDOW)
        showPatient(bench, bench.widget.panel.session.inputs.volumeNode)
        bench.widget.panel.selectLesion(bench.widget.panel.session.patient.metrics.minimum_lesion)
        bench.process(200)
        window.screenshot(HERE / "window.png")
        window.close()


def _scored(bench) -> None:
    panel = bench.open(WIDTH, HEIGHT).panel
    panel.loadDemonstration()
    _waitIdle(bench, panel.session)
    panel.session.score()
    _waitIdle(bench, panel.session)
    panel.stability.test()
    _waitIdle(bench, panel.session)
    panel.selectLesion(panel.session.patient.metrics.minimum_lesion)
    bench.process(100)


def _waitIdle(bench, session) -> None:
    end = time.monotonic() + TIMEOUT_S
    while session.jobs.state != "idle":
        bench.process(5)
        if time.monotonic() > end:
            raise TimeoutError("the panel does not come to rest")


if __name__ == "__main__":
    main()
