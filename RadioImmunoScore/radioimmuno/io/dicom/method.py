"""The signature that scores were made with, as far as DICOM objects name it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from ... import __version__
from ...findings import InputError
from ...scoring.records import method_record
from ...signature.color_scale import ColorScale
from ...signature.cutoffs import Cutoffs
from ...signature.signature import Signature


@dataclass(frozen=True)
class Method:
    """A signature and its settings, as far as a report names them.

    Parameters
    ----------
    notice : str, the sentence that goes with every score
    settings : mapping, as of `Settings.to_dict`
    entropy_edges : sequence of float or None, edges of the bins of the patient's entropy; None where the
        signature has none
    cutoffs : Cutoffs or None, None where the signature has none
    colors : ColorScale or None, None where a result was written before it was kept
    """

    name: str
    version: str
    status: str
    sha256: str
    notice: str
    settings: Mapping[str, Any]
    entropy_edges: Sequence[float] | None
    cutoffs: Cutoffs | None
    colors: ColorScale | None

    @classmethod
    def of(cls, signature: Signature) -> Method:
        """The method that is this signature.

        Parameters
        ----------
        signature : Signature
        """
        return cls.read(method_record(signature))

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Method:
        """The method that a signature's record names, as it stands in `patient.json`.

        Parameters
        ----------
        record : mapping
        """
        edges, cutoffs, colors = record["entropy_edges"], record["cutoffs"], record.get("color_scale")
        return cls(
            str(record["name"]),
            str(record["version"]),
            str(record["status"]),
            str(record["sha256"]),
            str(record["notice"]),
            record["settings"],
            None if edges is None else [float(edge) for edge in edges],
            None if cutoffs is None else Cutoffs.of(cutoffs),
            None if colors is None else ColorScale(**colors),
        )

    def required_colors(self) -> ColorScale:
        """The colors of scores, for what cannot be written without.

        Raises
        ------
        InputError
            `result.unreadable` where the result was written before they were kept.
        """
        if self.colors is None:
            raise InputError("result.unreadable", "The result has no colors of its scores. Score again.")
        return self.colors

    @property
    def title(self) -> str:
        """The name of the algorithm."""
        return f"RadioImmunoScore, signature {self.name}"

    @property
    def is_demonstration(self) -> bool:
        """Whether its scores mean nothing for a patient."""
        return self.status == "demonstration"

    @property
    def parameters(self) -> str:
        """All that decides a score besides CT and lesions, as one line of JSON."""
        return json.dumps(
            {
                "signature": {"name": self.name, "version": self.version, "status": self.status},
                "signature_sha256": self.sha256,
                "notice": self.notice,
                "software": {"name": "radioimmuno", "version": __version__},
                "settings": self.settings,
                "entropy_edges": None if self.entropy_edges is None else list(self.entropy_edges),
            },
            allow_nan=False,
        )
