"""The images of a study as they are measured: an MR is prepared first, as the settings say.

A score after an edit asks for the same images again: the last prepared ones are kept.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from ..findings import InputError
from ..geometry.image import Image
from ..modality import MR, modality_of_role, settings_on
from ..preparation import MrSettings, ReferenceTissue
from ..settings import Settings
from ..study import Study

if TYPE_CHECKING:
    from ..mr.prepare import PreparedMr
    from .carried_lesions import PointMap

# Images of about 100 MB each; a study has hardly more MR.
KEPT = 3


def prepared_image(study: Study, role: str, settings: Settings) -> tuple[Image, PreparedMr | None]:
    """An image of a study, as it is measured.

    Parameters
    ----------
    study : Study
        Its reference regions may be needed: they are carried to the image.
    role : str
    settings : Settings
        Of all images.

    Returns
    -------
    Image
    PreparedMr or None
        What was done; None where nothing was.

    Raises
    ------
    InputError
        As of `mr.prepare.prepared`.
    """
    image, how = study.images[role], settings_on(settings, role).mr
    if how is None or modality_of_role(role) is not MR:
        return image, None
    scale = how.normalization
    region = study.references.get(scale.region) if isinstance(scale, ReferenceTissue) else None
    made = _prepared(image, how, region, role == study.role, study.to_main.get(role))
    return made.image, made


def preparation_records(study: Study, settings: Settings, roles: Collection[str]) -> dict[str, Any]:
    """What was done to images, as plain values for the provenance.

    Parameters
    ----------
    study : Study
    settings : Settings
    roles : collection of str
        Of the images that were measured.

    Returns
    -------
    dict of str to Any
        By role; without those that were measured as they are, and those that cannot be prepared: of them the
        lesions say why.
    """
    records = {}
    for role in roles:
        try:
            made = prepared_image(study, role, settings)[1] if role in study.images else None
        except InputError:
            continue
        if made is not None:
            records[role] = made.record
    return records


@lru_cache(maxsize=KEPT)
def _prepared(
    image: Image, settings: MrSettings, region: Image | None, is_main: bool, to_main: PointMap | None
) -> PreparedMr:
    from ..lesion import Lesion
    from ..mr.prepare import prepared
    from .carried_lesions import carried_lesions

    reference = region
    if region is not None and not is_main:
        ((carried, _),) = carried_lesions([Lesion("", "", region)], image.lattice, to_main)
        reference = carried.mask
    return prepared(image, settings, reference)
