"""What a patient's scores are written to: table, JSON, label map of the rings, a page to read."""

from __future__ import annotations

from .csv_tables import write_checks_csv, write_scores_csv
from .patient_json import write_patient_json
from .report_html import write_report_html
from .volume_files import check_grid, write_rings

__all__ = [
    "check_grid",
    "write_checks_csv",
    "write_patient_json",
    "write_report_html",
    "write_rings",
    "write_scores_csv",
]
