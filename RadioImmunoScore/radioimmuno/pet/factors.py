"""The factors of a series' slices, as they grow step by step."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..findings import Finding
from .masses import Normalization
from .step import Step, ends
from .times import Times


@dataclass(frozen=True)
class Factors:
    """By what stored values are multiplied so far.

    Parameters
    ----------
    values : tuple of float
        One for each slice.
    steps : tuple of Step
    findings : tuple of Finding
    by : Normalization or None
        What the products are normalized by; None for activity concentrations.
    """

    values: tuple[float, ...]
    steps: tuple[Step, ...] = ()
    findings: tuple[Finding, ...] = ()
    by: Normalization | None = None

    def times(self, factors: Sequence[float], step: Step, *findings: Finding) -> Factors:
        """With one more step.

        Parameters
        ----------
        factors : sequence of float
            One for each slice.
        step : Step
        *findings : Finding
        """
        values = tuple(one * other for one, other in zip(self.values, factors, strict=True))
        steps = (*self.steps, replace(step, factors=ends(factors)))
        return replace(self, values=values, steps=steps, findings=(*self.findings, *findings))

    def found(self, *findings: Finding) -> Factors:
        """With more findings.

        Parameters
        ----------
        *findings : Finding
        """
        return replace(self, findings=(*self.findings, *findings))

    def noted(self, times: Times) -> Factors:
        """With a step that has no factor of its own.

        Parameters
        ----------
        times : Times
        """
        steps, findings = (*self.steps, times.step), (*self.findings, *times.findings)
        return replace(self, steps=steps, findings=findings)
