"""The recipes for Slicer's Python console: the page itself is run."""

from __future__ import annotations

import re
from pathlib import Path

import slicer
from follow_up_patients import coarseCourse

PAGE = Path(__file__).resolve().parents[3] / "Resources" / "Docs" / "Console.md"


def test_every_recipe_of_the_page_runs_in_the_order_of_the_page(bench, capsys, monkeypatch):
    coarseCourse(monkeypatch)
    recipes = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(recipes) == 15
    names: dict = {}
    for recipe in recipes:
        exec(compile(recipe, str(PAGE), "exec"), names)
    printed = capsys.readouterr().out
    assert "least infiltrated" in printed
    assert "L4 Lung 5 gone -1.0\n" in printed
    assert len(names["follow"].lesions) == 8
    assert len(names["some"].lesions) == 1
    assert names["named"].identity.patient == "Case 7"
    assert len(names["measured"]) == len(names["patient"].lesions)
    assert len(names["patient"].scored) == len(names["patient"].lesions) > 1
    assert 25 < names["drawn"].volumeCc < 50
    assert names["drawn"].longMm > names["drawn"].shortMm > 20
    assert set(names["stability"].lesions) == {names["patient"].lesions[0].id}
    assert all((names["folder"] / f"scores.{kind}").is_file() for kind in ("csv", "json", "html"))
    segmentation = names["lesions"].GetSegmentation()
    assert not any(
        segmentation.GetNthSegment(n).HasTag("RadioImmunoScore.OriginalColor")
        for n in range(segmentation.GetNumberOfSegments())
    )
    assert len(slicer.util.getNodesByClass("vtkMRMLColorLegendDisplayNode")) == 1
