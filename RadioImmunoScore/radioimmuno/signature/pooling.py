"""Rule F, multiple-instance learning: the patient's value pools the lesions' scores as it was learnt.

Soft minimum: -log(mean(exp(-t s))) / t of the scores s, with a sharpness t. Attention: the mean of the scores
weighted by softmax(sum over heads of u tanh(v . z)), z the standardized variables. Both follow a shift of all
scores: the intercept of a lesion's score is the patient's, too. Sources: Ilse, Tomczak, Welling 2018
(attention); the log-sum-exp pooling of Ramon, De Raedt 2000. How it is learnt: `training.multiple_instance`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from .patient_rules import POOLED, SOFT_MIN
from .strict_json import Fields, invalid

# Sums of products of these and of scores stay finite; beyond it tanh is 1 all the same.
LARGEST = 1e100


@dataclass(frozen=True)
class Pooling:
    """What was learnt besides the terms.

    Parameters
    ----------
    sharpness : float, optional
        Of the soft minimum, per unit of the score: near 0 it is the mean, at infinity the minimum.
    heads : tuple of float, length (rank)
        Of the attention.
    directions : tuple of tuple of float, shape (rank, terms)
        Of the attention: what each head goes by, of the standardized variables in the order of the terms.
    """

    sharpness: float | None = None
    heads: tuple[float, ...] = ()
    directions: tuple[tuple[float, ...], ...] = ()


@dataclass(frozen=True, eq=False)
class Bags:
    """Lesions of patients, patient by patient.

    Parameters
    ----------
    values : ndarray of float64, shape (lesions, variables)
        Standardized.
    starts : ndarray of int, shape (patients,)
        The first row of each patient; rows of a patient are together.
    """

    values: np.ndarray
    starts: np.ndarray

    @property
    def sizes(self) -> np.ndarray:
        """How many lesions each patient has, shape (patients,)."""
        return np.diff([*self.starts, len(self.values)])

    def sums(self, rows: np.ndarray) -> np.ndarray:
        """Sums over each patient's rows.

        Parameters
        ----------
        rows : ndarray of float64, shape (lesions, ...)

        Returns
        -------
        ndarray of float64, shape (patients, ...)
        """
        return np.add.reduceat(rows, self.starts, axis=0)

    def spread(self, patients: np.ndarray) -> np.ndarray:
        """A value of each patient for each of its lesions.

        Parameters
        ----------
        patients : ndarray of float64, shape (patients,)

        Returns
        -------
        ndarray of float64, shape (lesions,)
        """
        return np.repeat(patients, self.sizes)

    def softmax(self, rows: np.ndarray) -> np.ndarray:
        """Weights of the lesions that sum to 1 in a patient.

        Parameters
        ----------
        rows : ndarray of float64, shape (lesions,)

        Returns
        -------
        ndarray of float64, shape (lesions,)
        """
        top = np.maximum.reduceat(rows, self.starts)
        raised = np.exp(rows - self.spread(top))
        return raised / self.spread(self.sums(raised))


@dataclass(frozen=True, eq=False)
class Pooled:
    """Lesions' scores that were pooled.

    Parameters
    ----------
    values : ndarray of float64, shape (patients,)
    weights : ndarray of float64, shape (lesions,)
        How much a lesion counts: by how much the patient's value moves where the lesion's score does. Those
        of a patient sum to 1.
    scores : ndarray of float64, shape (lesions,)
    hidden : ndarray of float64, shape (lesions, rank), optional
        Of the attention: tanh(v . z).
    """

    values: np.ndarray
    weights: np.ndarray
    scores: np.ndarray
    hidden: np.ndarray | None = None


def bags_of(values: np.ndarray, patients: np.ndarray) -> tuple[Bags, np.ndarray]:
    """The rows of a table, patient by patient.

    Parameters
    ----------
    values : ndarray of float64, shape (lesions, variables)
        Standardized.
    patients : ndarray, shape (lesions,)

    Returns
    -------
    bags : Bags
        In the order of the sorted patients.
    order : ndarray of int, shape (lesions,)
        The row of the table that each row of the bags is.
    """
    order = np.argsort(patients, kind="stable")
    _, starts = np.unique(patients[order], return_index=True)
    return Bags(values[order], starts), order


def pool(bags: Bags, scores: np.ndarray, pooling: Pooling) -> Pooled:
    """The patients' values and the lesions' weights.

    Parameters
    ----------
    bags : Bags
    scores : ndarray of float64, shape (lesions,)
    pooling : Pooling

    Returns
    -------
    Pooled

    Examples
    --------
    >>> pool(Bags(np.zeros((2, 1)), np.array([0])), np.array([1.0, 3.0]), Pooling(sharpness=1e-9)).weights
    array([0.5, 0.5])
    """
    if pooling.sharpness is not None:
        return soft_minimum(bags, scores, pooling.sharpness)
    return attention(bags, scores, np.array(pooling.heads), np.array(pooling.directions))


def soft_minimum(bags: Bags, scores: np.ndarray, sharpness: float) -> Pooled:
    """Pooling by the soft minimum.

    Parameters
    ----------
    bags : Bags
    scores : ndarray of float64, shape (lesions,)
    sharpness : float
        Above 0.

    Returns
    -------
    Pooled
    """
    low = np.minimum.reduceat(scores, bags.starts)
    sums = bags.sums(np.exp(-sharpness * (scores - bags.spread(low)))) / bags.sizes
    return Pooled(low - np.log(sums) / sharpness, bags.softmax(-sharpness * scores), scores)


def attention(bags: Bags, scores: np.ndarray, heads: np.ndarray, directions: np.ndarray) -> Pooled:
    """Pooling by attention.

    Parameters
    ----------
    bags : Bags
    scores : ndarray of float64, shape (lesions,)
    heads : ndarray of float64, shape (rank,)
    directions : ndarray of float64, shape (rank, variables)

    Returns
    -------
    Pooled
    """
    hidden = np.tanh(np.clip(bags.values, -LARGEST, LARGEST) @ directions.T)
    weights = bags.softmax(hidden @ heads)
    return Pooled(bags.sums(weights * scores), weights, scores, hidden)


def pooling_record(pooling: Pooling) -> dict[str, Any]:
    """What was learnt, as plain values for JSON.

    Parameters
    ----------
    pooling : Pooling

    Returns
    -------
    dict of str to Any

    Examples
    --------
    >>> pooling_record(Pooling(sharpness=2.5))
    {'sharpness': 2.5}
    """
    if pooling.sharpness is not None:
        return {"sharpness": pooling.sharpness}
    return {"heads": list(pooling.heads), "directions": [list(row) for row in pooling.directions]}


def pooling_of(fields: Fields, rule: str, terms: int) -> Pooling | None:
    """The field `pooling` of a signature's file.

    Parameters
    ----------
    fields : Fields
        Of the signature.
    rule : str
        Its `patient_rule`; empty where it names none.
    terms : int
        How many it has.

    Returns
    -------
    Pooling or None
        None for a rule that pools nothing.

    Raises
    ------
    SignatureError
        When it is missing, does not belong to the rule, or is not valid; the text names the field.
    """
    if rule not in POOLED:
        if fields.has("pooling"):
            raise invalid("pooling", f"belongs to a patient_rule of {', '.join(POOLED)} alone")
        return None
    if not fields.has("pooling"):
        raise invalid("pooling", f"is missing; patient_rule is {rule}")
    names = ("sharpness",) if rule == SOFT_MIN else ("heads", "directions")
    inner = Fields(fields.raw("pooling"), "pooling", names)
    if rule == SOFT_MIN:
        sharpness = inner.number("sharpness")
        if not 0 < sharpness <= LARGEST:
            raise invalid("pooling.sharpness", f"must be above 0 and not above {LARGEST:g}")
        return Pooling(sharpness)
    heads, directions = inner.numbers("heads"), inner.rows("directions")
    if not heads:
        raise invalid("pooling.heads", "must hold at least one number")
    if len(directions) != len(heads):
        raise invalid("pooling.directions", f"must hold a list for each of the {len(heads)} heads")
    for n, row in enumerate(directions):
        if len(row) != terms:
            raise invalid(f"pooling.directions[{n}]", f"must hold a number for each of the {terms} terms")
    for name, numbers in (("heads", heads), ("directions", sum(directions, ()))):
        if max(map(abs, numbers)) > LARGEST:
            raise invalid(f"pooling.{name}", f"must not hold a number beyond {LARGEST:g}")
    return Pooling(heads=heads, directions=directions)
