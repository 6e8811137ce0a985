"""A box of choices in groups, with a line between two groups."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import qt

# Margins and the scroll bar.
BESIDE_PX = 36

Groups = Sequence[Sequence[str]]


class GroupedBox:
    """Keeps a box and what its entries stand for in step.

    Parameters
    ----------
    box : QComboBox
    titleOf : callable
        The title of an entry, by its key.
    chosen : callable
        Called with the key that the user chose.
    """

    def __init__(self, box: Any, titleOf: Callable[[str], str], chosen: Callable[[str], None]) -> None:
        self._box, self._titleOf, self._chosen = box, titleOf, chosen
        self._groups: tuple[tuple[str, ...], ...] = ()
        self._keys: list[str | None] = []
        box.connect("activated(int)", self._activated)

    def show(self, groups: Groups, key: str, tipOf: Callable[[str], str] = lambda key: "") -> None:
        """Offer groups of keys; one that is in none of them is offered in front of all but the first.

        Parameters
        ----------
        groups : sequence of sequence of str
        key : str
            The current one.
        tipOf : callable, optional
            The tool tip of an entry, by its key; empty for none.
        """
        first, *others = groups
        own = () if any(key in group for group in groups) else (key,)
        known = tuple(tuple(group) for group in (first, own, *others) if group)
        if known != self._groups:
            self._groups = known
            self._fill(tipOf)
        self._box.setCurrentIndex(self._keys.index(key))

    def _fill(self, tipOf: Callable[[str], str]) -> None:
        box, self._keys = self._box, []
        box.clear()
        for group in self._groups:
            if self._keys:
                box.insertSeparator(len(self._keys))
                self._keys.append(None)
            for key in group:
                box.addItem(self._titleOf(key))
                if tip := tipOf(key):
                    box.setItemData(len(self._keys), tip, qt.Qt.ToolTipRole)
                self._keys.append(key)
        # The list is no narrower than its entries, which a narrow panel's box has no room for.
        metrics = qt.QFontMetrics(box.font)
        widest = max(metrics.horizontalAdvance(self._titleOf(key)) for key in self._keys if key is not None)
        box.view().setMinimumWidth(widest + BESIDE_PX)

    def _activated(self, index: int) -> None:
        key = self._keys[index]
        if key is not None:
            self._chosen(key)
