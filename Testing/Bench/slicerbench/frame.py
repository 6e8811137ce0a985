"""What the application puts around a module's panel: menus, tool bar, the docked module panel, Data Probe.

Layout and margins are those of Slicer's qSlicerMainWindow.ui, qSlicerModulePanel.ui and DataProbe.py; its
tool bar has one row here, and nothing in the frame but the help section and Data Probe does anything.
"""

from __future__ import annotations

from typing import Any

import shiboken6
from PySide6 import QtCore, QtGui, QtWidgets

from .ctkwidgets import ctkCollapsibleButton

MENUS = ("File", "Edit", "View", "Help")
# The logo in the title of the module panel, and the icons of the tool bar.
LOGO_SIZE, ICON_PX = (162, 37), 24


class ModulePanel(QtWidgets.QWidget):
    """The scrolled area that holds the module's panel below "Help & Acknowledgement".

    Parameters
    ----------
    panel : qSlicerScriptedLoadableModuleWidget
        The module's widget.
    module : qSlicerScriptedLoadableModule
        Whose help is shown.
    """

    def __init__(self, panel: Any, module: Any) -> None:
        super().__init__()
        self.panel = panel
        self.scrollArea = QtWidgets.QScrollArea()
        self.scrollArea.setFrameShape(QtWidgets.QFrame.Shape.NoFrame)
        self.scrollArea.setWidgetResizable(True)
        self.scrollArea.setHorizontalScrollBarPolicy(QtCore.Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.help = _help(module)
        self._contents = QtWidgets.QWidget()
        column = QtWidgets.QVBoxLayout(self._contents)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSizeConstraint(QtWidgets.QLayout.SizeConstraint.SetMinAndMaxSize)
        column.addWidget(self.help)
        panel.layout().setContentsMargins(0, 0, 0, 0)
        column.addWidget(panel, 1)
        # As the application does: the panel's size hint is the least width that it ever gets.
        policy = panel.sizePolicy
        panel.setSizePolicy(QtWidgets.QSizePolicy.Policy.Minimum, policy.verticalPolicy())
        column.addItem(
            QtWidgets.QSpacerItem(
                0, 0, QtWidgets.QSizePolicy.Policy.Minimum, QtWidgets.QSizePolicy.Policy.MinimumExpanding
            )
        )
        self.scrollArea.setWidget(self._contents)
        around = QtWidgets.QVBoxLayout(self)
        around.setContentsMargins(0, 0, 0, 0)
        around.addWidget(self.scrollArea)
        panel.setVisible(True)
        panel.installEventFilter(self)

    def eventFilter(self, watched: QtCore.QObject, event: QtCore.QEvent) -> bool:
        """A panel that got another size may need another width."""
        if event.type() == QtCore.QEvent.Type.Resize:
            self.updateGeometry()
        return False

    @property
    def spacing(self) -> int:
        """Pixels between the help section and the panel."""
        return self._contents.layout().spacing

    def minimumSizeHint(self) -> QtCore.QSize:
        """As wide as what is scrolled, for it is scrolled up and down only."""
        bar = self.scrollArea.verticalScrollBar().sizeHint.width()
        return QtCore.QSize(self._contents.minimumSizeHint.width() + bar, 60)

    def release(self) -> None:
        """Take the panel out again, unless the module was unloaded meanwhile."""
        if not shiboken6.isValid(self.panel):
            return
        self.panel.removeEventFilter(self)
        self._contents.layout().removeWidget(self.panel)
        self.panel.setVisible(False)
        self.panel.setParent(None)


def panelDock(modulePanel: ModulePanel) -> QtWidgets.QDockWidget:
    """The dock at the left: title with the logo, module panel, Data Probe open below it."""
    dock, contents = QtWidgets.QDockWidget(), QtWidgets.QWidget()
    dock.setObjectName("PanelDockWidget")
    title = QtWidgets.QLabel("3D Slicer")
    title.setFixedHeight(LOGO_SIZE[1])
    title.setIndent(6)
    dock.setTitleBarWidget(title)
    column = QtWidgets.QVBoxLayout(contents)
    column.setSpacing(2)
    column.setContentsMargins(0, 2, 0, 0)
    column.addWidget(modulePanel, 1)
    column.addWidget(_dataProbe())
    dock.setWidget(contents)
    return dock


def fillBars(window: QtWidgets.QMainWindow, title: str) -> None:
    """Give a main window the application's menus, its tool bar with the module's name, and a status bar."""
    for name in MENUS:
        window.menuBar().addMenu(name)
    bar = window.addToolBar("Module Selection")
    bar.setMovable(False)
    bar.setIconSize(QtCore.QSize(ICON_PX, ICON_PX))
    for standard in ("SP_DialogOpenButton", "SP_DirIcon", "SP_DialogSaveButton"):
        bar.addAction(_icon(window, standard), "")
    bar.addWidget(QtWidgets.QLabel(" Modules: "))
    selector = QtWidgets.QComboBox()
    selector.setMinimumContentsLength(20)
    selector.addItem(title)
    selector.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
    bar.addWidget(selector)
    for standard in ("SP_ArrowLeft", "SP_ArrowRight"):
        bar.addAction(_icon(window, standard), "")
    errors = QtWidgets.QToolButton()
    errors.setIcon(_icon(window, "SP_MessageBoxCritical"))
    errors.setFocusPolicy(QtCore.Qt.FocusPolicy.NoFocus)
    window.statusBar().addPermanentWidget(errors)


def _icon(window: QtWidgets.QMainWindow, name: str) -> QtGui.QIcon:
    return window.style().standardIcon(QtWidgets.QStyle.StandardPixmap[name])


def _help(module: Any) -> ctkCollapsibleButton:
    section = ctkCollapsibleButton("Help && Acknowledgement")
    section.setSizePolicy(QtWidgets.QSizePolicy.Policy.Ignored, QtWidgets.QSizePolicy.Policy.Fixed)
    tabs = QtWidgets.QTabWidget()
    for title, text in (("Help", module.helpText), ("Acknowledgement", module.acknowledgementText)):
        page = QtWidgets.QTextBrowser()
        page.setHtml(text)
        tabs.addTab(page, title)
    QtWidgets.QVBoxLayout(section).addWidget(tabs)
    section.collapsed = True
    return section


def _dataProbe() -> ctkCollapsibleButton:
    """Data Probe as it is when the mouse is over no view."""
    section, frame = ctkCollapsibleButton("Data Probe"), QtWidgets.QFrame()
    column = QtWidgets.QVBoxLayout(frame)
    row = QtWidgets.QHBoxLayout()
    row.setContentsMargins(0, 3, 0, 3)
    row.addWidget(QtWidgets.QCheckBox("Show Zoomed Slice"))
    column.addLayout(row)
    viewer = QtWidgets.QFrame()
    QtWidgets.QHBoxLayout(viewer).addWidget(QtWidgets.QLabel(" "))
    column.addWidget(viewer)
    layers = QtWidgets.QFrame()
    grid = QtWidgets.QGridLayout(layers)
    for number, layer in enumerate(("L", "F", "B")):
        grid.addWidget(QtWidgets.QLabel(layer), number, 0)
        grid.setColumnStretch(1, 1)
    column.addWidget(layers)
    QtWidgets.QHBoxLayout(section).addWidget(frame)
    return section
