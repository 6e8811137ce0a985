"""Pictures of the panel with the scored demonstration patient, in every width, letter and palette."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from PySide6 import QtCore, QtWidgets

from .demonstration import showPatient
from .layouts import Layouts
from .palettes import applicationFont, applyPalette
from .session import Bench
from .window import BenchWindow

TABS = ("score", "segment", "patient")
# What a PET adds to is seen in these.
PET_TABS, PET_WIDTHS_PX = ("score", "patient"), (330, 450)
PALETTES, POINTS, WIDTHS_PX = ("light", "dark"), (9, 14, 16), (330, 450, 700)
WINDOWS = ((1366, 768), (1600, 1200))
# High enough for the whole of a tab in small letters.
TALL_PX = 1000
TIMEOUT_MS = 120_000


@contextmanager
def scoredWindow(
    module: Path, size: tuple[int, int], patient: Any = None, isTested: bool = False
) -> Iterator[BenchWindow]:
    """A window with the demonstration patient scored, its least infiltrated lesion selected.

    Parameters
    ----------
    module : Path
        The scripted module's file.
    size : tuple of int, px
        The window's width and height.
    patient : SimulatedPatient, optional
        The demonstration patient where it was simulated before.
    isTested : bool
        Whether the scores' stability is tested too; that takes a minute.
    """
    from RadioImmunoScoreLib.services import demonstration

    with Bench(module) as bench:
        window = BenchWindow(bench, size)
        panel = bench.widget.panel
        nodes = demonstration.addPatient(bench.scene, patient or demonstration.simulate())
        panel.session.setInputs(*nodes)
        showPatient(bench, nodes[0])
        panel.session.score()
        rest(bench)
        if isTested:
            panel.ui.stabilityButton.click()
            rest(bench)
        panel.selectLesion(panel.session.patient.metrics.minimum_lesion)
        rest(bench)
        yield window
        window.close()


@contextmanager
def petWindow(module: Path, size: tuple[int, int]) -> Iterator[BenchWindow]:
    """A window with the demonstration patient in the colors of SUVmax, its PET in front."""
    from RadioImmunoScoreLib.services import demonstration

    with Bench(module) as bench:
        window = BenchWindow(bench, size)
        panel = bench.widget.panel
        *nodes, petNode = demonstration.addPatientWithPet(bench.scene, demonstration.simulateWithPet())
        panel.session.setInputs(*nodes)
        panel.session.setBeside(petNode, None)
        showPatient(bench, nodes[0])
        panel.session.score()
        rest(bench)
        panel.session.display.choose("showPet", True)
        panel.session.coloring.choose("uptake.maximum")
        bench.waitUntil(lambda: panel.session.uptake.patient is not None, TIMEOUT_MS)
        panel.selectLesion(panel.session.uptake.patient.hottest)
        rest(bench)
        yield window
        window.close()


@contextmanager
def emptyWindow(module: Path, size: tuple[int, int]) -> Iterator[BenchWindow]:
    """A window without a patient, the panel at the patient's tab."""
    with Bench(module) as bench:
        window = BenchWindow(bench, size)
        showTab(window, "patient")
        yield window
        window.close()


@contextmanager
def followedWindow(module: Path, size: tuple[int, int]) -> Iterator[BenchWindow]:
    """A window with the demonstration follow-up scored and matched, both studies side by side.

    Its ambiguous lesion is selected, and the panel shows the patient's tab.
    """
    from RadioImmunoScoreLib.scene.side_by_side import VIEWS
    from RadioImmunoScoreLib.services import demonstration

    with Bench(module) as bench:
        from RadioImmunoScoreLib.panel.widgets.course_cells import isAmbiguous

        panel, layouts = bench.open().panel, Layouts(bench)
        studies = demonstration.addCourse(bench.scene, demonstration.simulateCourse())
        for nodes in reversed(studies):
            panel.session.setInputs(*nodes)
            panel.session.score()
            rest(bench)
        panel.session.followUp.match()
        rest(bench)
        window = BenchWindow(bench, size, shown=[name for names in VIEWS for name in names])
        showTab(window, "patient")
        lesions = panel.session.followUp.state.lesions
        panel.session.followUp.choose(next(each.id for each in lesions if isAmbiguous(each)))
        rest(bench)
        yield window
        window.close()
        layouts.close()


def rest(bench: Bench) -> None:
    """Let the panel come to rest, and the surfaces that it makes between events."""
    jobs = bench.widget.panel.session.jobs
    bench.process(300)
    bench.waitUntil(lambda: not jobs.isBusy, TIMEOUT_MS)
    bench.process(1500)


def reveal(widget: Any) -> None:
    """Scroll what a widget stands in until it is seen."""
    area = widget.parentWidget()
    while not isinstance(area, QtWidgets.QScrollArea):
        area = area.parentWidget()
    area.verticalScrollBar().setValue(widget.mapTo(area.widget(), QtCore.QPoint(0, 0)).y())


def showTab(window: BenchWindow, name: str) -> None:
    """Bring a tab to the front: `score`, `segment` or `patient`."""
    ui = window.bench.widget.panel.ui
    ui.tabs.currentIndex = ui.tabs.indexOf(getattr(ui, f"{name}Tab"))
    window.bench.process(50)


def everyLook(module: Path, folder: Path) -> list[Path]:
    """Pictures of all tabs in all widths, letters and palettes, and of the whole window on two screens.

    Returns
    -------
    list of Path
        `<tab>-<width>px-<size of the letters>pt-<palette>.png` and `window-<width>x<height>.png`; with a PET
        `pet-<tab>-<width>px-<palette>.png`.
    """
    from RadioImmunoScoreLib.services.demonstration import simulate

    folder.mkdir(parents=True, exist_ok=True)
    patient, made = simulate(), []
    for palette in PALETTES:
        applyPalette(palette)
        for points in POINTS:
            with applicationFont(points), scoredWindow(module, WINDOWS[0], patient) as window:
                made += _ofTabs(window, folder, f"{points}pt-{palette}")
    applyPalette("light")
    for size in WINDOWS:
        with scoredWindow(module, size, patient) as window:
            made.append(folder / f"window-{size[0]}x{size[1]}.png")
            window.screenshot(made[-1])
    return made + everyLookOfPet(module, folder)


def everyLookOfPet(module: Path, folder: Path) -> list[Path]:
    """Pictures of the panel with a PET, its lesions in the colors of SUVmax, the inputs unfolded in one."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for palette in PALETTES:
        applyPalette(palette)
        with petWindow(module, WINDOWS[0]) as window:
            for widthPx in PET_WIDTHS_PX:
                window.setPanelSize(widthPx, TALL_PX)
                for tab in PET_TABS:
                    showTab(window, tab)
                    made.append(folder / f"pet-{tab}-{widthPx}px-{palette}.png")
                    window.panelScreenshot(made[-1])
                window.bench.widget.panel.ui.inputsButton.collapsed = False
                showTab(window, "score")
                made.append(folder / f"pet-inputs-{widthPx}px-{palette}.png")
                window.panelScreenshot(made[-1])
                window.bench.widget.panel.ui.inputsButton.collapsed = True
    applyPalette("light")
    return made


def _ofTabs(window: BenchWindow, folder: Path, look: str) -> list[Path]:
    made = []
    for widthPx in WIDTHS_PX:
        window.setPanelSize(widthPx, TALL_PX)
        for tab in TABS:
            showTab(window, tab)
            made.append(folder / f"{tab}-{widthPx}px-{look}.png")
            window.panelScreenshot(made[-1])
    return made
