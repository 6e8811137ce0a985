"""How many clicks ten tasks in the panel take, beside those that they took before the panel had tabs.

Each task is done on the bench with the mouse, in a module panel of 450 x 560 px, and ends in a check of what
was reached; `slicerbench.clicks` says what counts. The patient is the demonstration patient. A task starts
with the panel as it is after opening, all scrolled up::

    make benchmark-tasks
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from dataclasses import dataclass

import task_desk as at
from PySide6 import QtWidgets
from task_desk import Desk, atDesk

# The panel of one page, by the same rules with the same hands, each task in the shortest way that there was.
BEFORE = "commit a5a0b7a, 2026-11-26"
# Columns of the table of lesions by their titles.
LESION, SCORE, STATUS, IRRADIATED = "Lesion", "Score", "Status", "RT"
# Of the table of what was found: the cells with the repairs. Of the metrics: the column of the irradiated.
REPAIR, IRRADIATED_COLUMN = 1, 1


@dataclass(frozen=True)
class Task:
    """A task for somebody who sits before the panel.

    Attributes
    ----------
    title : str
    before : int
        How many clicks it took before.
    start : callable
        Brings about where it starts.
    journey : callable
        Does it.
    """

    title: str
    before: int
    start: Callable[[Desk], None]
    journey: Callable[[Desk], None]


def demonstrationToScore(desk: Desk) -> None:
    """Load the demonstration patient and score it."""
    desk.hand.click(desk.ui.demonstrationButton)
    at.untilLoaded(desk)
    desk.hand.click(desk.ui.scoreButton)
    desk.rest()
    at.isScored(desk)


def ownCtToScore(desk: Desk) -> None:
    """The one CT and the one segmentation are chosen by themselves."""
    desk.hand.click(desk.ui.scoreButton)
    desk.rest()
    at.isScored(desk)


def strokeToScore(desk: Desk) -> None:
    """Draw across the lesion, and score it."""
    desk.hand.clickTab(desk.ui.tabs, desk.ui.segmentTab)
    desk.hand.click(desk.ui.newButton)
    desk.hand.stroke(desk.window.views[0], desk.ends)
    at.untilSegmented(desk)
    if any(row.score is None for row in desk.session.rows):
        desk.hand.clickTab(desk.ui.tabs, desk.ui.scoreTab)
        desk.hand.click(desk.ui.scoreButton)
        desk.rest()
    at.isScored(desk)


def whyRefused(desk: Desk) -> None:
    """Point at the word that says that the lesion has no score."""
    status = desk.hand.pointAtCell(desk.ui.lesionTable, desk.row(at.SMALL), desk.column(STATUS))
    assert at.WHY in status


def lowest(desk: Desk) -> None:
    """Sort by score, and select the first."""
    desk.hand.clickHeader(desk.ui.lesionTable, desk.column(SCORE))
    desk.rest()
    desk.hand.clickCell(desk.ui.lesionTable, 0, desk.column(LESION))
    desk.rest()
    at.isLowestSelected(desk, desk.session.selection.segmentID)


def leaveOut(desk: Desk) -> None:
    """Take the tick away."""
    desk.hand.tickCell(desk.ui.lesionTable, desk.row(at.LEFT_OUT), desk.column(LESION))
    desk.rest()
    at.isLeftOut(desk)


def irradiatedSubset(desk: Desk) -> None:
    """Mark two lesions, and read the mean of their scores."""
    for segmentID in at.IRRADIATED:
        desk.hand.tickCell(desk.ui.lesionTable, desk.row(segmentID), desk.column(IRRADIATED))
    desk.rest()
    table = desk.ui.metricsTable
    desk.hand.clickTab(desk.ui.tabs, desk.ui.patientTab)
    desk.hand.look(table)
    titles = [table.verticalHeaderItem(row).text() for row in range(table.rowCount)]
    at.areIrradiated(desk, table.item(titles.index("mean"), IRRADIATED_COLUMN).text())


def repairHole(desk: Desk) -> None:
    """Check, and press the button that is named by the repair."""
    desk.hand.clickTab(desk.ui.tabs, desk.ui.segmentTab)
    desk.hand.click(desk.ui.checkButton)
    desk.rest()
    found = desk.session.state.checks.found
    row = next(n for n, each in enumerate(found) if each.finding.code == "lesion.holes")
    desk.hand.click(desk.ui.checkTable.cellWidget(row, REPAIR).findChild(QtWidgets.QToolButton))
    desk.rest()
    at.isFilled(desk)


def report(desk: Desk) -> None:
    """Write the report."""
    desk.hand.clickTab(desk.ui.tabs, desk.ui.patientTab)
    desk.dialogs.answers.append(str(desk.folder / "scores.html"))
    desk.hand.click(desk.ui.htmlButton)
    desk.hand.dialog()
    desk.rest()
    at.isReported(desk)


def originalColors(desk: Desk) -> None:
    """Turn the colors by score off."""
    desk.hand.click(desk.ui.colorCheckBox)
    desk.rest()
    at.areOriginal(desk)


TASKS = (
    Task("demonstration to first score", 3, at.empty, demonstrationToScore),
    Task("own CT to first score", 6, at.loaded, ownCtToScore),
    Task("stroke to score", 5, at.oneMissing, strokeToScore),
    Task("why is this lesion refused", 2, at.oneRefused, whyRefused),
    Task("which is the lowest", 2, at.scored, lowest),
    Task("exclude a lesion", 1, at.scored, leaveOut),
    Task("irradiated subset", 4, at.noneIrradiated, irradiatedSubset),
    Task("repair a hole", 4, at.oneHollow, repairHole),
    Task("report", 5, at.scored, report),
    Task("back to original colors", 3, at.scored, originalColors),
)


def main() -> int:
    """Do the tasks and print the counts; 1 when a task takes more than before, or all take too much."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("words", nargs="*", help="only tasks whose title has one of these")
    parser.add_argument("--steps", action="store_true", help="say what each click was")
    arguments = parser.parse_args()
    chosen = [t for t in TASKS if not arguments.words or any(word in t.title for word in arguments.words)]
    print(f"clicks before ({BEFORE}) and now")
    now = 0
    isWorse = False
    for task in chosen:
        try:
            steps = atDesk(task.start, task.journey)
        except (AssertionError, TimeoutError) as problem:
            print(f"{task.title:32}{task.before:4}   - {problem}", flush=True)
            isWorse = True
            continue
        now += len(steps)
        isWorse |= len(steps) > task.before
        print(f"{task.title:32}{task.before:4}{len(steps):4}", flush=True)
        if arguments.steps:
            print("".join(f"      {step}\n" for step in steps), end="")
    before = sum(task.before for task in chosen)
    print(f"{'all':32}{before:4}{now:4}")
    return int(isWorse or 3 * now > 2 * before)


if __name__ == "__main__":
    sys.exit(main())
