"""Where in the body a lesion sits."""

from __future__ import annotations

from enum import Enum


class Site(Enum):
    """Where a lesion sits: the location variables a signature may use (`location.<value>`)."""

    LYMPH_NODE = "lymph_node"
    HEAD_AND_NECK = "head_and_neck"
    LUNG = "lung"
    LIVER = "liver"
    BONE = "bone"
    BRAIN = "brain"
    ADRENAL = "adrenal"
    SOFT_TISSUE = "soft_tissue"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The name a person reads."""
        return self.value.replace("_", " ")

    @property
    def snomed_code(self) -> str | None:
        """SNOMED CT code of the anatomic structure; None for `other`, which names no structure."""
        return SNOMED_CT_CODES.get(self)

    @classmethod
    def from_snomed(cls, code: str) -> Site | None:
        """The site with this SNOMED CT code, or None when it is none of ours."""
        return next((site for site, known in SNOMED_CT_CODES.items() if known == code), None)

    @classmethod
    def parse(cls, text: str) -> Site:
        """The site a person wrote ("Lymph node", "soft-tissue", ...).

        Raises
        ------
        ValueError
            When the text names none of the sites; the message lists them.

        Examples
        --------
        >>> Site.parse("Lymph node")
        <Site.LYMPH_NODE: 'lymph_node'>
        """
        key = text.strip().lower().replace(" ", "_").replace("-", "_")
        try:
            return cls(key)
        except ValueError:
            known = ", ".join(site.label for site in cls)
            raise ValueError(f"unknown site {text!r}; known are: {known}") from None


SNOMED_CT_CODES = {
    Site.LYMPH_NODE: "59441001",
    Site.HEAD_AND_NECK: "774007",
    Site.LUNG: "39607008",
    Site.LIVER: "10200004",
    Site.BONE: "272673000",
    Site.BRAIN: "12738006",
    Site.ADRENAL: "23451007",
    Site.SOFT_TISSUE: "87784001",
}
