"""Small signatures for the tests."""

from __future__ import annotations

from radioimmuno.settings import Settings
from radioimmuno.signature.cutoffs import Cutoffs
from radioimmuno.signature.signature import Distribution, Signature, Term

EDGES = tuple(float(edge) for edge in range(-5, 6))


def signature(*terms: Term, settings: Settings | None = None, **changes) -> Signature:
    """A research signature with these terms, cut-offs at -1, 0, 1 and ten bins from -5 to 5."""
    values = {
        "name": "test",
        "version": "1",
        "status": "research",
        "predicts": "CD8 T-cell infiltration",
        "direction": "higher means more",
        "settings": settings or Settings(),
        "intercept": 0.5,
        "terms": terms or (term("lesion.statistics.mean"),),
        "cutoffs": Cutoffs(-1.0, 0.0, 1.0),
        "distribution": Distribution(100, -5.0, 5.0, EDGES),
    }
    return Signature(**(values | changes))


def term(variable: str, coefficient: float = 1.0, mean: float = 0.0, scale: float = 1.0, **more) -> Term:
    """A term whose training range holds everything, unless told otherwise."""
    return Term(variable, coefficient, mean, scale, **({"training_range": (-1e9, 1e9)} | more))
