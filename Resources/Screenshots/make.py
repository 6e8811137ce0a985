"""Make the pictures again: the scored demonstration patient in the panel (light, dark) and in a window.

python Resources/Screenshots/make.py               the pictures of README and tutorial, beside this file
python Resources/Screenshots/make.py FOLDER        the panel in every width, size of letters and palette
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
REPOSITORY = HERE.parents[1]
MODULE = REPOSITORY / "RadioImmunoScore" / "RadioImmunoScore.py"
sys.path[:0] = [str(MODULE.parent), str(REPOSITORY / "Testing" / "Bench")]
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

PANEL_SIZE, WINDOW, LAPTOP = (450, 760), (1500, 950), (1366, 768)


def main() -> None:
    """Write the pictures of the documents, or those that are looked at before a release."""
    from slicerbench.gallery import everyLook
    from slicerbench.session import qtApplication

    qtApplication()
    if sys.argv[1:]:
        print(*everyLook(MODULE, Path(sys.argv[1])), sep="\n")
    else:
        _ofTheDocuments()


def _ofTheDocuments() -> None:
    """Write panel-light.png, panel-dark.png, window.png and laptop.png beside this file."""
    from RadioImmunoScoreLib.services.demonstration import simulate
    from slicerbench.gallery import scoredWindow
    from slicerbench.palettes import applyPalette

    patient = simulate()
    for palette in ("dark", "light"):
        applyPalette(palette)
        with scoredWindow(MODULE, WINDOW, patient, isTested=True) as window:
            window.setPanelSize(*PANEL_SIZE)
            window.panelScreenshot(HERE / f"panel-{palette}.png")
    for name, size in (("window", WINDOW), ("laptop", LAPTOP)):
        with scoredWindow(MODULE, size, patient) as window:
            window.screenshot(HERE / f"{name}.png")


if __name__ == "__main__":
    main()
