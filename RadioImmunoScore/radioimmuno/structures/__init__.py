"""Which structures of a file are lesions: a rule, and tables of what organs and targets are called."""

from __future__ import annotations

from .rule import Structure, left_out, left_out_at_any_size, not_a_lesion

__all__ = ["Structure", "left_out", "left_out_at_any_size", "not_a_lesion"]
