"""Tables of a cohort on disk: two patterns of names, as other programs write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np

NAMES = ("original_firstorder_Mean", "ring_original_glcm_Contrast", "original_shape_MeshVolume", "wavelet_x")


def write_cohort(folder: Path, patients: int = 30, lesions: int = 2, seed: int = 3) -> tuple[Path, Path]:
    """A table of features and one of outcomes; the first variable says what becomes of the patient."""
    rng = np.random.default_rng(seed)
    rows = ["ID,place," + ",".join(NAMES)]
    outcomes = ["Subject,response,months,dead,age,center"]
    for n in range(patients):
        effect = rng.normal()
        for lesion in range(lesions):
            values = rng.normal(size=4) + np.array([2 * effect, 0, 0, 0])
            values[2] = 1000 * np.exp(0.3 * values[2])
            rows.append(f"P{n:02d},{lesion}," + ",".join(repr(float(v)) for v in values))
        response = int(effect + 0.3 * rng.normal() > 0)
        months = 12 * np.exp(effect) * rng.exponential()
        outcomes.append(f"P{n:02d},{response},{months:.3f},{int(rng.random() < 0.7)},{40 + n},{'AB'[n % 2]}")
    features, clinical = folder / "features.csv", folder / "clinical.csv"
    features.write_text("\n".join(rows) + "\n")
    clinical.write_text("\n".join(outcomes) + "\n")
    return features, clinical
