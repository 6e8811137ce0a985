"""Findings on model files and their cards."""

from __future__ import annotations

from .row import Row

ROWS: dict[str, Row] = {}
