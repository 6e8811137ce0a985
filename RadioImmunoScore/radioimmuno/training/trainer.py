"""Training a signature: one pipeline from the raw table to the prediction, and its file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from ..findings import TableError
from ..signature.patient_rules import POOLED, SCORES, makes_one_row, value_of_scores
from ..signature.pooling import Pooled, bags_of, pool
from ..tables.cohort_table import CohortTable
from ..tables.outcomes import BINARY, CONTINUOUS, SURVIVAL
from .aggregation import row_a_patient
from .penalties import PenaltyGrid, rounded

if TYPE_CHECKING:
    from sklearn.pipeline import Pipeline

    from .truth import Truth

ELASTIC_NET, LASSO, LOGISTIC, COX = "elastic-net", "lasso", "logistic", "cox"
RANDOM_FOREST, SVM = "random-forest", "svm"
# What the rules of multiple-instance learning fit; no model to choose.
MULTIPLE_INSTANCE = "multiple-instance"
LINEAR = (ELASTIC_NET, LASSO, LOGISTIC, COX)
MODELS = (*LINEAR, RANDOM_FOREST, SVM)
DEFAULT_MODELS = {CONTINUOUS: ELASTIC_NET, BINARY: LOGISTIC, SURVIVAL: COX}
KINDS_OF = {
    LOGISTIC: (BINARY,),
    COX: (SURVIVAL,),
    RANDOM_FOREST: (CONTINUOUS, BINARY),
    SVM: (CONTINUOUS, BINARY),
}

ENTROPY_BINS = 10
ALL_SCORES = "scores"


@dataclass(frozen=True)
class Specification:
    """What is trained, and how.

    Parameters
    ----------
    model : str
        One of `MODELS`; empty for the kind's usual one.
    rule : str
        How a patient's value is made of the lesions: one of `PATIENT_RULES`, or `scores` for all rules of
        scores at once.
    grid : PenaltyGrid
    equal_weights : bool
        Whether lesions count alike; else 1/n of their patient, so that patients do.
    redundancy : float, optional
        Correlation above which the later of two variables is left out; None keeps all.
    combat : bool
        Whether the batches are harmonized, as the first step of the pipeline.
    least_of_a_batch : int
        Patients; fewer are refused. Inside the folds a part of them is held out.
    seed : int
    """

    model: str = ""
    rule: str = "scores_mean"
    grid: PenaltyGrid = field(default_factory=PenaltyGrid)
    equal_weights: bool = False
    redundancy: float | None = 0.95
    combat: bool = False
    least_of_a_batch: int = 10
    seed: int = 0

    def model_of(self, kind: str) -> str:
        """The model for this kind of outcome.

        Raises
        ------
        TableError
            `cohort_table.outcome` when the model is not for this kind, or a model is named for a rule that
            learns its own.
        """
        if self.rule in POOLED:
            if self.model:
                text = f"{self.rule} learns its own weighted sum: no model ({self.model}) is chosen for it."
                raise TableError("cohort_table.outcome", text)
            return MULTIPLE_INSTANCE
        model = self.model or DEFAULT_MODELS[kind]
        if kind not in KINDS_OF.get(model, (CONTINUOUS, BINARY, SURVIVAL)):
            text = f"{model} is for an outcome that is {' or '.join(KINDS_OF[model])}; this one is {kind}."
            raise TableError("cohort_table.outcome", text)
        return model


@dataclass(frozen=True, eq=False)
class Fitted:
    """A pipeline that was fitted, and how it makes a patient's value.

    Parameters
    ----------
    pipeline : Pipeline
    specification : Specification
    of_lesion : bool
        Whether the outcome is a lesion's.
    edges : ndarray of float64, shape (bins + 1,)
        Bins of the training scores.
    batches : tuple of str
        The batches that were harmonized; none without.
    """

    pipeline: Pipeline
    specification: Specification
    of_lesion: bool
    edges: np.ndarray
    batches: tuple[str, ...] = ()

    def scores(self, table: CohortTable) -> np.ndarray:
        """The scores of the rows that the rule makes of a table, ndarray of float64, shape (m,)."""
        rows = rows_of(table, self.specification, self.of_lesion)
        return self.pipeline.predict(raw_columns(rows, self.batches))

    def harmonized(self, rows: CohortTable) -> CohortTable:
        """The rows with values without their batch's shift; as they are without harmonization."""
        if not self.batches:
            return rows
        values = self.pipeline["harmonization"].transform(raw_columns(rows, self.batches))
        return replace(rows, values=values)

    def values(self, table: CohortTable) -> dict[str, np.ndarray]:
        """Rule -> the values of the sorted patients; of the lesions where the outcome is theirs.

        Returns
        -------
        dict of str to ndarray of float64, shape (units,)
        """
        scores, rule = self.scores(table), self.specification.rule
        if self.of_lesion or makes_one_row(rule):
            return {rule: scores}
        if rule in POOLED:
            return {rule: self._pooled(table)[0].values}
        rules = tuple(SCORES) if rule == ALL_SCORES else (rule,)
        groups = [scores[table.patients == patient] for patient in np.unique(table.patients)]
        return {one: np.array([value_of_scores(one, group, self.edges) for group in groups]) for one in rules}

    def lesion_weights(self, table: CohortTable) -> np.ndarray:
        """How much each lesion counts in its patient by multiple-instance learning.

        Returns
        -------
        ndarray of float64, shape (n,)
            In the order of the table; sums to 1 in a patient.
        """
        pooled, order = self._pooled(table)
        found = np.empty(len(table))
        found[order] = pooled.weights
        return found

    def _pooled(self, table: CohortTable) -> tuple[Pooled, np.ndarray]:
        standard, model = (
            self.pipeline[:-1].transform(raw_columns(table, self.batches)),
            self.pipeline["model"],
        )
        bags, order = bags_of(standard, table.patients)
        return pool(bags, model.predict(bags.values), model.pooling_), order

    def chosen(self) -> np.ndarray:
        """Weights of the variables a standard deviation, shape (variables,); NaN of no linear model."""
        model, kept = self.pipeline["model"], self.pipeline["redundancy"].kept_
        weights = np.zeros(self.pipeline["scaler"].n_features_in_)
        weights[kept] = getattr(model, "coef_", np.nan)
        return weights


def rows_of(table: CohortTable, specification: Specification, of_lesion: bool = False) -> CohortTable:
    """The rows that are fitted: a row a lesion, or a row a patient where the rule makes it before."""
    if makes_one_row(specification.rule) and not of_lesion:
        return row_a_patient(table, specification.rule)
    return table


def make_pipeline(
    specification: Specification, kind: str, covariates: int = 0, harmonization: Any = None
) -> Pipeline:
    """The pipeline, not fitted yet: harmonization, standardization, redundancy filter, model.

    Parameters
    ----------
    specification : Specification
    kind : str
    covariates : int
        How many of the last variables are covariates: they stay where another variable goes with them.
    harmonization : object, optional
        A transformer of scikit-learn, the first step.

    Returns
    -------
    Pipeline
    """
    from sklearn.pipeline import Pipeline

    from .estimators import MeanFill, PenalizedModel, PooledModel, RedundancyFilter, RoundedScaler
    from .other_models import OtherModel

    name, grid = specification.model_of(kind), specification.grid
    if name == LASSO:
        grid = PenaltyGrid((1.0,), grid.alphas, grid.folds, grid.most_terms)
    model: Any
    if name == MULTIPLE_INSTANCE:
        model = PooledModel(specification.rule, specification.seed)
    elif name in LINEAR:
        model = PenalizedModel(grid, specification.seed)
    else:
        model = OtherModel(name, grid.folds, specification.seed)
    first = [] if harmonization is None else [("harmonization", harmonization)]
    return Pipeline(
        [
            *first,
            ("scaler", RoundedScaler()),
            ("fill", MeanFill()),
            ("redundancy", RedundancyFilter(specification.redundancy, covariates)),
            ("model", model),
        ]
    )


def fit(table: CohortTable, specification: Specification) -> Fitted:
    """Fit the pipeline on a table with an outcome; nothing is fitted outside of it.

    Parameters
    ----------
    table : CohortTable
    specification : Specification

    Returns
    -------
    Fitted

    Raises
    ------
    TableError
        When the table has no outcome, or model or rule are not for it.
    ImportError
        When scikit-learn is not installed.
    """
    require_sklearn()
    if table.outcome is None:
        raise TableError("cohort_table.outcome", "There is no outcome to train for: name it by --target.")
    if specification.rule in POOLED and table.outcome.of_lesion:
        text = "Multiple-instance learning needs an outcome of the patient."
        raise TableError("cohort_table.outcome", text)
    if specification.combat and table.batch is None:
        raise TableError("cohort_table.column", "ComBat needs the column of the batch: name it by --batch.")
    kind, of_lesion = table.outcome.kind, table.outcome.of_lesion
    rows = rows_of(table, specification, of_lesion)
    batches: tuple[str, ...] = ()
    harmonizer = None
    if specification.combat and rows.batch is not None:
        from .estimators import Harmonizer

        batches = tuple(str(name) for name in np.unique(rows.batch))
        harmonizer = Harmonizer(rows.variables, batches, len(rows.covariates), specification.least_of_a_batch)
    raw = raw_columns(rows, batches)
    pipeline = make_pipeline(specification, kind, len(table.covariates), harmonizer)
    weights = None if specification.equal_weights else patient_weights(rows.patients)
    with np.errstate(over="ignore"):
        pipeline.fit(
            raw,
            truth_of(rows),
            scaler__sample_weight=weights,
            redundancy__sample_weight=weights,
            model__sample_weight=weights,
            model__groups=rows.patients,
        )
    return Fitted(pipeline, specification, of_lesion, edges_of(pipeline.predict(raw)), batches)


def raw_columns(rows: CohortTable, batches: Sequence[str]) -> np.ndarray:
    """What the pipeline takes: the values; with harmonization batch and patient as whole numbers before them.

    Parameters
    ----------
    rows : CohortTable
    batches : sequence of str
        The batches that are known; none without harmonization.

    Returns
    -------
    ndarray of float64, shape (n, variables) or (n, 2 + variables)

    Raises
    ------
    TableError
        `cohort_table.value` for a batch that is none of them.
    """
    if not batches:
        return rows.values
    if rows.batch is None or (unseen := sorted(set(rows.batch) - set(batches))):
        named = ", ".join(repr(str(name)) for name in unseen) if rows.batch is not None else "none"
        text = f"The batch {named} was not in the training data; it knows {', '.join(batches)}."
        raise TableError("cohort_table.value", text)
    codes = np.array([list(batches).index(name) for name in rows.batch], float)
    patients = np.unique(rows.patients, return_inverse=True)[1].astype(float)
    return np.column_stack([codes, patients, rows.values])


def patient_weights(patients: np.ndarray) -> np.ndarray:
    """1/n for a row of a patient with n rows, ndarray of float64, shape (n,).

    Parameters
    ----------
    patients : ndarray, shape (n,)

    Examples
    --------
    >>> patient_weights(np.array(["a", "a", "b"]))
    array([0.5, 0.5, 1. ])
    """
    _, place, counts = np.unique(patients, return_inverse=True, return_counts=True)
    return 1.0 / counts[place]


def truth_of(table: CohortTable) -> Truth:
    """The table's outcome as the pipeline's last step takes it."""
    from .truth import Truth

    assert table.outcome is not None
    return Truth(table.outcome.kind, table.outcome.values, table.outcome.events)


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


def percentiles_of(scores: np.ndarray, percentiles: Sequence[float]) -> list[float]:
    """Percentiles of training scores, rounded as a file holds them.

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
    percentiles : sequence of float, 0 to 100
    """
    return [float(value) for value in rounded(np.percentile(scores, percentiles))]


def edges_of(scores: np.ndarray) -> np.ndarray:
    """Bins of training scores for the entropy, ndarray of float64, shape (bins + 1,).

    Parameters
    ----------
    scores : ndarray of float64, shape (n,)
    """
    p1, p99 = percentiles_of(scores, (1, 99))
    return rounded(np.linspace(p1, p99 if p99 > p1 else p1 + 1.0, ENTROPY_BINS + 1))
