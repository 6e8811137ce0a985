"""Simulated patients: CT with lesions whose infiltration is known, to demonstrate, train on and measure with.

They are drawn from formulas, not from anybody's images, and mean nothing clinically.
"""

from .patient import (
    GENERATOR_VERSION,
    Plan,
    SimulatedPatient,
    plan_benchmark,
    plan_patient,
    simulate_benchmark_ct,
    simulate_patient,
)

__all__ = [
    "GENERATOR_VERSION",
    "Plan",
    "SimulatedPatient",
    "plan_benchmark",
    "plan_patient",
    "simulate_benchmark_ct",
    "simulate_patient",
]
