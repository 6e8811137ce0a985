"""The recipes of the console's page, on the bench of the checkout that is named, for `same_results.py`.

Run in the folder that the results go to: `python console_results.py CHECKOUT`. It writes the scene after
scoring, with a map and a stroke, and with its colors restored; the reports; and all values that the recipes
give, as `values.json`.
"""

from __future__ import annotations

import json
import os
import sys
from enum import Enum
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

# The stroke of the page, RAS mm.
STROKE = ((72.8, 31.3, 96.3), (115.0, 19.8, 96.3))


def main(checkout: Path) -> int:
    """Run the recipes and write what they give."""
    sys.path.insert(0, str(checkout / "Testing" / "Bench"))
    # The bench is all that is imported from the checkout; the rest is reached through the module's logic.
    from slicerbench.demonstration import loadDemonstration
    from slicerbench.session import Bench

    with Bench(checkout / "RadioImmunoScore" / "RadioImmunoScore.py") as bench:
        nodes = loadDemonstration(bench)
        values = recipes(bench, *nodes)
    text = json.dumps(values, indent=1, default=plain)
    Path("values.json").write_text(text + "\n", encoding="utf-8")
    return 0


def recipes(bench: Any, ct: Any, lesions: Any) -> dict[str, Any]:
    """Run all recipes in one scene, and save it where colors have changed."""
    logic = bench.logic
    patient = logic.score(ct, lesions)
    values: dict[str, Any] = {"score": scores(patient), "scored segments": segments(lesions)}
    # Once the scene is saved, no report may be written to its folder.
    for name in ("scores.csv", "scores.json", "scores.html"):
        logic.exportReport(ct, lesions, patient, name)
    bench.host.saveScene("scenes/scored.mrb")
    first = patient.lesions[0].id
    values["some"] = scores(logic.score(ct, lesions, only=[first], kvp=100, patient="Case 7"))
    values["features"] = {row.id: [row.name, dict(row.values)] for row in logic.features(ct, lesions)}
    stability = logic.stability(ct, lesions, only=[first])
    values["stability"] = {
        key: [spread.sd, spread.low, spread.high, spread.flips] for key, spread in stability.lesions.items()
    }
    drawn = logic.segment(ct, start=STROKE[0], end=STROKE[1])
    values["segment"] = [drawn.name, drawn.volumeCc, drawn.longMm, drawn.shortMm]
    values["check"] = [findings(logic, ct, node) for node in (lesions, drawn.segmentationNode)]
    logic.interiorMap(ct, lesions, first, "entropy")
    bench.host.saveScene("scenes/map_and_stroke.mrb")
    logic.restoreColors(lesions)
    values["restored segments"] = segments(lesions)
    bench.host.saveScene("scenes/restored.mrb")
    return values


def scores(patient: Any) -> dict[str, Any]:
    """What the page says of a patient's scores."""
    metrics = patient.metrics
    return {
        "identity": [patient.identity.patient, patient.identity.study],
        "metrics": [metrics.n, metrics.mean, metrics.sd, metrics.entropy, metrics.minimum],
        "lowest": metrics.minimum_lesion,
        "subsets": sorted(patient.subsets),
        "lesions": [
            [lesion.id, lesion.name, lesion.score, lesion.status, lesion.reasons, contributions(lesion)]
            for lesion in patient.lesions
        ],
    }


def contributions(lesion: Any) -> list[Any]:
    """What a lesion's score is made of."""
    return [[part.variable, part.value, part.contribution] for part in lesion.contributions]


def findings(logic: Any, ct: Any, segmentationNode: Any) -> list[Any]:
    """What checking finds in each lesion."""
    return [
        [found.lesion_id, found.finding.severity.value, found.finding.code, found.finding.text]
        for found in logic.check(ct, segmentationNode)
    ]


def segments(segmentationNode: Any) -> list[Any]:
    """Name and color of each segment; its tags are in the scene's file."""
    segmentation = segmentationNode.GetSegmentation()
    found = [segmentation.GetNthSegment(number) for number in range(segmentation.GetNumberOfSegments())]
    return [[segment.GetName(), list(segment.GetColor())] for segment in found]


def plain(value: Any) -> Any:
    """What JSON has no word for: the value of an enumeration or of an array's element, else its text."""
    if isinstance(value, Enum):
        return value.value
    return value.item() if hasattr(value, "item") else str(value)


if __name__ == "__main__":
    raise SystemExit(main(Path(sys.argv[1]).resolve()))
