"""Which structures of a file are lesions, and which are organs, target volumes, devices or outlines.

The rule, first match decides:

1. Made from others (ring, PRV, margin, "Lungs-GTV", bed of a tumor): no lesion.
2. PTV, CTV, ITV in the name: no lesion.
3. A lesion's word (GTV, tumor, met, nodule, node, mass ...), a terminology of a mass, the type GTV: a lesion.
4. A type of RTSTRUCT that no lesion has (EXTERNAL, PTV, SUPPORT ...), an anatomical structure or an object by
   its terminology: no lesion. ORGAN says nothing by itself: planning systems give it to tumors, too.
5. An organ's name: the organ. But some names a lesion in the organ has as well:
   - with a number of a list ("Lung 1", "Liver 2") or with words that are not known ("liver dome"): a lesion,
     unless it is as large as the organ;
   - bare ("Liver", "left lung"): the organ, unless it is smaller than one, whole inside the CT, not of type
     ORGAN, and the file draws no other organs and no lesions that are called so. A nomenclature's name, the
     organ first and then its side ("Lung_L"), is the organ's whatever its size.
6. Words that stand for no lesion where they stand alone ("body", "couch", "dose", "air").
7. All else may be a lesion.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .names import read_name

# RTROIInterpretedType (DICOM PS3.3 C.8.8.8): of what is no lesion. ORGAN, NONE and what is not listed decide
# nothing.
NO_LESION_TYPES = frozenset(
    ["EXTERNAL", "PTV", "CTV", "ITV", "TREATED_VOLUME", "IRRAD_VOLUME", "BOLUS", "AVOIDANCE", "MARKER"]
    + ["REGISTRATION", "ISOCENTER", "CONTRAST_AGENT", "CAVITY", "BRACHY_CHANNEL", "BRACHY_ACCESSORY"]
    + ["BRACHY_SRC_APP", "BRACHY_CHNL_SHLD", "SUPPORT", "FIXATION", "DOSE_REGION", "CONTROL"]
    + ["DOSE_MEASUREMENT", "DEVICE"]
)
LESION_TYPE, ORGAN_TYPE = "GTV", "ORGAN"

# Codes of segments' categories and types: SNOMED CT, and what SNOMED RT had for the same.
LESION_CODES = frozenset(
    ["49755003", "4147007", "108369006", "52988006", "86049000", "14799000", "55342001", "27925004"]
    + ["3898006", "M-01000", "M-03000", "M-8FFFF", "M-01100", "M-80000", "M-80003", "M-80006"]
)
ANATOMY_CODES = frozenset(["123037004", "91723000", "T-D000A"])
OBJECT_CODES = frozenset(["260787004", "A-00004", "91720002", "T-D0080"])


@dataclass(frozen=True)
class Structure:
    """What is known of a structure before it is taken for a lesion.

    Parameters
    ----------
    id, name : str
        Of the ROI or segment.
    terminology : str
        Of a segment, as Slicer writes it (`segment_tags`); "" when there is none.
    interpreted_type : str
        RTROIInterpretedType of an ROI; "" when there is none.
    volume_cc : float or None
        None where it is not known, or says nothing because the CT's border cuts the structure.
    """

    id: str
    name: str
    terminology: str = ""
    interpreted_type: str = ""
    volume_cc: float | None = None


@dataclass(frozen=True)
class _Judgement:
    """What name, terminology and type say: why it is no lesion, and how far its size may change that.

    Parameters
    ----------
    reason : str or None
        None for a lesion or what may be one.
    whole_cc : float or None
        With this volume a structure of this name is the organ; None where size changes nothing.
    listed : bool
        Whether it is a lesion unless it is as large as the organ, whatever else was drawn.
    presumed : bool
        Whether such a one is a lesion where its size is not known.
    word : bool
        Whether a lesion's word or type says so, other than "lesion 1".
    """

    reason: str | None = None
    whole_cc: float | None = None
    listed: bool = False
    presumed: bool = False
    word: bool = False

    @property
    def sure(self) -> bool:
        """Whether it shows that organs were drawn, or that lesions are called so in this file."""
        return self.word or (self.reason is not None and self.whole_cc is None)


def left_out(structures: Sequence[Structure]) -> dict[str, str]:
    """Identifier -> why it is no lesion, in plain words, of those of a file's structures that are none.

    Examples
    --------
    >>> left_out([Structure("1", "Tumor"), Structure("2", "Couch")])
    {'2': 'By its name it is no lesion but: couch.'}
    """
    judged = {one.id: _judge(one) for one in structures}
    among_others = any(judgement.sure for judgement in judged.values())
    found = {}
    for one in structures:
        judgement = judged[one.id]
        if judgement.reason is not None and not _small(one, judgement, among_others):
            found[one.id] = judgement.reason
    return found


def left_out_at_any_size(structures: Sequence[Structure]) -> frozenset[str]:
    """Identifiers of those that are left out whatever their volume: nobody needs their voxels."""
    judged = {one.id: _judge(one) for one in structures}
    return frozenset(
        name for name, judgement in judged.items() if judgement.reason and judgement.whole_cc is None
    )


def _small(one: Structure, judgement: _Judgement, among_others: bool) -> bool:
    """Whether it is a lesion in the organ that it is called by."""
    if judgement.whole_cc is None:
        return False
    if judgement.listed:
        return judgement.presumed if one.volume_cc is None else one.volume_cc < judgement.whole_cc
    return not among_others and one.volume_cc is not None and 0 < one.volume_cc < judgement.whole_cc


def _judge(one: Structure) -> _Judgement:
    named = read_name(one.name)
    if named.reason is not None and named.whole_cc is None and named.first:
        return _Judgement(named.reason)
    kind = one.interpreted_type.strip().upper()
    coded, meaning = _coded(one.terminology)
    if named.lesion or kind == LESION_TYPE or coded == "lesion":
        return _Judgement(word=kind == LESION_TYPE or (named.lesion and not named.plain))
    if kind in NO_LESION_TYPES:
        return _Judgement(f"By its type in the file ({kind}) it is no lesion.")
    if coded is not None:
        return _Judgement(f"By its terminology it is no lesion but {coded}: {meaning}.")
    listed = named.numbered or named.unknown
    if kind == ORGAN_TYPE and not listed:
        return _Judgement(named.reason)
    return _Judgement(named.reason, named.whole_cc, listed, named.numbered or kind != ORGAN_TYPE)


def _coded(terminology: str) -> tuple[str | None, str]:
    """`lesion`, what else it is, or None where the codes say nothing; and the meaning of its type."""
    parts = [[*part.split("^"), "", ""] for part in terminology.split("~")]
    category, kind = (parts[place] if place < len(parts) else ["", "", ""] for place in (1, 2))
    meaning = kind[2] or category[2]
    codes = {category[1], kind[1]}
    if codes & LESION_CODES or read_name(meaning).lesion:
        return "lesion", meaning
    if codes & OBJECT_CODES:
        return "an object or a substance", meaning
    if codes & ANATOMY_CODES:
        return "an anatomical structure", meaning
    if read_name(meaning).first:
        return "a structure of treatment planning", meaning
    return None, meaning
