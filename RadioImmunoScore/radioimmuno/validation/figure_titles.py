"""What the figures of a training and of a validation are called, in pages, in the shell and on the card."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

FIGURE_TITLES: Mapping[str, str] = MappingProxyType(
    {
        "auc": "area under the ROC curve",
        "auc_lesions": "area under the ROC curve, of lesions",
        "c_index": "C-index (Harrell)",
        "c_index_uno": "C-index (Uno)",
        "c_index_lesions": "C-index (Harrell), of lesions",
        "spearman": "rank correlation (Spearman)",
        "spearman_lesions": "rank correlation (Spearman), of lesions",
        "r2": "explained variance (R²)",
        "sensitivity": "sensitivity at Youden's cut-off",
        "specificity": "specificity at Youden's cut-off",
        "brier": "Brier score",
        "calibration_intercept": "calibration: intercept",
        "calibration_slope": "calibration: slope",
        "hazard_ratio": "hazard ratio a standard deviation",
        "auc_high_against_low": "area under the ROC curve, high against low",
        "pairs_of_a_patient_in_order": "pairs of a patient's lesions in order",
    }
)
