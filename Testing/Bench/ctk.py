"""`ctk` as a Slicer module imports it: the few widgets that have a stand-in; any other raises."""

from __future__ import annotations

from slicerbench.ctkwidgets import ctkCollapsibleButton, ctkPathLineEdit, ctkSliderWidget

__all__ = ["ctkCollapsibleButton", "ctkPathLineEdit", "ctkSliderWidget"]
