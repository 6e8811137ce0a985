"""A signature with learned terms: its model's card is chosen beside it, its library offered."""

from __future__ import annotations

import sys
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import slicer
from patients import addPatient, select, waitIdle

from radioimmuno.signature.signature import default_signature, write_signature
from RadioImmunoScoreLib.scene import readImage
from RadioImmunoScoreLib.services import learned_models
from slicerbench.hands import click

pytest.importorskip("onnx")
pytest.importorskip("onnxruntime")

KEY = "learned.twice_mean.0"


@pytest.fixture
def card(tmp_path, monkeypatch):
    """The card of a model that gives twice the mean of 8 mm around a lesion's centroid."""
    from pathlib import Path

    monkeypatch.syspath_prepend(str(Path(__file__).parents[1] / "science"))
    import learned_models as made

    return made.write_model(tmp_path, made.twice_mean())


@pytest.fixture
def patient(panel, tmp_path, card):
    """(panel, nodes) with a signature that is 1 + the model's value."""
    nodes = addPatient()
    select(panel, nodes)
    base = default_signature()
    term = replace(
        base.terms[0], variable=KEY, coefficient=1.0, mean=0.0, scale=1.0, training_range=(-1000.0, 1000.0)
    )
    path = tmp_path / "learned.json"
    made = replace(base, name="Learned", intercept=1.0, terms=(term,), cutoffs=None, distribution=None)
    write_signature(made, path)
    panel.panel.session.setSignature(str(path))
    waitIdle(panel)
    return panel, nodes


def scores(panel):
    click(panel.panel.ui.scoreButton)
    waitIdle(panel)
    return {row.id: row.score for row in panel.panel.session.rows}


def test_the_card_that_is_chosen_makes_the_score(patient, dialogs, card):
    panel, nodes = patient
    ui = panel.panel.ui
    assert "twice_mean: choose its card file" in ui.modelsLabel.text
    assert set(scores(panel).values()) == {None}
    assert all("twice_mean" in row.reasons for row in panel.panel.session.rows)
    dialogs.answers.append(str(card))
    click(ui.modelCardButton)
    assert str(card) in ui.modelsLabel.text
    found = scores(panel)
    # Soft tissue of 40 HU with noise: twice its mean, and the intercept.
    assert list(found.values()) == pytest.approx([81.0] * 3, abs=3.0)
    assert np.isfinite(readImage(nodes[0]).values).all()


def test_a_card_of_another_model_and_what_is_no_card_are_not_taken(patient, dialogs, tmp_path, card):
    panel, _nodes = patient
    other = tmp_path / "other.json"
    other.write_text(card.read_text().replace('"name": "twice_mean"', '"name": "other"'))
    broken = tmp_path / "broken.json"
    broken.write_text("{}")
    said = []
    panel.panel.session.message.connect(lambda text, *more: said.append(text))
    for path in (other, broken):
        dialogs.answers.append(str(path))
        click(panel.panel.ui.modelCardButton)
        assert panel.panel.session.parameters.models == {}
    assert "the card of other; the signature needs twice_mean" in said[0]
    assert len(said) == 2


def test_a_saved_scene_knows_the_card(patient, tmp_path, bench, card):
    panel, _nodes = patient
    panel.panel.session.setModel(str(card))
    found = scores(panel)
    file = bench.host.saveScene(tmp_path / "scene.mrb")
    slicer.mrmlScene.Clear()
    bench.host.loadScene(file)
    bench.process(200)
    waitIdle(panel)
    session = panel.panel.session
    assert session.parameters.models == {"twice_mean": str(card)}
    assert {row.id: row.score for row in session.rows} == found
    assert "stale" not in {row.status for row in session.rows}


def test_the_library_is_offered_where_it_is_missing_and_asked_for_first(patient, monkeypatch):
    panel, _nodes = patient
    installed = []
    monkeypatch.setattr(learned_models.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(slicer.util, "pip_install", installed.append)
    panel.panel.session.refresh()
    assert panel.panel.ui.installButton.isVisibleTo(panel.panel.ui.signatureSectionBox)
    assert "onnxruntime" in panel.panel.ui.modelsLabel.text
    answers = [False, True]
    monkeypatch.setattr(
        slicer.util, "confirmOkCancelDisplay", lambda *args, **options: answers.pop(0), raising=False
    )
    panel.panel.ui.installButton.click()
    assert installed == []
    panel.panel.ui.installButton.click()
    assert [requirements.split()[-1] for requirements in installed] == ["onnxruntime"]
    # Without a network pip tries six times for 15 s each, and Slicer stands still.
    assert "--retries 1 --timeout 10" in installed[0]


def test_where_slicer_asks_by_itself_it_is_not_asked_twice(monkeypatch):
    asked = []

    def ensure(requirement, requester):
        asked.append((requirement, requester))
        if len(asked) == 1:
            raise RuntimeError("User declined package installation")

    monkeypatch.setattr(learned_models, "hasLibrary", lambda: len(asked) == 2)
    monkeypatch.setitem(sys.modules, "slicer.packaging", SimpleNamespace(pip_ensure=ensure))
    assert not learned_models.installLibrary("May it?")
    assert learned_models.installLibrary("May it?")
    assert asked == [("onnxruntime", "RadioImmunoScore")] * 2
    assert learned_models.installLibrary("May it?")
    assert len(asked) == 2


def test_other_signatures_say_nothing_of_models(panel):
    select(panel, addPatient())
    assert not panel.panel.ui.modelsLabel.visible
    assert not panel.panel.ui.modelActions.visible
