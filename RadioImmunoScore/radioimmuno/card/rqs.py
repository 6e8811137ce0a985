"""The Radiomics Quality Score: 16 items, from -8 to 36 points.

Source of items and points: Lambin et al., Nature Reviews Clinical Oncology 2017;14:749-762. Titles and
questions are written anew. An item of several points stands as one question for each.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from .items import Item, ItemState, Proof, Reply, state_of, yes_or_no

CITATION = (
    "Lambin P, Leijenaar RTH, Deist TM, et al. Radiomics: the bridge between medical imaging and "
    "personalized medicine. Nature Reviews Clinical Oncology 2017;14:749-762. doi:10.1038/nrclinonc.2017.141"
)
LOWEST, HIGHEST = -8.0, 36.0

MISSING = "missing"
VALIDATION = (
    (MISSING, -5.0),
    ("same institute", 2.0),
    ("another institute", 3.0),
    ("two institutes", 4.0),
    ("previously published signature", 4.0),
    ("three or more institutes", 5.0),
)
_YES = yes_or_no(1.0)
_ITEMS = (
    ("1.documented", "Image protocol documented", "Is the image protocol documented in detail?", _YES),
    ("1.public", "Image protocol public", "Is the image protocol a public one?", _YES),
    (
        *("2", "Several segmentations"),
        "Were regions drawn several times (readers, algorithms, noise), and features tested by it?",
        _YES,
    ),
    (
        *("3", "Phantom on all scanners"),
        "Was a phantom scanned on all scanners, and features tested by it?",
        _YES,
    ),
    (
        *("4", "Several time points"),
        "Were patients scanned again, and features tested for what changes between?",
        _YES,
    ),
    (
        *("5", "Fewer features, or correction for many tests"),
        "Were features reduced in number, or was corrected for multiple testing?",
        yes_or_no(3.0, -3.0),
    ),
    ("6", "With other than radiomic variables", "Is there a model together with clinical variables?", _YES),
    ("7", "Biology", "Was a relation to biology shown and discussed?", _YES),
    (
        *("8", "Cut-offs not made to fit"),
        "Are groups made by the median or a cut-off published before, or is the risk reported as a number?",
        _YES,
    ),
    (
        *("9.statistic", "Discrimination with its significance"),
        "Is a figure of discrimination (area under the curve, C-index) given with interval or p?",
        _YES,
    ),
    ("9.resampling", "Discrimination resampled", "Was it resampled (cross-validation, bootstrap)?", _YES),
    (
        *("10.statistic", "Calibration with its significance"),
        "Is a figure of calibration (intercept, slope) given with interval or p?",
        _YES,
    ),
    ("10.resampling", "Calibration resampled", "Was it resampled (cross-validation, bootstrap)?", _YES),
    (
        *("11", "Prospective, in a registered trial"),
        "Was it validated prospectively, in a trial that is registered?",
        yes_or_no(7.0),
    ),
    (
        *("12", "Validation"),
        "On whom was it validated, without training again and with the same cut-off?",
        VALIDATION,
    ),
    (
        *("13", "Against the gold standard"),
        "Was it compared with the method that is best at present?",
        yes_or_no(2.0),
    ),
    ("14", "Clinical utility", "Is the use for patients shown, as by a decision curve?", yes_or_no(2.0)),
    ("15", "Cost-effectiveness", "Was cost-effectiveness analyzed?", _YES),
    ("16.scans", "Scans public", "Are the scans public?", _YES),
    ("16.segmentations", "Segmentations public", "Are the segmentations public?", _YES),
    ("16.code", "Code public", "Is the code public?", _YES),
    (
        *("16.features", "Features of examples public"),
        "Are features of representative regions public together with these regions?",
        _YES,
    ),
)
ITEMS = tuple(
    Item(f"rqs.{key}", "Radiomics Quality Score", title, question, points)
    for key, title, question, points in _ITEMS
)


@dataclass(frozen=True)
class QualityScore:
    """A study graded by the Radiomics Quality Score, as far as it is known.

    Parameters
    ----------
    items : tuple of ItemState
    so_far : float
        Points of the items that are known.
    low, high : float
        The fewest and the most points that are still possible.
    """

    items: tuple[ItemState, ...]
    so_far: float
    low: float
    high: float


def grade(proofs: Mapping[str, Proof], replies: Mapping[str, Reply]) -> QualityScore:
    """Grade a study by the Radiomics Quality Score.

    Parameters
    ----------
    proofs : mapping of str to Proof
    replies : mapping of str to Reply

    Returns
    -------
    QualityScore
    """
    items = tuple(state_of(item, proofs, replies) for item in ITEMS)
    points = [[one.item.points_of(answer) for answer in one.possible] for one in items]
    return QualityScore(
        items,
        sum(each[0] for each in points if len(each) == 1),
        sum(min(each) for each in points),
        sum(max(each) for each in points),
    )
