"""Make the pictures again: the scored demonstration patient in the panel (light, dark) and in a window.

python Resources/Screenshots/make.py               the pictures of README and tutorials, beside this file
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
# High enough for all of the follow-up.
WHOLE_PANEL = (450, 2400)


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
    """Write the pictures of the demonstration patient and of its follow-up beside this file."""
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
    _ofThePet()
    _ofTheFollowUp()


def _ofThePet() -> None:
    """Write pet.png, the demonstration patient with its PET in front, beside this file."""
    from slicerbench.gallery import petWindow

    with petWindow(MODULE, WINDOW) as window:
        window.screenshot(HERE / "pet.png")


def _ofTheFollowUp() -> None:
    """Write follow-up-start.png, -window.png, -table.png, -response.png and -plots.png beside this file."""
    from slicerbench.gallery import emptyWindow, followedWindow, rest, reveal

    with emptyWindow(MODULE, WINDOW) as window:
        window.setPanelSize(PANEL_SIZE[0], 620)
        window.panelScreenshot(HERE / "follow-up-start.png")
    with followedWindow(MODULE, WINDOW) as window:
        ui = window.bench.widget.panel.ui
        window.setPanelSize(*WHOLE_PANEL)
        window.partScreenshot(HERE / "follow-up-table.png", ui.studiesTable, ui.assessmentRow)
        followUp = window.bench.widget.panel.session.followUp
        followUp.pair(followUp.state.selectedID, followUp.state.candidates[0][0])
        followUp.setColorBy("score change")
        rest(window.bench)
        window.partScreenshot(HERE / "follow-up-response.png", ui.courseDisplayRow, ui.moreAnswersButton)
        window.partScreenshot(HERE / "follow-up-plots.png", ui.spiderLabel, ui.waterfallLabel)
        window.resize(*WINDOW)
        window.setPanelSize(PANEL_SIZE[0])
        reveal(ui.courseTable)
        window.screenshot(HERE / "follow-up-window.png")


if __name__ == "__main__":
    main()
