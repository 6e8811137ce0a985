"""Lesions matched by their place alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..lesion import Lesion
from .match import BY_PLACE, Match, MatchKind, kind_of
from .matching_costs import AMBIGUITY, REACH_MM, TOUCHING_MM, Group, Pairs, components, pair_up

# Of the smaller of two lesions: what of it has to lie in the other for both to belong together.
OVERLAP_SHARE = 0.5
# One that stays single and of which so much lies in, or holds, a lesion that has a partner: a part of it?
PART_SHARE = 0.2

Cell = tuple[int, int]


@dataclass(frozen=True, eq=False)
class ByPlace:
    """The lesions of two studies and how they lie to each other.

    Parameters
    ----------
    baseline, followup : tuple of Lesion
    pairs : Pairs
        Of all of them.
    """

    baseline: tuple[Lesion, ...]
    followup: tuple[Lesion, ...]
    pairs: Pairs

    def matches(self, before: Collection[Lesion], after: Collection[Lesion]) -> list[Match]:
        """Matches of some of the lesions.

        Parameters
        ----------
        before, after : collection of Lesion
            Of the baseline and of the follow-up, those that are not matched yet.

        Returns
        -------
        list of Match
            Each of them in one.
        """
        rows = [n for n, lesion in enumerate(self.baseline) if lesion in before]
        columns = [n for n, lesion in enumerate(self.followup) if lesion in after]
        overlapping = self.pairs.share >= OVERLAP_SHARE
        groups = [g for g in components(overlapping, rows, columns) if len(g[0]) + len(g[1]) > 2]
        found = [self._group(group) for group in groups]
        rows = [row for row in rows if all(row not in group[0] for group in groups)]
        columns = [column for column in columns if all(column not in group[1] for group in groups)]
        chosen, margin = pair_up(self.pairs.cost[np.ix_(rows, columns)])
        partners = {rows[row]: columns[column] for row, column in chosen}
        doubts = {(rows[r], columns[c]) for r, c in zip(*np.nonzero(margin < AMBIGUITY), strict=True)}
        # Lesions that overlap by half and are not paired are at other sites, or cost less with others.
        doubts |= {
            (row, column)
            for row in rows
            for column in columns
            if overlapping[row, column] and partners.get(row) != column
        }
        alone = (
            [row for row in rows if row not in partners],
            [c for c in columns if c not in partners.values()],
        )
        parts = self._parts(partners, *alone)
        found += [self._doubtful_group(group) for group in parts]
        grouped = [{each for group in parts for each in group[side]} for side in (0, 1)]
        found += [self._pair(*pair, doubts) for pair in partners.items() if pair[0] not in grouped[0]]
        found += [self._gone(row, doubts) for row in alone[0] if row not in grouped[0]]
        return found + [self._new(column, doubts) for column in alone[1] if column not in grouped[1]]

    def _parts(self, partners: Mapping[int, int], rows: Sequence[int], columns: Sequence[int]) -> list[Group]:
        """Pairs with the single lesions that overlap one of the two by a part."""
        found = []
        for row, column in partners.items():
            before = [each for each in rows if self.pairs.share[each, column] >= PART_SHARE]
            after = [each for each in columns if self.pairs.share[row, each] >= PART_SHARE]
            if bool(before) != bool(after):
                found.append(((row, *before), (column, *after)))
        # One that may be a part of two is left to itself.
        numbers = Counter((side, each) for group in found for side in (0, 1) for each in group[side])
        return [g for g in found if all(numbers[side, each] == 1 for side in (0, 1) for each in g[side])]

    def _doubtful_group(self, group: Group) -> Match:
        rows, columns = group
        old, new = self._names(self.baseline, rows), self._names(self.followup, columns)
        what = "split" if len(columns) > 1 else "merged"
        least = 100 * float(self.pairs.share[np.ix_(rows, columns)].min())
        share = f"one by {least:.0f} % of the smaller alone"
        why = f"{old} before and {new} now overlap, {share}: {what}, or apart?"
        return self._match(rows, columns, MatchKind.AMBIGUOUS, None, why)

    def _group(self, group: Group) -> Match:
        rows, columns = group
        old, new = self._names(self.baseline, rows), self._names(self.followup, columns)
        kind = kind_of(len(rows), len(columns))
        why = f"{old} before and {new} now overlap by half of the smaller or more."
        if kind is MatchKind.AMBIGUOUS:
            why += " Which is which is not clear: pair them by hand."
        elif self._at_other_sites(rows, columns):
            kind, why = MatchKind.AMBIGUOUS, f"{why} They are at different sites: pair them by hand."
        return self._match(rows, columns, kind, None, why)

    def _pair(self, row: int, column: int, doubts: Collection[Cell]) -> Match:
        share, gap = self.pairs.share[row, column], self.pairs.gap_mm[row, column]
        why = f"{100 * share:.0f} % of the smaller lies in the other."
        if not share:
            why = f"Their surfaces are {gap:.0f} mm apart, and nothing is nearer."
        rivals = [(row, c) for r, c in sorted(doubts) if r == row and c != column]
        rivals += [(r, column) for r, c in sorted(doubts) if c == column and r != row]
        kind = MatchKind.SAME
        if rivals or (row, column) in doubts:
            kind = MatchKind.AMBIGUOUS
            why += self._doubt(rivals[0] if rivals else None, (row, column))
        return self._match((row,), (column,), kind, float(self.pairs.cost[row, column]), why)

    def _doubt(self, rival: Cell | None, pair: Cell) -> str:
        if rival is None:
            return " It is nearly as likely that one is gone and the other new."
        first, second = self.baseline[rival[0]].name, self.followup[rival[1]].name
        return f" {first} and {second} come into question nearly as well."

    def _gone(self, row: int, doubts: Collection[Cell]) -> Match:
        name = self.baseline[row].name
        if not self.pairs.seen[row]:
            why = f"Most of {name} lies outside of the follow-up's field of view."
            return self._match((row,), (), MatchKind.OUT_OF_VIEW, None, why)
        rivals = [self.followup[column].name for r, column in sorted(doubts) if r == row]
        touched = np.flatnonzero(self._touches()[row])
        if rivals:
            why = f"It may be {rivals[0]}, or gone."
        elif touched.size:
            nearest = touched[self.pairs.gap_mm[row][touched].argmin()]
            why = f"It touches {self.followup[nearest].name}: gone, or merged into it?"
        else:
            why = f"No lesion of the follow-up is within {REACH_MM:.0f} mm that could be it."
            return self._match((row,), (), MatchKind.GONE, None, why)
        return self._match((row,), (), MatchKind.AMBIGUOUS, None, why)

    def _new(self, column: int, doubts: Collection[Cell]) -> Match:
        name = self.followup[column].name
        if not self.pairs.was_seen[column]:
            why = f"Most of {name} lies outside of the baseline's field of view."
            return self._match((), (column,), MatchKind.OUT_OF_VIEW, None, why)
        rivals = [self.baseline[row].name for row, c in sorted(doubts) if c == column]
        touched = np.flatnonzero(self._touches()[:, column])
        if rivals:
            why = f"It may be {rivals[0]}, or new."
        elif touched.size:
            nearest = touched[self.pairs.gap_mm[touched, column].argmin()]
            why = f"It touches {self.baseline[nearest].name}: new, or split off from it?"
        else:
            why = f"No lesion of the baseline is within {REACH_MM:.0f} mm that could be it."
            return self._match((), (column,), MatchKind.NEW, None, why)
        return self._match((), (column,), MatchKind.AMBIGUOUS, None, why)

    def _match(
        self, rows: Sequence[int], columns: Sequence[int], kind: MatchKind, cost: float | None, why: str
    ) -> Match:
        before = tuple(self.baseline[row].id for row in rows)
        after = tuple(self.followup[column].id for column in columns)
        return Match(before, after, kind, cost, why, BY_PLACE)

    def _touches(self) -> np.ndarray:
        return (self.pairs.gap_mm <= TOUCHING_MM) & np.isfinite(self.pairs.cost)

    def _at_other_sites(self, rows: Sequence[int], columns: Sequence[int]) -> bool:
        sites = {self.baseline[row].site for row in rows} | {self.followup[c].site for c in columns}
        return len(sites - {None}) > 1

    @staticmethod
    def _names(lesions: Sequence[Lesion], numbers: Sequence[int]) -> str:
        return ", ".join(lesions[number].name for number in numbers)
