"""For each code of `findings.CODES`: what is done, why, and what a person can do about it."""

from __future__ import annotations

from .advice import Advice
from .of_inputs import ADVICE as OF_INPUTS
from .of_lesions import ADVICE as OF_LESIONS

__all__ = ["ADVICE", "Advice"]

ADVICE = {**OF_INPUTS, **OF_LESIONS}
