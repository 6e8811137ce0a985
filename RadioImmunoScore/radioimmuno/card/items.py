"""Items of a checklist that grades a study, the answers that they take, and what is known of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

Answer = bool | str

PROVENANCE, AUTHOR = "provenance", "author"


@dataclass(frozen=True)
class Item:
    """A question of a checklist.

    Parameters
    ----------
    key : str
        Its name in files: `metrics.4`, `rqs.12`.
    group : str
        The part of the checklist that it stands in.
    title : str
        In this software's words.
    question : str
        What has to be so for a yes.
    points : tuple of (bool or str, float)
        The answers that it takes, and what each counts.
    """

    key: str
    group: str
    title: str
    question: str
    points: tuple[tuple[Answer, float], ...]

    @property
    def answers(self) -> tuple[Answer, ...]:
        """The answers that it takes."""
        return tuple(answer for answer, _ in self.points)

    def points_of(self, answer: Answer) -> float:
        """What an answer counts.

        Parameters
        ----------
        answer : bool or str

        Returns
        -------
        float
        """
        return next(points for one, points in self.points if one is answer or one == answer)


@dataclass(frozen=True)
class Proof:
    """What the provenance of a signature shows of an item.

    Parameters
    ----------
    answers : tuple of (bool or str)
        Those that it leaves possible; a single one answers the item.
    source : str
        The field that shows it, and of which file.
    """

    answers: tuple[Answer, ...]
    source: str


@dataclass(frozen=True)
class Reply:
    """What the author answers, and where that can be read."""

    answer: Answer
    where: str = ""


@dataclass(frozen=True)
class ItemState:
    """An item with what is known of it.

    Parameters
    ----------
    item : Item
    possible : tuple of (bool or str)
        The answers that are still possible; one where it is known.
    by : str
        `provenance`, `author`, or empty where it is open.
    source : str
        The field that shows it, or where the author says that it can be read.
    applies : bool, optional
        False where a condition takes the item out; None where that is not known.
    """

    item: Item
    possible: tuple[Answer, ...]
    by: str = ""
    source: str = ""
    applies: bool | None = True

    @property
    def answer(self) -> Answer | None:
        """The answer where it is known, else None."""
        return self.possible[0] if len(self.possible) == 1 else None

    @property
    def is_open(self) -> bool:
        """Whether it is a question to the author."""
        return self.answer is None and self.applies is not False


def state_of(item: Item, proofs: Mapping[str, Proof], replies: Mapping[str, Reply]) -> ItemState:
    """What is known of an item.

    Parameters
    ----------
    item : Item
    proofs : mapping of str to Proof
        By the items' keys.
    replies : mapping of str to Reply
        Of the author, by the items' keys; none contradicts a proof (`answers.read_answers`).

    Returns
    -------
    ItemState
    """
    proof, reply = proofs.get(item.key), replies.get(item.key)
    if proof and len(proof.answers) == 1:
        return ItemState(item, proof.answers, PROVENANCE, proof.source)
    if reply:
        return ItemState(item, (reply.answer,), AUTHOR, reply.where)
    return ItemState(item, proof.answers if proof else item.answers, source=proof.source if proof else "")


def yes_or_no(points: float, otherwise: float = 0.0) -> tuple[tuple[Answer, float], ...]:
    """The answers yes and no with what they count.

    Parameters
    ----------
    points : float
        Of a yes.
    otherwise : float
        Of a no.

    Returns
    -------
    tuple of (bool, float)
    """
    return ((True, points), (False, otherwise))
