"""Open the panel on a screen, with the simulated patient loaded."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
MODULE = REPOSITORY / "RadioImmunoScore" / "RadioImmunoScore.py"


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("--palette", choices=("light", "dark"), default="light")
    parser.add_argument("--screenshot", type=Path, help="write a picture of the window and end")
    arguments = parser.parse_args()
    sys.path[:0] = [str(REPOSITORY / "RadioImmunoScore"), str(Path(__file__).parent)]
    from PySide6 import QtWidgets

    from slicerbench.demonstration import loadDemonstration
    from slicerbench.palettes import applyPalette
    from slicerbench.session import Bench
    from slicerbench.window import BenchWindow

    with Bench(MODULE) as bench:
        applyPalette(arguments.palette)
        window = BenchWindow(bench)
        loadDemonstration(bench)
        if arguments.screenshot:
            window.screenshot(arguments.screenshot)
            window.close()
            return 0
        return QtWidgets.QApplication.exec()


if __name__ == "__main__":
    sys.exit(main())
