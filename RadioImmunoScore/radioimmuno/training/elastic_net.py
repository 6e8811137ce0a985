"""Training a signature: an elastic net on standardized variables of lesions whose truth is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from ..settings import Settings
from ..signature.signature import Cutoffs, Distribution, Signature, Term

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

ENTROPY_BINS = 10
CUTOFFS_ARE = "25th, 50th and 75th percentile of the training scores: a convention of this software"
EDGES_ARE = f"{ENTROPY_BINS} equal bins from the 1st to the 99th percentile of the training scores"
METHOD = (
    "elastic net on standardized variables; of the penalties that leave at most {most_terms} variables, "
    "the one with the smallest squared error in cross-validation, whole patients in a fold"
)
# What differs between machines in a number's last bits does not reach the file.
DIGITS = 10
ITERATIONS = 100_000
# Tight, so that coefficients do not depend on where the solver happened to stop.
TOLERANCE = 1e-10


@dataclass(frozen=True, eq=False)
class Cohort:
    """Lesions of many patients.

    Parameters
    ----------
    variables : tuple of str
        Names of the columns of `values`.
    values : ndarray, shape (n, variables)
        Not standardized.
    truth : ndarray, shape (n,)
        What the score is to predict.
    patients : ndarray, shape (n,)
        Each lesion's patient.
    left_out : int
        How many lesions more there were, of which not all values are defined.
    """

    variables: tuple[str, ...]
    values: np.ndarray
    truth: np.ndarray
    patients: np.ndarray
    left_out: int = 0


@dataclass(frozen=True)
class PenaltyGrid:
    """The penalties that cross-validation chooses from.

    Parameters
    ----------
    l1_ratios : tuple of float
        Share of the l1 norm in the penalty.
    alphas : tuple of float
        Weight of the penalty.
    folds : int
        Of the cross-validation; a patient's lesions are all in the same one.
    most_terms : int
        No more variables than this may be left, so that a person can read the signature.
    """

    l1_ratios: tuple[float, ...] = (0.5, 0.7, 0.9)
    alphas: tuple[float, ...] = tuple(float(alpha) for alpha in np.logspace(-2.6, -0.6, 41))
    folds: int = 10
    most_terms: int = 12


@dataclass(frozen=True)
class Penalty:
    """What cross-validation chose, and the mean squared error that it found there."""

    alpha: float
    l1_ratio: float
    error: float


@dataclass(frozen=True)
class Description:
    """What a trained signature states of itself."""

    name: str
    version: str
    status: str
    predicts: str
    direction: str


def train(
    cohort: Cohort, settings: Settings, description: Description, grid: PenaltyGrid | None = None
) -> Signature:
    """Train an elastic net on a cohort; a signature has the variables whose coefficient is not 0.

    Parameters
    ----------
    cohort : Cohort
        To train on.
    settings : Settings
        How the cohort's features were measured; they become part of the signature.
    description : Description
        Name, version and meaning of the signature.
    grid : PenaltyGrid, optional
        The penalties to choose from.

    Returns
    -------
    Signature
        Its cut-offs and bins are percentiles of the training scores; `training` states how it was made.

    Raises
    ------
    ImportError
        When scikit-learn is not installed.
    ValueError
        When no coefficient differs from 0.
    """
    require_sklearn()
    grid = grid or PenaltyGrid()
    pipeline = make_pipeline()
    scaler, net = pipeline["scaler"], pipeline["net"]
    penalty = choose_penalty(scaler.fit_transform(cohort.values), cohort.truth, cohort.patients, grid)
    net.set_params(alpha=penalty.alpha, l1_ratio=penalty.l1_ratio)
    pipeline.fit(cohort.values, cohort.truth)
    used = [int(n) for n in np.flatnonzero(net.coef_)]
    if not used:
        raise ValueError("no variable says anything about the truth: there is no signature to make")
    weights = rounded(net.coef_)
    terms = tuple(
        Term(
            cohort.variables[n],
            float(weights[n]),
            float(scaler.mean_[n]),
            float(scaler.scale_[n]),
            _ends(cohort, n),
        )
        for n in used
    )
    intercept = float(rounded(net.intercept_))
    scores = weighted_sum(intercept, terms, cohort)
    return Signature(
        name=description.name,
        version=description.version,
        status=description.status,
        predicts=description.predicts,
        direction=description.direction,
        settings=settings,
        intercept=intercept,
        terms=terms,
        cutoffs=Cutoffs(*_percentiles(scores, (25, 50, 75))),
        distribution=_distribution(scores),
        training=_provenance(cohort, grid, penalty),
    )


def make_pipeline() -> Pipeline:
    """Standardization and elastic net, not fitted yet.

    Means and SDs are rounded before the net sees them: it is fitted on what the signature's terms will hold.
    """
    from sklearn.linear_model import ElasticNet
    from sklearn.pipeline import Pipeline
    from sklearn.preprocessing import StandardScaler

    class RoundedScaler(StandardScaler):
        def fit(self, values: np.ndarray, truth: np.ndarray | None = None) -> RoundedScaler:
            super().fit(values)
            for name in ("mean_", "scale_"):
                setattr(self, name, rounded(getattr(self, name)))
            return self

    return Pipeline([("scaler", RoundedScaler()), ("net", ElasticNet(max_iter=ITERATIONS, tol=TOLERANCE))])


def choose_penalty(
    standard: np.ndarray, truth: np.ndarray, patients: np.ndarray, grid: PenaltyGrid
) -> Penalty:
    """The penalty with the smallest cross-validated error of those that leave few enough variables.

    Parameters
    ----------
    standard : ndarray of float64, shape (n, variables)
        Standardized values.
    truth, patients : ndarray, shape (n,)
        What is to be predicted, and whose lesion it is.
    grid : PenaltyGrid
        The penalties to choose from.
    """
    from sklearn.linear_model import ElasticNetCV, enet_path
    from sklearn.model_selection import GroupKFold

    folds = list(GroupKFold(grid.folds).split(standard, truth, patients))
    alphas = sorted(grid.alphas, reverse=True)
    search = ElasticNetCV(l1_ratio=list(grid.l1_ratios), alphas=alphas, cv=folds, max_iter=ITERATIONS)
    errors = search.fit(standard, truth).mse_path_.reshape(len(grid.l1_ratios), len(alphas), grid.folds)
    paths = [
        enet_path(standard, truth - truth.mean(), l1_ratio=ratio, alphas=alphas, max_iter=ITERATIONS)[1]
        for ratio in grid.l1_ratios
    ]
    few = np.count_nonzero(paths, axis=1) <= grid.most_terms
    error = np.where(few, errors.mean(axis=2), np.inf)
    ratio, alpha = np.unravel_index(np.argmin(error), error.shape)
    return Penalty(alphas[alpha], grid.l1_ratios[ratio], float(error[ratio, alpha]))


def score_cohort(signature: Signature, cohort: Cohort) -> np.ndarray:
    """Scores of a cohort's lesions, ndarray of float64, shape (n,)."""
    return weighted_sum(signature.intercept, signature.terms, cohort)


def weighted_sum(intercept: float, terms: Sequence[Term], cohort: Cohort) -> np.ndarray:
    """The scores, shape (n,), that an intercept and terms give a cohort's lesions."""
    columns = [cohort.variables.index(term.variable) for term in terms]
    mean, scale, weight = np.array([(t.mean, t.scale, t.coefficient) for t in terms]).T
    return intercept + (cohort.values[:, columns] - mean) / scale @ weight


def require_sklearn() -> None:
    """Say in plain words what is missing.

    Raises
    ------
    ImportError
        When scikit-learn is not installed.
    """
    try:
        import sklearn  # noqa: F401
    except ImportError as problem:
        text = "Training a signature needs scikit-learn: python -m pip install 'radioimmuno[train]'"
        raise ImportError(text) from problem


def rounded(values: Any) -> np.ndarray:
    """The numbers with `DIGITS` significant digits, in their shape."""
    return np.vectorize(lambda value: float(f"{value:.{DIGITS}g}"), otypes=[float])(values)


def _ends(cohort: Cohort, column: int) -> tuple[float, float]:
    values = cohort.values[:, column]
    low, high = rounded([values.min(), values.max()])
    return float(low), float(high)


def _percentiles(scores: np.ndarray, percentiles: Sequence[float]) -> list[float]:
    return [float(value) for value in rounded(np.percentile(scores, percentiles))]


def _distribution(scores: np.ndarray) -> Distribution:
    p1, p99 = _percentiles(scores, (1, 99))
    edges = rounded(np.linspace(p1, p99, ENTROPY_BINS + 1))
    return Distribution(len(scores), p1, p99, tuple(float(edge) for edge in edges))


def _provenance(cohort: Cohort, grid: PenaltyGrid, penalty: Penalty) -> dict[str, Any]:
    return {
        "patients": len(np.unique(cohort.patients)),
        "lesions": len(cohort.truth),
        "lesions_left_out": cohort.left_out,
        "method": METHOD.format(most_terms=grid.most_terms),
        "folds": grid.folds,
        "alpha": float(rounded(penalty.alpha)),
        "l1_ratio": penalty.l1_ratio,
        "cross_validated_mse": float(rounded(penalty.error)),
        "cutoffs": CUTOFFS_ARE,
        "entropy_edges": EDGES_ARE,
        "candidates": list(cohort.variables),
    }
