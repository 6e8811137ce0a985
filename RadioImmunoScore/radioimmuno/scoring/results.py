"""What scoring gives back: a score or a reason for each lesion, and the patient's metrics."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from ..findings import Finding, Severity
from ..geometry.image import Image
from ..identity import UNKNOWN, Identity
from ..lesion import LeftOut, Site
from ..stability.agreement import LesionStability, PatientStability, patient_stability

if TYPE_CHECKING:
    from ..pet.patient_uptake import PatientUptake

NO_SCORE = "not defined (no scored lesion)"
NOT_DEFINED = "not defined (fewer than two lesions)"
OTHER_SCORES = "not defined (a lesion was scored by another signature)"
NO_BINS = "not defined (the signature gives no bins)"


@dataclass(frozen=True)
class Contribution:
    """What one term adds to a lesion's score: coefficient x (value - mean) / scale."""

    variable: str
    value: float
    contribution: float
    in_training_range: bool


@dataclass(frozen=True)
class LesionScore:
    """One lesion's row: its score or, where there is none, why.

    `score` is None exactly when a finding refuses the lesion. `features` holds the values that the
    signature's terms asked for; `ring` is the ring on the resampled grid (bool Image) where one was built;
    `stability` is None where it was not measured. `expected_agreement` is the lesion's: the expected Dice
    coefficient of its mask with a reader's contour, None where nothing is expected. `weight` is how much the
    lesion counts in the patient's value where lesions are weighed for it (`POOLED`): those of the scored
    lesions sum to 1; None for another rule and for a lesion without a score.
    """

    id: str
    name: str
    volume_cc: float
    score: float | None
    site: Site | None = None
    irradiated: bool | None = None
    contributions: tuple[Contribution, ...] = ()
    findings: tuple[Finding, ...] = ()
    features: Mapping[str, float] = field(default_factory=dict)
    ring: Image | None = field(default=None, repr=False, compare=False)
    stability: LesionStability | None = None
    expected_agreement: float | None = None
    weight: float | None = None

    @property
    def status(self) -> str:
        """`scored`, `warning` (scored, with something to look at) or `refused`."""
        if self.score is None:
            return "refused"
        return "warning" if any(f.severity is Severity.WARN for f in self.findings) else "scored"

    @property
    def reasons(self) -> str:
        """All findings in one line of plain words."""
        return " ".join(finding.text for finding in self.findings)


@dataclass(frozen=True)
class Metrics:
    """Scores of a set of lesions. What a set is too small for is None, never 0.

    `sd` has n - 1 in its denominator; `entropy` is in bits over the signature's bins; both want two lesions.
    `outside_bins` is how many scores lie beyond these bins; it and the entropy are None without bins.
    """

    n: int
    mean: float | None = None
    median: float | None = None
    minimum: float | None = None
    minimum_lesion: str | None = None
    maximum: float | None = None
    maximum_lesion: str | None = None
    sd: float | None = None
    entropy: float | None = None
    outside_bins: int | None = None

    def why_missing(self, name: str) -> str:
        """Why one of the metrics is None.

        >>> Metrics(n=1).why_missing("sd")
        'not defined (fewer than two lesions)'
        """
        if not self.n:
            return NO_SCORE
        too_few = name == "sd" or (name == "entropy" and self.n == 1)
        return NOT_DEFINED if too_few else NO_BINS


@dataclass(frozen=True)
class PatientValue:
    """The patient's value, made of the lesions by the signature's rule.

    Parameters
    ----------
    rule : str
        One of `PATIENT_RULES`.
    value : float or None
    cutoff : float or None
        The signature's, which parts low from high.
    lesions : int
        How many it is made of.
    why_missing : str
        Why there is no value.
    """

    rule: str
    value: float | None
    cutoff: float | None = None
    lesions: int = 0
    why_missing: str = ""

    @property
    def group(self) -> str:
        """`high` above the cut-off, else `low`; empty without a value or a cut-off.

        >>> PatientValue("scores_min", 0.5, cutoff=0.5).group
        'low'
        """
        if self.value is None or self.cutoff is None:
            return ""
        return "high" if self.value > self.cutoff else "low"


@dataclass(frozen=True)
class PatientScore:
    """All of a patient's lesions, in the order they were given, and their metrics.

    `subsets` maps `all`, `irradiated`, `not irradiated` and `site: <name>` to their metrics.
    `stability` is that of the lesions that have one, None where none has. `identity` is whose it is.
    `left_out` are the structures that were not taken for lesions, with the reason of each.
    `value` is the patient's by the signature's rule, None where it names none. `uptakes` are those of the
    study's PET, by role of the image, where they were measured.
    """

    lesions: tuple[LesionScore, ...]
    subsets: Mapping[str, Metrics]
    provenance: Mapping[str, Any]
    stability: PatientStability | None = None
    identity: Identity = UNKNOWN
    left_out: tuple[LeftOut, ...] = ()
    value: PatientValue | None = None
    uptakes: Mapping[str, PatientUptake] = field(default_factory=dict)

    @property
    def scored(self) -> tuple[LesionScore, ...]:
        """The lesions that have a score."""
        return tuple(lesion for lesion in self.lesions if lesion.score is not None)

    @property
    def metrics(self) -> Metrics:
        """The metrics of all scored lesions."""
        return self.subsets["all"]


def with_stability(patient: PatientScore, stability: PatientStability) -> PatientScore:
    """The patient with what was measured of its lesions' stability, and nothing older."""
    rows = tuple(replace(row, stability=stability.lesions.get(row.id)) for row in patient.lesions)
    return replace(patient, lesions=rows, stability=stability)


def stability_of(rows: Sequence[LesionScore]) -> PatientStability | None:
    """The same from rows that carry what was measured of them."""
    return patient_stability({row.id: row.stability for row in rows if row.stability is not None})
