"""What the files of an export are called."""

from __future__ import annotations

SEG_NAME, LESIONS_NAME, PATIENT_NAME = "segmentation.dcm", "lesion_report.dcm", "patient_report.dcm"
ALL = (SEG_NAME, LESIONS_NAME, PATIENT_NAME)
