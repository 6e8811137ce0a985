"""Outside models of learned features: their cards, and the library that runs them."""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError
from typing import TYPE_CHECKING

import slicer

if TYPE_CHECKING:
    from radioimmuno.learned.model import LearnedModel

LIBRARY = "onnxruntime"
REQUESTER = "RadioImmunoScore"
# Slicer does nothing else until pip ends: without a network it soon does.
IMPATIENTLY = "--retries 1 --timeout 10"


def readModels(cards: Iterable[str | Path | LearnedModel]) -> list[LearnedModel]:
    """The models of these card files; a model that was read already is taken as it is.

    Raises
    ------
    ModelError
        When a card or its model cannot be used.
    """
    from radioimmuno.learned.model import LearnedModel, read_model

    return [one if isinstance(one, LearnedModel) else read_model(one) for one in cards]


def cardDigest(path: str) -> str:
    """The SHA-256 that a card's model file has; empty where the card cannot be read, which scoring says."""
    from radioimmuno.findings import ModelError
    from radioimmuno.learned.card import read_card

    try:
        return read_card(path).sha256
    except ModelError:
        return ""


def cardName(path: str) -> str:
    """The name of the model whose card this is.

    Raises
    ------
    ModelError
        When it is no card.
    """
    from radioimmuno.learned.card import read_card

    return read_card(path).name


def hasLibrary() -> bool:
    """Whether the library is installed that runs models."""
    return importlib.util.find_spec(LIBRARY) is not None


def installLibrary(question: str) -> bool:
    """Install the library into Slicer's Python after asking; whether it is there then.

    From 5.11 on Slicer asks by itself; before that the question is asked here.

    Parameters
    ----------
    question : str
        Whether it may be installed.
    """
    if not hasLibrary():
        try:
            from slicer.packaging import pip_ensure
        except ImportError:
            _installAsked(question)
        else:
            try:
                pip_ensure(LIBRARY, requester=REQUESTER)
            except (RuntimeError, CalledProcessError):
                # The user declined, or it failed, which Slicer said.
                return False
        importlib.invalidate_caches()
    return hasLibrary()


def _installAsked(question: str) -> None:
    if slicer.util.confirmOkCancelDisplay(question, windowTitle=REQUESTER):
        # Without a network, say; pip wrote why into Slicer's Python console.
        with suppress(CalledProcessError):
            slicer.util.pip_install(f"{IMPATIENTLY} {LIBRARY}")
