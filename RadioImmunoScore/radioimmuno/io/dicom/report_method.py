"""What the scores were made with, as a report identifies it: name, version, and one string of parameters."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from ... import __version__
from ...signature.signature import Signature, signature_record


@dataclass(frozen=True)
class Method:
    """A signature and its settings, as far as a report names them.

    Parameters
    ----------
    settings : as `Settings.to_dict` gives them
    entropy_edges : edges of the bins of the patient's entropy; None where the signature gives none
    notice : the sentence that goes with every score
    """

    name: str
    version: str
    status: str
    sha256: str
    notice: str
    settings: Mapping[str, Any]
    entropy_edges: Sequence[float] | None

    @classmethod
    def of(cls, signature: Signature) -> Method:
        """The method that is this signature."""
        return cls.read(signature_record(signature, *(field.name for field in fields(cls))))

    @classmethod
    def read(cls, record: Mapping[str, Any]) -> Method:
        """The method that a signature's record names, as it stands in `patient.json`."""
        edges = record["entropy_edges"]
        return cls(
            str(record["name"]),
            str(record["version"]),
            str(record["status"]),
            str(record["sha256"]),
            str(record["notice"]),
            record["settings"],
            None if edges is None else [float(edge) for edge in edges],
        )

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
