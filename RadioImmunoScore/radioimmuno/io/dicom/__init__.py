"""DICOM in and out; needs pydicom (the extra `dicom`), which is imported only when it is used."""

from __future__ import annotations

from .ct import DicomCt, read_ct
from .gaps import Gap, check_gaps
from .series import Series, find_series
from .source import SourceInstance, SourceSeries

__all__ = [
    "DicomCt",
    "Gap",
    "Series",
    "SourceInstance",
    "SourceSeries",
    "check_gaps",
    "find_series",
    "read_ct",
]
