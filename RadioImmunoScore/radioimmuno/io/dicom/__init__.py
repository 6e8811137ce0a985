"""DICOM in and out; needs pydicom (the extra `dicom`), which is imported only when it is used."""

from __future__ import annotations

from .read import Series, find_series, read_ct
from .source import SourceInstance, SourceSeries
from .stack import Gap

__all__ = ["Gap", "Series", "SourceInstance", "SourceSeries", "find_series", "read_ct"]
