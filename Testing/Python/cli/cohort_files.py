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


def write_courses(folder: Path, patients: int = 40, seed: int = 5) -> Path:
    """A table of two studies a patient, as of `cohort`: the change of the mean goes with CD8 and survival."""
    rng = np.random.default_rng(seed)
    mean, ring = "lesion.statistics.mean", "ring.statistics.mean"
    changes = f"delta.{mean},delta_abs.{mean},delta.{ring},delta_abs.{ring}"
    lines = [
        f"patient,study,lesion_id,status,study_number,split,cd8,os_days,os_event,{mean},{ring},{changes}"
    ]
    for n in range(patients):
        change = rng.normal(0, 0.2)
        cd8, days = change + rng.normal(0, 0.03), 60 + 400 * np.exp(-3 * change) * rng.exponential()
        for lesion in range(2):
            then = np.array([60, 30]) + rng.normal(0, 3, 2)
            now = then * (1 + np.array([change, 0]) + rng.normal(0, 0.02, 2))
            shares = [(b - a) / abs(a) for a, b in zip(then, now, strict=True)]
            kept = [shares[0], now[0] - then[0], shares[1], now[1] - then[1]]
            known = f"{'train' if n % 4 else 'test'},{cd8:.4f},{days:.0f},{int(n % 5 > 0)}"
            who = f"P{n:02d},{{}},{lesion},measured,{{}},{known}"
            for study, number, values in (("b", 0, [*then]), ("w8", 1, [*now, *kept])):
                cells = [*map(repr, map(float, values)), *[""] * (6 - len(values))]
                lines.append(",".join([who.format(study, number), *cells]))
    (folder / "courses.csv").write_text("\n".join(lines) + "\n")
    return folder / "courses.csv"
