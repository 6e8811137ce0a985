"""The style of the application: Fusion with Slicer's own spaces and icons."""

from __future__ import annotations

from types import MappingProxyType
from typing import Any

from PySide6 import QtWidgets

_Metric, _Hint = QtWidgets.QStyle.PixelMetric, QtWidgets.QStyle.StyleHint
_MARGINS = frozenset(_Metric[f"PM_Layout{side}Margin"] for side in ("Left", "Top", "Right", "Bottom"))
# As in Slicer's qSlicerStyle; Fusion's are 9, 6, 6, 15 and 16.
_MARGIN_PX, _MARGIN_OF_SECTION_PX = 6, 4
_PX = MappingProxyType(
    {
        _Metric.PM_LayoutHorizontalSpacing: 3,
        _Metric.PM_LayoutVerticalSpacing: 3,
        _Metric.PM_SliderLength: 12,
        _Metric.PM_ButtonIconSize: 24,
    }
)


class SlicerStyle(QtWidgets.QProxyStyle):
    """Fusion as `qSlicerStyle` changes it."""

    def __init__(self) -> None:
        super().__init__("fusion")

    def pixelMetric(self, metric: Any, option: Any = None, widget: Any = None) -> int:
        if metric in _MARGINS:
            isSection = widget is not None and type(widget).__name__ == "ctkCollapsibleButton"
            return _MARGIN_OF_SECTION_PX if isSection else _MARGIN_PX
        return _PX[metric] if metric in _PX else super().pixelMetric(metric, option, widget)

    def styleHint(self, hint: Any, option: Any = None, widget: Any = None, data: Any = None) -> int:
        if hint in (_Hint.SH_ComboBox_Popup, _Hint.SH_ItemView_ActivateItemOnSingleClick):
            return 0
        return super().styleHint(hint, option, widget, data)
