"""How features are measured, as `--settings` and `--filters` ask for it.

A preset, a file of our settings, or a parameter file of PyRadiomics, of which is said what is otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from radioimmuno.findings import SettingsError
from radioimmuno.settings import PRESETS, Settings

from .exit_status import Failure

if TYPE_CHECKING:
    from radioimmuno.engines.pyradiomics_parameters import Parameters
    from radioimmuno.filters.response_settings import ResponseSettings

JSON_ENDING = ".json"
PYRADIOMICS = "parameters of PyRadiomics"
DIFFERS = "Of PyRadiomics' parameters is otherwise here:"


@dataclass(frozen=True)
class AskedSettings:
    """What a person asked for.

    Parameters
    ----------
    settings : Settings
    parameters : Parameters or None
        What the file asks for besides, where it is one of PyRadiomics.
    record : mapping of str to Any
        Which file of PyRadiomics it was and what is otherwise, for records; empty for any other.
    """

    settings: Settings
    parameters: Parameters | None = None
    record: Mapping[str, Any] = field(default_factory=dict)

    @property
    def lines(self) -> list[str]:
        """What a person reads of what is otherwise, a line each."""
        return [DIFFERS, *(f"  {line}" for line in self.differs), ""] if self.differs else []

    @property
    def differs(self) -> tuple[str, ...]:
        """The same without a heading."""
        return self.parameters.differs if self.parameters else ()

    @property
    def document(self) -> dict[str, Any]:
        """What records and `--json` have of it: `settings_from`, where it is a file of PyRadiomics."""
        return {"settings_from": self.record} if self.record else {}

    @property
    def filters(self) -> Mapping[str, ResponseSettings]:
        """The filters that hold for all images of a study; those of our own settings are of one each."""
        return self.settings.filters if self.parameters else {}

    def keys(self, otherwise: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The features of images and of filtered images; `otherwise` where nothing is said of them.

        Parameters
        ----------
        otherwise : sequence of str
            Keys of the catalog.

        Raises
        ------
        SettingsError
            `settings.invalid` where a file asks for features of which there is none here.
        """
        if self.parameters is None:
            return tuple(otherwise), tuple(otherwise)
        of_image, of_responses = self.parameters.features_of_image, self.parameters.features
        if not of_image and not (of_responses and self.parameters.filters):
            text = "The parameter file asks for no feature that there is here:"
            raise SettingsError("settings.invalid", " ".join([text, *self.differs]))
        return of_image, of_responses


def settings_asked(named: str) -> AskedSettings:
    """The preset with this name, or what is in this file.

    Raises
    ------
    SettingsError
        When there is neither, or the file's content is not valid.
    """
    if named in PRESETS:
        return AskedSettings(PRESETS[named])
    path = Path(named)
    if not path.is_file():
        known = ", ".join(PRESETS)
        raise SettingsError("settings.invalid", f"{named} is neither a file nor one of the presets {known}.")
    text = _text(path)
    try:
        return _of_file(text, path)
    except SettingsError as problem:
        raise SettingsError(problem.code, f"{path}: {problem}") from None


def _text(path: Path) -> str:
    """The text of a file, which is JSON where its name says so."""
    is_json = path.suffix.lower() == JSON_ENDING
    try:
        text = path.read_text(encoding="utf-8-sig")
        if is_json:
            json.loads(text)
    except (ValueError, RecursionError) as problem:
        kind = "valid JSON" if is_json else "a text in UTF-8"
        raise SettingsError("settings.invalid", f"{path} is not {kind}: {problem}.") from None
    return text


def _of_file(text: str, path: Path) -> AskedSettings:
    from radioimmuno.engines.pyradiomics_parameters import (
        SECTIONS,
        is_parameter_file,
        parameters_of,
        plain_values,
    )
    from radioimmuno.files.written_files import sha256

    data = plain_values(text)
    if is_parameter_file(data):
        found = parameters_of(data)
        about = {"name": path.name, "sha256": sha256(path), "kind": PYRADIOMICS}
        return AskedSettings(found.settings, found, {**about, "differs": list(found.differs)})
    ours = list(Settings.__dataclass_fields__)
    if not isinstance(data, Mapping) or (data and not set(data) & set(ours)):
        told = (
            f"These are neither settings (they have {', '.join(ours)}) nor parameters of PyRadiomics (they "
            f"have {', '.join(SECTIONS)})."
        )
        raise SettingsError("settings.invalid", told)
    return AskedSettings(Settings.from_dict(data))


def filters_named(lists: Sequence[str], settings: Settings) -> dict[str, ResponseSettings]:
    """The filtered images that `--filters` adds.

    Parameters
    ----------
    lists : sequence of str
        Names with commas between them.
    settings : Settings
        A name may be one of their definitions.

    Raises
    ------
    SettingsError
        `filter.unknown`, `filter.duplicate`, or `settings.invalid` for a parameter that cannot be.
    """
    from radioimmuno.filters.response_settings import responses_of

    names = [name.strip() for text in lists for name in text.split(",")]
    if "" in names:
        text = "filters: a name is empty. One comma divides two names: log_sigma_3mm,wavelet_coif1."
        raise SettingsError("filter.unknown", text)
    of_images = [one.filters for one in (*settings.images.values(), settings)]
    known = {name: one for filters in of_images for name, one in filters.items()}
    defined = {name: known[name] for name in names if name in known}
    return {**defined, **responses_of([name for name in names if name not in known])}


def require_features_after(filters: Collection[str], features: Collection[str], asked: str) -> None:
    """Refuse a filter on the command line after which nothing would be measured.

    Parameters
    ----------
    filters : collection of str
        Names.
    features : collection of str
        Identifiers of what is measured.
    asked : str
        What asks for these: an option or a file.

    Raises
    ------
    Failure
    """
    from radioimmuno.extraction.response_keys import filters_by_role

    used = {name for names in filters_by_role(features).values() for name in names}
    if unused := [name for name in filters if name not in used]:
        raise Failure(
            f"--filters {','.join(unused)}: of what {asked} asks for nothing is measured after it. Shape and "
            "local intensity never are; a list names features without a region (glcm.contrast) or with the "
            "filter (ring.log_sigma_3mm.glcm.contrast)"
        )
