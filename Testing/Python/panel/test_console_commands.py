"""The commands of Python's console: the arguments that recipes and scripts rely on, and help on each."""

from __future__ import annotations

import inspect
import pydoc

import pytest
import slicer

NODES, GIVEN = ["volumeNode", "segmentationNode"], ["kvp", "clinical", "batch"]
COMMANDS = {
    "score": [
        *(*NODES, "signature", "*", *GIVEN, "pet", "mr", "models"),
        *("only", "progress", "patient", "identify"),
    ],
    "uptake": ["petNode", "segmentationNode", "references", "*", "volumeNode"],
    "accept": ["volumeNode", "codes", "segmentationNode"],
    "restoreColors": ["segmentationNode"],
    "exportReport": [*NODES, "patientScore", "path", "signature"],
    "exportDicom": [*NODES, "patientScore", "folder", "signature"],
    "followUp": ["studies", "*", "dates", "pairs", "signature", "progress"],
    "exportStructures": [*NODES, "patientScore", "path", "which", "signature"],
    "features": [*NODES, "engine", "*", "signature", "only", "progress"],
    "compareEngines": [*NODES, "*", "signature", "only", "progress"],
    "segment": [*NODES, "*", "start", "end", "cross", "box", "addTo", "removeFrom", "borderOf"],
    "check": [*NODES, "signature", "*", "progress"],
    "repair": [*NODES, "segmentID", "code", "title"],
    "stability": [*NODES, "signature", "*", *GIVEN, "only", "perturbation", "progress"],
    "interiorMap": [*NODES, "segmentID", "name", "signature"],
}


FIRST = ("volumeNode", "segmentationNode", "petNode", "studies")


def argumentsOf(command):
    """Names in their order; those behind a star are given by name only."""
    parameters = list(inspect.signature(command).parameters.values())
    byName = [p.kind is p.KEYWORD_ONLY for p in parameters]
    names = [p.name for p in parameters]
    return names[: byName.index(True)] + ["*"] + names[byName.index(True) :] if any(byName) else names


@pytest.mark.parametrize("name", list(COMMANDS))
def test_a_command_takes_these_arguments_and_explains_itself(bench, name):
    command = getattr(slicer.util.getModuleLogic("RadioImmunoScore"), name)
    assert argumentsOf(command) == COMMANDS[name]
    text = pydoc.plain(pydoc.render_doc(command))
    assert any(f"{name}({first}" in text for first in FIRST)
    assert len(inspect.getdoc(command).splitlines()[0]) > 30


def test_the_logic_has_no_other_commands(bench):
    from slicer.ScriptedLoadableModule import ScriptedLoadableModuleLogic

    logic = type(slicer.util.getModuleLogic("RadioImmunoScore"))
    public = {name for name in dir(logic) if not name.startswith("_")}
    assert public - set(dir(ScriptedLoadableModuleLogic)) == set(COMMANDS)
