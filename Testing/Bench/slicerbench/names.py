"""What `qt` offers: names that Qt 5.15 has and PythonQt wraps."""

from __future__ import annotations

import functools
from types import MappingProxyType
from typing import Any

from PySide6 import QtCore, QtGui, QtWidgets

CLASSES = frozenset(
    """
    Qt QObject QEvent QTimer QElapsedTimer QSize QSizeF QPoint QPointF QRect QRectF QLine QLineF QMargins
    QUrl QFile QDir QFileInfo QSettings QByteArray QDateTime QLocale QEventLoop QModelIndex
    QItemSelectionModel QSignalBlocker QCoreApplication QMimeData QColor QBrush QPen QFont QFontMetrics
    QFontMetricsF QPalette QIcon QPixmap QImage QPainter QPainterPath QPolygon QPolygonF QLinearGradient
    QCursor QKeySequence QKeyEvent QMouseEvent QWheelEvent QPaintEvent QResizeEvent QDesktopServices
    QGuiApplication QTransform QStandardItemModel QStandardItem QDoubleValidator QIntValidator QClipboard
    QTextDocument QApplication QWidget QFrame QLabel QPushButton QToolButton QAbstractButton QCheckBox
    QRadioButton QButtonGroup QComboBox QLineEdit QTextEdit QTextBrowser QPlainTextEdit QSpinBox
    QDoubleSpinBox QAbstractSpinBox QSlider QAbstractSlider QProgressBar QGroupBox QTableWidget
    QTableWidgetItem QTableView QHeaderView QAbstractItemView QListWidget QListWidgetItem
    QStyledItemDelegate QStyleOptionViewItem QHBoxLayout QVBoxLayout QGridLayout QFormLayout QBoxLayout
    QLayout QLayoutItem QSpacerItem QSizePolicy QScrollArea QAbstractScrollArea QSplitter QStackedWidget
    QTabWidget QDialog QDialogButtonBox QMessageBox QFileDialog QInputDialog QProgressDialog QMenu QAction
    QActionGroup QWidgetAction QShortcut QStyle QToolTip QMainWindow QStatusBar QDockWidget QTabBar QScrollBar
    QToolBar QMenuBar QFocusEvent QHelpEvent QContextMenuEvent
    """.split()  # noqa: SIM905 - 120 names in quotes are no easier to read
)

# Names that PySide6's classes have and PythonQt on Qt 5.15 has not: newer than Qt 5.15, never wrapped, or of
# a type that it cannot give back (font metrics have no empty constructor).
_ABSENT = {
    "QObject": "emit isQmlExposed isQuickItemType receivers staticMetaObject",
    "QEvent": "isInputEvent isPointerEvent isSinglePointEvent",
    "QTimer": "id intervalAsDuration remainingTimeAsDuration",
    "QSize": "toSizeF toTuple",
    "QSizeF": "toTuple",
    "QPoint": "toPointF toTuple",
    "QPointF": "toTuple",
    "QRect": "getCoords getRect span toRectF",
    "QRectF": "getCoords getRect",
    "QLine": "toLineF toTuple",
    "QLineF": "toTuple",
    "QMargins": "toMarginsF",
    "QFile": "supportsMoveToTrash",
    "QFileInfo": "fileTime isAlias isOther junctionTarget readSymLink stat",
    "QDateTime": "addDuration timeRepresentation toPython",
    "QSignalBlocker": "dismiss",
    "QCoreApplication": "checkPermission installNativeEventFilter instanceExists requestPermission shutdown",
    "QColor": "fromString getHsv getHsvF getRgb getRgbF isValidColorName toTuple",
    "QFont": "clearFeatures featureTags featureValue isFeatureSet legacyWeight setFeature setLegacyWeight",
    "QFontMetrics": "boundingRectChar horizontalAdvanceChar",
    "QFontMetricsF": "boundingRectChar horizontalAdvanceChar",
    "QPalette": "accent resolveMask setResolveMask",
    "QPixmap": "deviceIndependentSize",
    "QImage": "colorTransformed convertedTo deviceIndependentSize flip flipped mirror rgbSwap setColorTable",
    "QPainter": "brushOriginF drawPointsNp fontInfo fontMetrics",
    "QPainterPath": "isCachingEnabled setCachingEnabled trimmed",
    "QKeyEvent": "keyCombination",
    "QMouseEvent": (
        "device deviceType globalPosition isBeginEvent isEndEvent isUpdateEvent point pointById pointCount "
        "pointerType pointingDevice points position scenePosition"
    ),
    "QWheelEvent": "hasPixelDelta",
    "QWidget": "accessibleIdentifier fontInfo fontMetrics setAccessibleIdentifier setScreen",
    "QCheckBox": "checkStateChanged",
    "QAction": "associatedObjects checkableChanged enabledChanged visibleChanged",
    "QComboBox": "labelDrawingMode setLabelDrawingMode",
    "QAbstractItemView": (
        "itemDelegateForIndex keyboardSearchFlags setKeyboardSearchFlags setUpdateThreshold updateThreshold"
    ),
    "QTableWidget": "setSupportedDragActions supportedDragActions",
    "QListWidget": "setSupportedDragActions supportedDragActions",
    "QHeaderView": "isSortIndicatorClearable setSortIndicatorClearable",
    "QFormLayout": "isRowVisible setRowVisible",
    "QLayout": "setHorizontalSizeConstraint setVerticalSizeConstraint unsetContentsMargins",
    "QMenu": "menuInAction",
    "QShortcut": "keys setKeys",
    "QStyle": "name",
    "QDockWidget": "setDockLocation",
}
# What is a property now and was a method in Qt 5.15.
METHODS_THEN = frozenset({("QLayout", "contentsMargins")})
ABSENT = MappingProxyType({name: frozenset(absent.split()) for name, absent in _ABSENT.items()})


@functools.cache
def exported(name: str) -> Any:
    """The class `qt.<name>`.

    Raises
    ------
    AttributeError
        When Qt 5.15 has no such class, PythonQt does not wrap it, or the bench does not know it.
    """
    if name in CLASSES:
        for module in (QtCore, QtGui, QtWidgets):
            if hasattr(module, name):
                return getattr(module, name)
    raise AttributeError(f"module 'qt' has no attribute '{name}' on the bench")


@functools.cache
def absentFrom(kind: type) -> frozenset[str]:
    """What PySide6 has and Qt 5.15 with PythonQt has not, for a class with its bases."""
    return frozenset().union(*(ABSENT.get(base.__name__, frozenset()) for base in kind.__mro__))
