"""The options that ask how stable scores are over perturbed contours, and what they start."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import TYPE_CHECKING

from radioimmuno.stability.perturbation import USUAL, Perturbation

if TYPE_CHECKING:
    from radioimmuno.learned.model import LearnedModel
    from radioimmuno.scoring.results import PatientScore
    from radioimmuno.signature.signature import Signature
    from radioimmuno.study import Study

    from .progress import Progress

PERTURBING = "redrawing contours"


def add_stability(parser: argparse.ArgumentParser) -> None:
    """The options of `score` that concern stability."""
    group = parser.add_argument_group("stability of the scores")
    group.add_argument(
        "--stability",
        action="store_true",
        help="redraw every contour at random, as other readers might have, and score it again",
    )
    for name, value, text in (
        ("draws", USUAL.draws, f"how many contours a lesion (default {USUAL.draws})"),
        ("sd-mm", USUAL.sd_mm, f"SD of the boundary's displacement, mm (default {USUAL.sd_mm:g})"),
        ("seed", USUAL.seed, "another number redraws other contours; the same one the same"),
    ):
        group.add_argument(f"--stability-{name}", metavar="N", type=type(value), default=value, help=text)


def perturbation_of(arguments: argparse.Namespace) -> Perturbation | None:
    """How contours are to be redrawn; None when stability was not asked for.

    Raises
    ------
    SettingsError
        When a number is out of bounds.
    """
    if not arguments.stability:
        return None
    return Perturbation(
        sd_mm=arguments.stability_sd_mm, draws=arguments.stability_draws, seed=arguments.stability_seed
    )


def measured_stability(
    patient: PatientScore,
    study: Study,
    signature: Signature,
    perturbation: Perturbation,
    progress: Progress,
    models: Sequence[LearnedModel] = (),
) -> PatientScore:
    """The patient with the stability of its scores."""
    from radioimmuno.scoring.results import with_stability
    from radioimmuno.scoring.score_stability import stability

    progress.stage(PERTURBING)
    found = stability(study, signature, perturbation, progress=progress.step, models=models)
    return with_stability(patient, found)
