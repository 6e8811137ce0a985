"""The model of the stroke segmentation: boosted trees, fitted on readers' contours and simulated lesions.

`python -m radioimmuno.training.segmentation_model DATA FILE` makes the file that ships, always the same. DATA
is a folder with `sts/PATIENT/ct.nii.gz` and `mask.nii.gz`: soft-tissue sarcomas (TCIA, CC BY 3.0). With
`--folds FOLDER` the models of the cross-validation are written as well, each fitted without some patients.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from ..findings import InputError
from ..geometry.image import Image, from_sitk
from ..segmentation.agreement_model import expected_agreement
from ..segmentation.boosted_trees import MOST_LEAVES, BoostedTrees, SegmentationModel, read_model
from ..segmentation.box import box_prior
from ..segmentation.click import stroke_candidates
from ..segmentation.found_lesion import find_lesion
from ..segmentation.parameters import PARAMETERS as P
from ..segmentation.prior import Prior
from ..segmentation.stroke import crossed_prior, stroke_prior
from ..segmentation.surroundings import places_of
from ..segmentation.voxel_features import voxel_features
from ..simulation.crescent_cases import KIND as AROUND_BONE
from ..simulation.crescent_cases import crescent_cases
from ..simulation.lesion_cases import LesionCase, simulated_cases
from ..simulation.strokes import boxes, clicks, crossed_strokes, dice, jittered, longest_stroke
from .trainer import require_sklearn

STROKE, CORONAL, SAGITTAL, CROSSED, BOX = "stroke", "coronal", "sagittal", "crossed", "box"
CLICK = "click"

# Kinds of lesions; the others are simulated ones', by their site.
READER = "reader"


@dataclass(frozen=True)
class Recipe:
    """What the model is made from.

    Parameters
    ----------
    seeds : sequence of int
        Of the simulated patients. Measure on others.
    strokes : dict of str to int
        How many of each gesture are drawn on a reader's contour; of a simulated lesion one stroke and one of
        the other gestures in turn.
    folds : int
        Of the cross-validation, each without whole patients.
    places : int
        Drawn at random around each stroke.
    simulated_weight, pasted_weight : float
        Of the places around a simulated lesion, and around one painted around a real bone; a reader's are 1.
    voxel_trees, agreement_trees : dict
        Of scikit-learn's histogram-based gradient boosting.
    """

    seeds: range = range(40)
    strokes: dict[str, int] = field(
        default_factory=lambda: {STROKE: 4, CORONAL: 1, SAGITTAL: 1, CROSSED: 2, BOX: 1, CLICK: 1}
    )
    folds: int = 5
    places: int = 2500
    simulated_weight: float = 0.25
    pasted_weight: float = 0.5
    voxel_trees: dict[str, Any] = field(
        default_factory=lambda: {
            "max_iter": 120,
            "max_leaf_nodes": MOST_LEAVES - 1,
            "learning_rate": 0.08,
            "min_samples_leaf": 200,
            "l2_regularization": 5.0,
        }
    )
    agreement_trees: dict[str, Any] = field(
        default_factory=lambda: {
            "max_iter": 60,
            "max_leaf_nodes": 4,
            "learning_rate": 0.07,
            "min_samples_leaf": 25,
            "l2_regularization": 2.0,
        }
    )


@dataclass(frozen=True, eq=False)
class Drawing:
    """What was drawn on a lesion.

    Parameters
    ----------
    case : LesionCase
        The lesion, on a canonical CT.
    gesture : str
        What was drawn.
    prior : Prior
        What it says.
    """

    case: LesionCase
    gesture: str
    prior: Prior


@dataclass(frozen=True, eq=False)
class Places:
    """Places around a drawing.

    Parameters
    ----------
    rows : ndarray of float32, shape (n, features)
        Features.
    inside : ndarray of bool, shape (n,)
        Whether they are the lesion's.
    names : tuple of str
        Of the features.
    """

    rows: np.ndarray
    inside: np.ndarray
    names: tuple[str, ...]


def reader_cases(folder: Path) -> Iterator[LesionCase]:
    """Lesions that readers drew, from `PATIENT/ct.nii.gz` and `mask.nii.gz` in a folder."""
    import SimpleITK as sitk

    for patient in sorted(each for each in folder.iterdir() if (each / "mask.nii.gz").exists()):
        image = from_sitk(sitk.ReadImage(str(patient / "ct.nii.gz"))).canonical()
        labels = from_sitk(sitk.ReadImage(str(patient / "mask.nii.gz"))).canonical()
        truth = Image(labels.values > 0, image.lattice)
        yield LesionCase(patient.name, patient.name, READER, image, truth, None)
        yield from crescent_cases(image, patient.name, 1, avoid=truth)


def drawings(cases: Iterable[LesionCase], strokes: dict[str, int]) -> Iterator[Drawing]:
    """Gestures on lesions, each as a reader with an unsteady hand draws it."""
    others = [gesture for gesture in strokes if gesture != STROKE]
    for number, case in enumerate(cases):
        wanted = strokes if case.kind == READER else {STROKE: 1, others[number % len(others)]: 1}
        ct = case.image.canonical()
        canonical = LesionCase(case.name, case.patient, case.kind, ct, case.truth.canonical(), None)
        for gesture, count in wanted.items():
            for points in drawn(canonical.truth, gesture, count, seed=number):
                for prior in priors_of(ct, gesture, points):
                    yield Drawing(canonical, gesture, prior)


def drawn(truth: Image, gesture: str, count: int, seed: int) -> list[np.ndarray]:
    """A gesture on a lesion, as several readers draw it.

    Parameters
    ----------
    truth : Image of bool
        The lesion on the canonical lattice of its CT.
    gesture : str
        `STROKE`, `CORONAL`, `SAGITTAL`, `CROSSED` or `BOX`.
    count : int
        How many readers.
    seed : int
        Of their unsteady hands.

    Returns
    -------
    list of ndarray, shape (2, 3); of crossed strokes (2, 2, 3)
        The ends of a stroke or two opposite corners of a box, LPS mm.
    """
    if gesture == BOX:
        return boxes(truth, count, seed)
    if gesture == CLICK:
        return clicks(truth, count, seed)
    if gesture == CROSSED:
        long, short = crossed_strokes(truth)
        pairs = zip(jittered(long, count, seed), jittered(short, count, seed + 1), strict=True)
        return [np.stack(pair) for pair in pairs]
    axis = {STROKE: 0, CORONAL: 1, SAGITTAL: 2}[gesture]
    ends = longest_stroke(truth, axis)
    # Nobody is off by 2 mm of a lesion of 8: a twentieth of its length is enough there.
    sd_mm = min(2.0, 0.05 * float(np.linalg.norm(ends[1] - ends[0])))
    return jittered(ends, count, seed, sd_mm, axis)


def priors_of(ct: Image, gesture: str, points: np.ndarray) -> list[Prior]:
    """What a gesture's points say; of a click all that it may mean.

    Parameters
    ----------
    ct : Image
        The canonical CT.
    gesture : str
        What was drawn.
    points : ndarray, shape (2, 3), (2, 2, 3) or (3,)
        LPS mm.
    """
    places = places_of(ct.lattice, points)
    if gesture == BOX:
        return [box_prior(*np.sort(places, axis=0))]
    if gesture == CROSSED:
        return [crossed_prior(stroke_prior(ct, places[0]), places[1])]
    if gesture == CLICK:
        return stroke_candidates(ct, places)
    return [stroke_prior(ct, places)]


def places_around(drawing: Drawing, count: int, rng: np.random.Generator) -> Places:
    """Places at random around a drawing, with their features and the truth."""
    from scipy.ndimage import map_coordinates

    features = voxel_features(drawing.case.image, drawing.prior, P.cells)
    cubes = np.argwhere(features.considered)
    some = rng.choice(len(cubes), min(count, len(cubes)), replace=False)
    truth = drawing.case.truth
    places = features.grid.corner + features.grid.step_mm * cubes[some]
    index = places / np.array(truth.lattice.spacing) - truth.offset
    inside = map_coordinates(truth.values.astype(np.float32), index.T, order=1) > 0.5
    return Places(features.rows.T[some], inside, features.names)


def fit_voxels(places: Sequence[Places], weights: Sequence[float], recipe: Recipe) -> BoostedTrees:
    """Trees that tell inside from outside."""
    from sklearn.ensemble import HistGradientBoostingClassifier

    trees = HistGradientBoostingClassifier(**recipe.voxel_trees, random_state=0, early_stopping=False)
    trees.fit(
        np.concatenate([each.rows for each in places]),
        np.concatenate([each.inside for each in places]),
        sample_weight=np.repeat(weights, [len(each.rows) for each in places]),
    )
    return as_arrays(trees, places[0].names)


def fit_agreement(features: Sequence[dict[str, float]], dices: np.ndarray, recipe: Recipe) -> BoostedTrees:
    """Trees that give the Dice coefficient from what is known of a segmentation.

    Parameters
    ----------
    features : sequence of dict of str to float
        Of `agreement_features`, one for each segmentation.
    dices : ndarray, shape (n,)
        Their Dice coefficients with the truth, 0 to 1.
    recipe : Recipe
        How the trees are fitted.
    """
    from sklearn.ensemble import HistGradientBoostingRegressor

    names = tuple(features[0])
    trees = HistGradientBoostingRegressor(**recipe.agreement_trees, random_state=0, early_stopping=False)
    trees.fit(np.array([[each[name] for name in names] for each in features], np.float32), dices)
    return as_arrays(trees, names)


def rounded(value: float) -> float:
    """The number with nine significant digits: any float32 is the same again."""
    return float(f"{value:.9g}")


def as_arrays(fitted: Any, names: tuple[str, ...]) -> BoostedTrees:
    """The plain numbers of scikit-learn's histogram-based boosted trees."""
    trees = tuple(_nodes_and_leaves(each[0].nodes) for each in fitted._predictors)
    return BoostedTrees(names, rounded(float(np.ravel(fitted._baseline_prediction)[0])), trees)


def _nodes_and_leaves(nodes: np.ndarray) -> tuple[tuple[tuple[int, float, int], ...], tuple[float, ...]]:
    inner: list[tuple[int, float, int]] = []
    leaves: list[float] = []

    def walk(number: int) -> None:
        node = nodes[number]
        if node["is_leaf"]:
            leaves.append(rounded(float(node["value"])))
            return
        place, first = len(inner), len(leaves)
        inner.append((0, 0.0, 0))
        walk(int(node["left"]))
        bits = (1 << len(leaves)) - (1 << first)
        inner[place] = (int(node["feature_idx"]), rounded(float(node["num_threshold"])), bits)
        walk(int(node["right"]))

    walk(0)
    return tuple(inner), tuple(leaves)


@dataclass(frozen=True, eq=False)
class Outcome:
    """A drawing segmented by a model that was fitted without its patient."""

    patient: str
    kind: str
    gesture: str
    dice: float
    features: dict[str, float]
    expected: float = 0.0


def make(cases: Sequence[LesionCase], recipe: Recipe) -> tuple[SegmentationModel, list[Outcome], list[dict]]:
    """Fit on all cases; and, for what is expected of it, on folds without whole patients.

    Returns
    -------
    SegmentationModel
        Fitted on all.
    list of Outcome
        Of every drawing, by the model that was fitted without its patient.
    list of dict
        For each fold the left out `patients` and the `model`.
    """
    rng = np.random.default_rng(0)
    every = list(drawings(cases, recipe.strokes))
    meant = [drawing for drawing in every if drawing.gesture != CLICK]
    _say(f"{len(cases)} lesions, {len(meant)} drawings, {len(every) - len(meant)} guesses of clicks")
    places = [places_around(drawing, recipe.places, rng) for drawing in meant]
    weight = {READER: 1.0, AROUND_BONE: recipe.pasted_weight}
    weights = [weight.get(each.case.kind, recipe.simulated_weight) for each in meant]
    patients = sorted({case.patient for case in cases})
    left_out = [set(patients[number :: recipe.folds]) for number in range(recipe.folds)]
    trees, outcomes = [], []
    for fold in left_out:
        kept = [number for number, each in enumerate(meant) if each.case.patient not in fold]
        trees.append(fit_voxels([places[n] for n in kept], [weights[n] for n in kept], recipe))
        model = SegmentationModel(trees[-1], CONSTANT)
        found = (_outcome(each, model) for each in every if each.case.patient in fold)
        outcomes += [each for each in found if each is not None]
        _say(f"without {', '.join(sorted(fold)[:3])} ...: Dice {np.median([o.dice for o in outcomes]):.3f}")
    agreement = [
        fit_agreement(
            [each.features for each in outcomes if each.patient not in fold],
            np.array([each.dice for each in outcomes if each.patient not in fold]),
            recipe,
        )
        for fold in left_out
    ]
    folds = [
        {"patients": sorted(fold), "model": SegmentationModel(voxels, judge)}
        for fold, voxels, judge in zip(left_out, trees, agreement, strict=True)
    ]
    outcomes = [
        replace(each, expected=expected_agreement(each.features, judge))
        for fold, judge in zip(left_out, agreement, strict=True)
        for each in outcomes
        if each.patient in fold
    ]
    whole = SegmentationModel(
        fit_voxels(places, weights, recipe),
        fit_agreement([each.features for each in outcomes], np.array([o.dice for o in outcomes]), recipe),
    )
    return whole, outcomes, folds


# Expects nothing: for segmenting before agreement is known.
CONSTANT = BoostedTrees((), 0.5, ())


def _outcome(drawing: Drawing, model: SegmentationModel) -> Outcome | None:
    """None where nothing was found: then there is nothing to agree with, and the user is told."""
    case = drawing.case
    try:
        found = find_lesion(case.image, drawing.prior, model)
    except InputError:
        return None
    return Outcome(
        case.patient, case.kind, drawing.gesture, dice(found.mask, case.truth), found.agreement_features
    )


def write_model(model: SegmentationModel, path: Path, about: dict[str, Any]) -> None:
    """Write a model as JSON: a tree a line."""
    parts = [f'"about": {json.dumps(about)}']
    for name, trees in (("voxels", model.voxels), ("agreement", model.agreement)):
        lines = ",\n".join(json.dumps(tree, separators=(",", ":")) for tree in trees.trees)
        columns = json.dumps(trees.columns)
        parts.append(f'"{name}": {{"columns": {columns},\n"start": {trees.start},\n"trees": [\n{lines}\n]}}')
    path.write_text("{" + ",\n".join(parts) + "}\n", "utf-8")


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def main(arguments: Sequence[str] | None = None) -> int:
    """Make the model's file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("data", type=Path, metavar="DATA")
    parser.add_argument("file", type=Path, metavar="FILE")
    parser.add_argument("--folds", type=Path, help="folder for the models of the cross-validation")
    options = parser.parse_args(arguments)
    require_sklearn()
    recipe = Recipe()
    readers = list(reader_cases(options.data / "sts"))
    cases = [*readers, *simulated_cases(recipe.seeds)]
    model, outcomes, folds = make(cases, recipe)
    about = {
        "fitted_on": f"{len({case.patient for case in readers})} patients with soft-tissue sarcomas (TCIA "
        "Soft-tissue-Sarcoma, CC BY 3.0), lesions simulated around bone in their CT, and "
        f"{len(recipe.seeds)} simulated patients",
        "patients": sorted({case.patient for case in readers}),
    }
    write_model(model, options.file, about)
    read_model(options.file)
    if options.folds:
        options.folds.mkdir(parents=True, exist_ok=True)
        for number, fold in enumerate(folds):
            write_model(fold["model"], options.folds / f"fold_{number}.json", {"left_out": fold["patients"]})
    _report(outcomes)
    return 0


def _report(outcomes: Sequence[Outcome]) -> None:
    for kind in sorted({each.kind for each in outcomes}):
        for gesture in (STROKE, CORONAL, SAGITTAL, CROSSED, BOX):
            values = [o.dice for o in outcomes if (o.kind, o.gesture) == (kind, gesture)]
            if values:
                shown = f"{np.median(values):.3f} {np.percentile(values, 10):.3f} {min(values):.3f}"
                _say(f"{kind:12} {gesture:9} {len(values):4} Dice {shown}")
    drawn_ones = [each for each in outcomes if each.gesture != CLICK]
    _report_agreement([each for each in drawn_ones if each.kind == READER], "readers' lesions")
    _report_agreement(drawn_ones, "all lesions")


def _report_agreement(outcomes: Sequence[Outcome], title: str) -> None:
    from scipy.stats import spearmanr

    true, expected = (np.array([getattr(o, name) for o in outcomes]) for name in ("dice", "expected"))
    fifths = np.array_split(np.argsort(expected), 5)
    means = ", ".join(f"{expected[fifth].mean():.2f}/{true[fifth].mean():.2f}" for fifth in fifths)
    _say(f"{title}: rank correlation {spearmanr(expected, true)[0]:.2f}; expected/true in fifths {means}")
    low = true < 0.6
    for limit in np.arange(0.55, 0.81, 0.05):
        marked = expected < limit
        hits = marked[low].mean() if low.any() else np.nan
        _say(f"  below {limit:.2f}: {hits:.2f} of those under 0.6, {marked[~low].mean():.2f} of the others")


if __name__ == "__main__":
    raise SystemExit(main())
