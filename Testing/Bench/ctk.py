"""`ctk` as a Slicer module imports it: the few widgets that have a stand-in; any other raises."""

from __future__ import annotations

from slicerbench.ctkwidgets import ctkCollapsibleButton, ctkComboBox, ctkPathLineEdit, ctkSliderWidget

__all__ = ["ctkCollapsibleButton", "ctkComboBox", "ctkPathLineEdit", "ctkSliderWidget"]
