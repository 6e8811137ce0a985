"""METRICS, the methodological score of a study of radiomics: 30 items, five conditions, a percentage.

Source of items, weights, conditions and bands: Kocak et al., Insights into Imaging 2024;15:8 (CC BY 4.0).
Titles and questions are written anew.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

from .items import Item, ItemState, Proof, Reply, state_of, yes_or_no

CITATION = (
    "Kocak B, Akinci D'Antonoli T, Mercaldo N, et al. METhodological RadiomICs Score (METRICS): a quality "
    "scoring tool for radiomics research endorsed by EuSoMII. Insights into Imaging 2024;15:8. "
    "doi:10.1186/s13244-023-01572-w (CC BY 4.0)"
)
# Lower ends in percent.
BANDS = ((80.0, "excellent"), (60.0, "good"), (40.0, "moderate"), (20.0, "low"), (0.0, "very low"))

DESIGN, IMAGING, SEGMENTATION = "Study design", "Imaging data", "Segmentation"
EXTRACTION, FEATURES, PREPARATION = "Image processing and extraction", "Feature processing", "Preparation"
COMPARISON, TESTING, OPEN = "Metrics and comparison", "Testing", "Open science"

_CONDITIONS = (
    ("Regions are drawn", "Does the study draw or crop regions (lesions) on the images?"),
    ("Regions are drawn without any person", "Does a fully automatic method draw regions in the study?"),
    ("Hand-crafted features", "Are features computed by formulas that people wrote down (as texture)?"),
    ("Features in a table", "Are the features numbers in a table that a model is fitted to?"),
    ("End-to-end network", "Does a neural network go from image to prediction without such a table?"),
)
_ITEMS = (
    (DESIGN, 0.0368, "A checklist was followed", "Was a checklist for radiomics or AI, as CLEAR, followed?"),
    (
        *(DESIGN, 0.0735, "Who was eligible"),
        "Are inclusion and exclusion stated, and are those included like the patients it is meant for?",
    ),
    (
        *(DESIGN, 0.0919, "Reference standard of high quality"),
        (
            "Is the outcome defined clearly and established (pathology, guideline-based follow-up), and not "
            "read from the images that are measured?"
        ),
    ),
    (IMAGING, 0.0438, "Several centers", "Do the images come from more than one institution?"),
    (
        *(IMAGING, 0.0292, "Imaging that clinics use"),
        "Were the images made by a technique that follows an established protocol?",
    ),
    (
        *(IMAGING, 0.0438, "Acquisition described"),
        "Is the acquisition (voltage, slices, kernel, contrast) described so that it can be repeated?",
    ),
    (
        *(IMAGING, 0.0292, "Time between image and outcome"),
        "Is the time between image and reference standard stated, and does it fit the question?",
    ),
    (
        *(SEGMENTATION, 0.0337, "How regions were drawn"),
        "Are the rules and the method of drawing, the readers and the software described?",
    ),
    (
        *(SEGMENTATION, 0.0225, "Automatic drawing was tested"),
        "Was the automatic drawing compared with that of experts, with figures and examples?",
    ),
    (
        *(SEGMENTATION, 0.0112, "One reader in the test set"),
        "Were the regions of the test set drawn by a single reader or a tool alone, as in clinical use?",
    ),
    (
        *(EXTRACTION, 0.0622, "Preprocessing fits and is described"),
        (
            "Are resampling, intensity range and discretization described in full, and do they fit the "
            "images (thick slices)?"
        ),
    ),
    (
        *(EXTRACTION, 0.0311, "Standardized software"),
        "Were features measured by a software that conforms with the IBSI, named with its version?",
    ),
    (
        *(EXTRACTION, 0.0415, "All settings of the extraction"),
        "Are all settings of the extraction given, or stated to be the defaults?",
    ),
    (
        *(FEATURES, 0.0200, "Unstable features removed"),
        "Were features removed that change with a repeated scan, another reader or a perturbed image?",
    ),
    (
        *(FEATURES, 0.0200, "Redundant features removed"),
        "Were features selected (penalty, correlation, importance), and is the result shown?",
    ),
    (
        *(FEATURES, 0.0300, "Enough patients for the features"),
        "Is it shown that the patients are enough for so many features and this model?",
    ),
    (
        *(FEATURES, 0.0200, "Robustness of the network"),
        "Was the network tested on repeated scans, other drawings or perturbed images?",
    ),
    (
        *(PREPARATION, 0.0599, "Data divided properly"),
        (
            "Were patients (not scans) divided before any processing, reproducibly, and was all of the "
            "processing fitted on training data alone?"
        ),
    ),
    (
        *(PREPARATION, 0.0300, "Confounders handled"),
        "Were possible confounders (sex, stage, scanner) analyzed, and removed where needed?",
    ),
    (
        *(COMPARISON, 0.0352, "Metrics that fit the task"),
        (
            "Are the metrics those of the task: area under the curve with the confusion matrix, concordance, "
            "squared error?"
        ),
    ),
    (
        *(COMPARISON, 0.0234, "Uncertainty"),
        "Are there intervals or standard errors, and is it stated how they were made?",
    ),
    (COMPARISON, 0.0176, "Calibration", "Was the calibration of the final model measured?"),
    (
        *(COMPARISON, 0.0117, "One kind of image, or proof that it is not enough"),
        "Is a single kind of image used, or is it shown that it does worse than several?",
    ),
    (
        *(COMPARISON, 0.0293, "Against what clinics use"),
        (
            "Was it compared by a test with a method other than radiomics (size, RECIST, a reader), or was "
            "added clinical value shown?"
        ),
    ),
    (
        *(COMPARISON, 0.0176, "Against simple models"),
        "Was it compared by a test with a simple or classical model, as the majority class?",
    ),
    (TESTING, 0.0375, "Internal test", "Was it tested on patients of the same source who did not train it?"),
    (TESTING, 0.0749, "External test", "Was it tested on patients of another institution?"),
    (OPEN, 0.0075, "Data public", "Are images, regions, clinical data or feature tables public?"),
    (OPEN, 0.0075, "Code public", "Is the code of the modeling public and documented?"),
    (OPEN, 0.0075, "Model public", "Is the final model public, with how to use it?"),
)

CONDITIONS = tuple(
    Item(f"metrics.condition{n}", "Conditions", title, question, yes_or_no(0.0))
    for n, (title, question) in enumerate(_CONDITIONS, start=1)
)
ITEMS = tuple(
    Item(f"metrics.{n}", group, title, question, yes_or_no(weight))
    for n, (group, weight, title, question) in enumerate(_ITEMS, start=1)
)
# Item -> the conditions that have to be met for it to count; all others always do.
NEEDS = {
    **dict.fromkeys(("metrics.8", "metrics.10"), ("metrics.condition1",)),
    "metrics.9": ("metrics.condition1", "metrics.condition2"),
    "metrics.12": ("metrics.condition3",),
    **dict.fromkeys(("metrics.14", "metrics.15", "metrics.16"), ("metrics.condition4",)),
    "metrics.17": ("metrics.condition5",),
}


@dataclass(frozen=True)
class Metrics:
    """A study graded by METRICS, as far as it is known.

    Parameters
    ----------
    conditions, items : tuple of ItemState
    low, high : float
        Percent; the lowest and the highest score that is still possible. The lower counts each open item as
        not met: it is the score so far.
    """

    conditions: tuple[ItemState, ...]
    items: tuple[ItemState, ...]
    low: float
    high: float

    @property
    def band(self) -> str | None:
        """The band of the score; None while an open item could change it."""
        low, high = band_of(self.low), band_of(self.high)
        return low if low == high else None


def band_of(percent: float) -> str:
    """The band of a score, which counts as shown: with one decimal.

    Parameters
    ----------
    percent : float

    Returns
    -------
    str

    Examples
    --------
    >>> band_of(19.94), band_of(19.96), band_of(100)
    ('very low', 'low', 'excellent')
    """
    shown = round(percent, 1)
    return next(name for lower, name in BANDS if shown >= lower)


def grade(proofs: Mapping[str, Proof], replies: Mapping[str, Reply]) -> Metrics:
    """Grade a study by METRICS.

    Parameters
    ----------
    proofs : mapping of str to Proof
    replies : mapping of str to Reply

    Returns
    -------
    Metrics
    """
    conditions = tuple(state_of(item, proofs, replies) for item in CONDITIONS)
    known = {one.item.key: one.answer for one in conditions}
    items = tuple(
        replace(state_of(item, proofs, replies), applies=_applies(item.key, known)) for item in ITEMS
    )
    ways = [_ends(items, way) for way in _ways(conditions)]
    return Metrics(conditions, items, min(low for low, _ in ways), max(high for _, high in ways))


def _applies(key: str, known: Mapping[str, object]) -> bool | None:
    needed = [known[condition] for condition in NEEDS.get(key, ())]
    if any(answer is False for answer in needed):
        return False
    return None if None in needed else True


def _ways(conditions: Sequence[ItemState]) -> list[dict[str, object]]:
    """All ways in which the open conditions can still come out."""
    keys = [one.item.key for one in conditions]
    return [dict(zip(keys, way, strict=True)) for way in product(*(one.possible for one in conditions))]


def _ends(items: Sequence[ItemState], way: Mapping[str, object]) -> tuple[float, float]:
    counted = [one for one in items if _applies(one.item.key, way)]
    whole = sum(one.item.points_of(True) for one in counted)
    low = sum(one.item.points_of(True) for one in counted if one.possible == (True,))
    high = sum(one.item.points_of(True) for one in counted if True in one.possible)
    return 100 * low / whole, 100 * high / whole
