"""What would make a validation dishonest, refused before anything is computed."""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np

from ..findings import InputError
from ..scoring.patient_value import SPREADS
from ..signature.cutoffs import CUTOFFS
from ..signature.patient_rules import makes_one_row
from ..signature.signature import Signature
from ..signature.trained_patients import trained_on
from ..tables.outcomes import CONTINUOUS, SURVIVAL, Outcome
from ..tables.studies import BASELINE, study_words
from .cutoffs import YOUDEN_FIELD, youden_cutoff

MEDIAN, QUARTILES, YOUDEN = "median", "quartiles", "youden"
OF_SIGNATURE = (*CUTOFFS, QUARTILES, YOUDEN)
NAMED = {QUARTILES: CUTOFFS}

_CHANGE = re.compile(r"delta|change|difference|growth|ratio_to_baseline|relative_to_baseline", re.IGNORECASE)
_SIZE = re.compile(r"volume|diameter|axis|size|area|surface|sum_of|sld|morphology|shape", re.IGNORECASE)
_RESPONSE = re.compile(
    r"recist|respon|progress(?!ion_free)|shrink|best_overall|\bbor\b|\borr\b|size|volume|diameter",
    re.IGNORECASE,
)
_AT_FOLLOW_UP = re.compile(
    r"delta|change|respon|recist|follow.?up|pseudo.?progress|progress|growth", re.IGNORECASE
)


def check_patients(signature: Signature, patients: np.ndarray) -> None:
    """Refuse patients of the training.

    Parameters
    ----------
    signature : Signature
    patients : ndarray of str, shape (n,)

    Raises
    ------
    InputError
        `validation.same_patients`.
    """
    same = np.unique(patients[trained_on(signature.training, patients)])
    if len(same):
        total = len(np.unique(patients))
        text = f"{len(same)} of {total} patients of the table trained the signature, as {same[0]}."
        raise InputError("validation.same_patients", text)


def check_outcome(signature: Signature, outcome: Outcome, by_size: bool = False) -> None:
    """Refuse a signature that contains change of size where response is measured by size.

    Parameters
    ----------
    signature : Signature
    outcome : Outcome
    by_size : bool
        Whether a person says that the outcome is response by size; its name may say so, too.

    Raises
    ------
    InputError
        `validation.size`.
    """
    changes = changes_of_size(signature.variables, outcome, by_size)
    if changes:
        text = f"The signature contains {changes[0]}, and {outcome.name} is response by size."
        raise InputError("validation.size", text)


def changes_of_size(variables: Iterable[str], outcome: Outcome, by_size: bool = False) -> list[str]:
    """Those of the variables that are changes of size, where the outcome is response by size.

    Parameters
    ----------
    variables : iterable of str
    outcome : Outcome
    by_size : bool
        As of `check_outcome`.

    Returns
    -------
    list of str
    """
    if outcome.kind == SURVIVAL or not (by_size or _RESPONSE.search(outcome.name)):
        return []
    return [name for name in variables if _CHANGE.search(name) and _SIZE.search(name)]


def check_landmark(
    variables: Iterable[str], outcome: Outcome, by: str, landmark: float | None, study: str = ""
) -> None:
    """Refuse groups or scores that are known at follow-up alone, where survival starts at day 0.

    Parameters
    ----------
    variables : iterable of str
        What scores are made of.
    outcome : Outcome
    by : str
        Column whose groups are compared; empty for none.
    landmark : float, optional
        Day from which survival is counted.
    study : str, optional
        Which study of the patients the values are of; "" where they have one.

    Raises
    ------
    InputError
        `validation.landmark`.
    """
    if outcome.kind != SURVIVAL or landmark is not None:
        return
    late = [study_words(study)] if study not in ("", BASELINE) else []
    late += [name for name in (*variables, by) if name and _AT_FOLLOW_UP.search(name)]
    if late:
        text = f"{late[0]} is known at follow-up alone; say with --landmark on which day."
        raise InputError("validation.landmark", text)


def cutoffs_named(
    signature: Signature, name: str, source: str = "", of_patients: bool = False
) -> tuple[float, ...]:
    """The cut-offs that a name means, all learnt before: in training, or as published.

    Parameters
    ----------
    signature : Signature
    name : str
        One of `OF_SIGNATURE`, or a number.
    source : str
        Where a number was published.
    of_patients : bool
        Whether patients' values are divided, or lesions' scores.

    Returns
    -------
    tuple of float
        Ascending.

    Raises
    ------
    InputError
        `validation.cutoff` for a number without a source, a name that means a search in the data, or a
        cut-off that the signature does not have.
    """
    wanted, own = NAMED.get(name, (name,)), own_cutoffs(signature, of_patients)
    if all(one in own for one in wanted):
        return tuple(own[one] for one in wanted)
    if name == YOUDEN and isinstance(signature.training.get(YOUDEN_FIELD), int | float):
        return (float(signature.training[YOUDEN_FIELD]),)
    if name in OF_SIGNATURE:
        raise InputError("validation.cutoff", f"The signature has no cut-off {name!r} from its training.")
    try:
        value = float(name)
    except ValueError:
        text = f"{name!r} is no cut-off of the signature ({', '.join(OF_SIGNATURE)}) and no number."
        raise InputError("validation.cutoff", f"{text} None is looked for in the data.") from None
    if not source.strip() or not np.isfinite(value):
        text = f"Where does the cut-off {name} come from? --cutoff-source names what was published before."
        raise InputError("validation.cutoff", text)
    return (value,)


def own_cutoffs(signature: Signature, of_patients: bool) -> dict[str, float]:
    """The cut-offs of a signature's training by their names.

    Parameters
    ----------
    signature : Signature
    of_patients : bool
        Those of patients' values, which are others than those of lesions' scores where the patient's value is
        a minimum or a spread of them.

    Returns
    -------
    dict of str to float
        Those of `low`, `median` and `high` that there are.
    """
    found = signature.cutoffs
    if of_patients and not makes_one_row(signature.patient_rule):
        found = signature.patient_cutoffs or (None if signature.patient_rule in SPREADS else found)
    return {} if found is None else found.named


def check_cutoffs(cutoffs: tuple[float, ...], values: np.ndarray, outcome: Outcome) -> None:
    """Refuse a number that is the best or the median of the very data that it is tried on.

    Parameters
    ----------
    cutoffs : tuple of float
        Given as numbers.
    values : ndarray of float64, shape (n,)
        What they divide.
    outcome : Outcome
        Of the same rows.

    Raises
    ------
    InputError
        `validation.cutoff`.
    """
    found = {"the median of these data": float(np.median(values))}
    if outcome.kind != CONTINUOUS:
        positive = np.asarray(outcome.values if outcome.events is None else outcome.events) == 1
        if 0 < positive.sum() < len(values) and len(np.unique(values)) > 1:
            found["the cut-off that Youden's index chooses in these data"] = youden_cutoff(values, positive)
    if outcome.kind == SURVIVAL:
        found["the cut-off with the smallest p in these data"] = _smallest_p(values, outcome)
    levels = np.unique(values)
    for what, best in found.items():
        # Cut-offs between the same two neighboring values are the same cut-off.
        if len(levels) > 1 and np.searchsorted(levels, cutoffs[0]) == np.searchsorted(levels, best):
            raise InputError("validation.cutoff", f"The cut-off {cutoffs[0]:g} is {what}.")


def _smallest_p(values: np.ndarray, outcome: Outcome) -> float:
    from .survival import log_rank_p

    assert outcome.events is not None
    levels = np.unique(values)
    middles = (levels[:-1] + levels[1:]) / 2
    inner = middles[(middles > np.quantile(values, 0.1)) & (middles < np.quantile(values, 0.9))]
    if not len(inner):
        return float("nan")
    p = [log_rank_p(values > middle, outcome.values, outcome.events == 1) for middle in inner]
    return float(inner[int(np.nanargmin(p))]) if np.isfinite(p).any() else float("nan")
