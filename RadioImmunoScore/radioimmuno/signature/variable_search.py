"""Finding a variable by any of its names: the exact one, those like it, those that contain a word."""

from __future__ import annotations

import re
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from difflib import SequenceMatcher, get_close_matches
from functools import cache, lru_cache

from ..features.catalog import BY_KEY, FEATURES, REGIONS, with_filter
from ..features.family import Feature
from ..filters.presets import named
from ..filters.presets import nearest as nearest_filters
from ..findings import SettingsError, SignatureError
from ..modality import CT, split_role, with_role
from ..site import Site
from .filtered_names import filtered_variable
from .names import variable_named
from .plain_names import REGION_WORDS, names_of
from .variables import CHANGES, CLINICAL, DELTA, KVP, TABLE, Source, Variable, location_of, variable_of

SUGGESTIONS = 3
# How alike a suggestion is: the share of characters that two names have in common.
LIKENESS = 0.6

# How PyRadiomics begins the names of features of filtered images.
FILTERED = re.compile(
    r"(wavelet|log-sigma|square|squareroot|logarithm|exponential|gradient|lbp-[23]d)[-_]", re.I
)
# What older versions of LIFEx called families.
OLD_FAMILIES = {"glzlm": "glszm"}
_NO_LETTER = re.compile(r"[^a-z0-9]")
_REGION = re.compile(rf"({'|'.join(REGION_WORDS)})(?=[._ -])", re.IGNORECASE)
_AVERAGED, _MERGED = "AVERAGED", "MERGED"
_WITHOUT_REGION = frozenset({*map(location_of, Site), KVP})


@dataclass(frozen=True)
class Entry:
    """A variable that can be measured, and what it is called.

    Parameters
    ----------
    variable : Variable
    names : tuple of str
        Its identifier first, then those of other programs that are taken for it, without a region in front.
    """

    variable: Variable
    names: tuple[str, ...]

    @property
    def words(self) -> str:
        """All that it can be found by, in lower case."""
        feature = self.variable.feature
        others = names_of(feature) if feature else ()
        return " ".join((self.variable.title, self.variable.words or "", *self.names, *others)).lower()


@cache
def measurable() -> tuple[Entry, ...]:
    """All variables that are measured here: the lesion's features, the ring's, sites, tube voltage."""
    features = [
        Entry(variable_of(key), (key, *_other_names(feature)))
        for region in REGIONS
        for feature in FEATURES
        for key in [f"{region}.{feature.key}"]
    ]
    others = [Entry(variable_of(key), (key,)) for key in [*map(location_of, Site), KVP]]
    return (*features, *others)


def matches(text: str, most: int = 50) -> tuple[Entry, ...]:
    """The variables whose names, title or words contain every word of a text.

    Parameters
    ----------
    text : str
        Words, whole or in part, in any order.
    most : int
        How many at most.

    Returns
    -------
    tuple of Entry
        In the order of the catalog; before them what a person gives, where the text is its whole name.

    Examples
    --------
    >>> [entry.variable.key for entry in matches("ring ngtdm coarse")]
    ['ring.ngtdm.coarseness']
    >>> [entry.variable.key for entry in matches("clinical.pdl1")]
    ['clinical.pdl1']
    >>> [entry.variable.key for entry in matches("delta ring ngtdm coarse")]
    ['delta.ring.ngtdm.coarseness']
    >>> [entry.variable.key for entry in matches("pet ring ngtdm coarse")]
    ['pet.ring.ngtdm.coarseness']
    >>> [entry.variable.key for entry in matches("ring log_sigma_3mm ngtdm coarse")]
    ['ring.log_sigma_3mm.ngtdm.coarseness']
    """
    start, words = _change_words(text.lower())
    role, words = _image_words(words)
    filters, words = _filter_words(words)
    found = [entry for entry in measurable() if all(word in entry.words for word in words)]
    if start or role != CT.role or filters:
        variables = [entry.variable for entry in found if entry.variable.source is Source.FEATURE]
        keys = [start + with_role(role, key) for name in filters or ("",) for key in _after(name, variables)]
        found = [Entry(variable_of(key), (key,)) for key in keys]
    return (*_given_by_hand(text.strip()), *found[:most])


def _change_words(text: str) -> tuple[str, list[str]]:
    """What begins the keys of changes, where a text begins so, and the words behind it."""
    for start in CHANGES:
        if text.strip() == start.rstrip(".") or text.lstrip().startswith((start, start.rstrip(".") + " ")):
            return start, text.strip()[len(start) :].split()
    return "", text.split()


def _image_words(words: list[str]) -> tuple[str, list[str]]:
    """The role of another image than the CT that words begin with, and the words behind it."""
    first, *others = words or [""]
    role, rest = split_role(first if "." in first else f"{first}.")
    return (role, words) if role == CT.role else (role, [*filter(None, [rest]), *others])


def _filter_words(words: list[str]) -> tuple[tuple[str, ...], list[str]]:
    """The filters that a word names, the first that does, and the other words."""
    for place, word in enumerate(words):
        with suppress(SettingsError):
            return tuple(named(word)), [*words[:place], *words[place + 1 :]]
    return (), words


def _after(name: str, variables: list[Variable]) -> list[str]:
    """The keys of features of the image, as those of it after a filter where one is named."""
    measured = [(one.region, one.feature) for one in variables if one.feature is not None]
    return [
        f"{with_filter(region, name)}.{feature.key}"
        for region, feature in measured
        if feature.family.of_responses or not name
    ]


def _given_by_hand(name: str) -> tuple[Entry, ...]:
    """The entry of what no catalog lists: `clinical.<name>`, a model's, a feature after a filter."""
    with suppress(ValueError):
        variable = variable_of(name)
        if variable.filter:
            named(variable.filter)
        if variable.filter or variable.source in (Source.CLINICAL, Source.LEARNED):
            return (Entry(variable, (name,)),)
    return ()


def variable_by_name(name: str) -> tuple[Variable, float]:
    """The variable that a publication names.

    Parameters
    ----------
    name : str
        As `names.variable_named` reads it, with `delta.` or `delta_abs.` in front for its change; what cannot
        be measured here has to be written as `table.<column>` or `clinical.<name>`.

    Returns
    -------
    variable : Variable
    shift : float
        What is added to values of that name, so that they are the variable's.

    Raises
    ------
    SignatureError
        `signature.unknown_variable` with the names next to it, `signature.ambiguous_variable` with those that
        it may mean.

    Examples
    --------
    >>> variable_by_name("ring_glcm_Contrast")[0].key
    'ring.glcm.contrast'
    >>> variable_by_name("Contrast")
    Traceback (most recent call last):
        ...
    radioimmuno.findings.SignatureError: 'Contrast' may mean glcm_Contrast or ngtdm_Contrast: write which.
    """
    name = name.strip()
    for start in CHANGES:
        if name.startswith(start):
            return _change_by_name(name, start), 0.0
    key, shift = variable_named(name)
    if not key.startswith(TABLE) or key == name:
        return variable_of(key), shift
    region, bare = _divided(name)
    meant = _short_names().get(_plain(bare), ())
    if len(meant) > 1:
        names = " or ".join(f"{region}{_published_name(feature)}" for feature in meant)
        raise SignatureError("signature.ambiguous_variable", f"{name!r} may mean {names}: write which.")
    raise SignatureError("signature.unknown_variable", f"{name!r} {_why_unknown(name, region, bare)}")


def unchanged(name: str) -> str:
    """The name of a feature, without what makes its change of it.

    Parameters
    ----------
    name : str

    Examples
    --------
    >>> unchanged("delta.ring_glcm_Contrast")
    'ring_glcm_Contrast'
    """
    name = name.strip()
    return next((name.removeprefix(start) for start in CHANGES if name.startswith(start)), name)


def _change_by_name(name: str, start: str) -> Variable:
    """The change of a feature that a publication names; a change in a unit has no shift."""
    of, shift = variable_by_name(name.removeprefix(start))
    unknown = "signature.unknown_variable"
    if of.source is not Source.FEATURE:
        advice = f"write a change that a person gives as {CLINICAL}NAME, a column of a table as {TABLE}NAME"
        raise SignatureError(unknown, f"{name!r}: a change is that of a measured feature; {advice}.")
    if shift and start == DELTA:
        text = f"{name!r}: {of.title} has another zero under this name, so that its shares are others here."
        raise SignatureError(unknown, text)
    return variable_of(start + of.key)


def summing_note(name: str, variable: Variable) -> str:
    """What is assumed where a name leaves open how the 13 directions were summed up; empty where it does not.

    Parameters
    ----------
    name : str
        As it was written.
    variable : Variable
        What it was taken for.

    Returns
    -------
    str
    """
    feature = variable_of(variable.changing).feature if variable.changing else variable.feature
    if feature is None or feature.family.directions != _AVERAGED or feature.reference_tag in name:
        return ""
    if name.strip() == variable.key:
        return ""
    merged = variable.key.replace(f".{feature.family.key}.", f".{feature.family.key}_merged.")
    return f"averaged over the directions; from their merged matrix it is {merged}"


def _why_unknown(name: str, region: str, bare: str) -> str:
    if _plain(name) == "intercept":
        return "is no variable: it has a field of its own."
    filtered, own = filtered_variable(name), f"As a column of a table it is {TABLE}{name}."
    if filtered is not None and filtered.variable:
        return f"is another value here, as {filtered.variable}: {' '.join(filtered.differs)} {own}"
    if FILTERED.match(bare):
        why = " ".join(filtered.differs) if filtered else "Its name is none of a filter here."
        return f"is of a filtered image that is not measured here. {why} {own}"
    if wrong := why_no_response(name):
        return wrong
    near = nearest(bare.removeprefix("original_"))
    if not near:
        return "is no variable that is measured here, and no name is like it."
    alike = ", ".join(one if one in _WITHOUT_REGION else region + one for one in near)
    return f"is no variable that is measured here. Like it: {alike}."


def why_no_response(name: str) -> str:
    """What is wrong with a name that has the form of a feature after a filter.

    Parameters
    ----------
    name : str
        No variable.

    Returns
    -------
    str
        What follows the name in a sentence; "" where it has another form than
        `<region>.<filter>.<family>.<name>`.

    Examples
    --------
    >>> why_no_response("ring.LOG_SIGMA_3MM.glcm.contrast")
    'is no variable that is measured here. Like it: ring.log_sigma_3mm.glcm.contrast.'
    """
    own = unchanged(name)
    region, bare = _divided(own)
    start = name.strip().removesuffix(own) + region
    filtered, _, key = bare.partition(".")
    if not region.endswith(".") or key.count(".") != 1:
        return ""
    if key not in BY_KEY:
        alike = [f"{start}{filtered}.{one}" for one in nearest(key) if one in BY_KEY]
    elif BY_KEY[key].family.of_responses:
        alike = [f"{start}{one}.{key}" for one in nearest_filters(filtered)]
    else:
        return "is not measured after a filter: shape and local intensity are those of the image itself."
    hint = f" Like it: {', '.join(alike)}." if alike else ""
    return f"is no variable that is measured here.{hint}"


@lru_cache(maxsize=256)
def nearest(bare: str) -> tuple[str, ...]:
    """Names of variables, without a region in front, that are like a text; the most alike first.

    Parameters
    ----------
    bare : str

    Returns
    -------
    tuple of str
        One for each variable, in the vocabulary that is the most like the text.

    Examples
    --------
    >>> nearest("glcm_Contrst")[0], nearest("GLCM_Contrst")[0], nearest("glcm.contrst")[0]
    ('glcm_Contrast', 'GLCM_Contrast', 'glcm.contrast')
    """
    known = _names_by_letters()
    close = get_close_matches(_plain(bare), known, n=4 * SUGGESTIONS, cutoff=LIKENESS)
    found = (*_abbreviated(bare), *(known[one] for one in close))
    groups = list(dict.fromkeys(found))[:SUGGESTIONS]
    return tuple(max(names, key=lambda name: SequenceMatcher(None, bare, name).ratio()) for names in groups)


@cache
def _names_by_letters() -> dict[str, tuple[str, ...]]:
    """Letters and digits of a name -> the names of the variable that it may mean."""
    found: dict[str, tuple[str, ...]] = {_plain(one): (KVP,) for one in (KVP, "kVp")}
    for site in Site:
        found |= dict.fromkeys(map(_plain, (location_of(site), site.label)), (location_of(site),))
    for feature in FEATURES:
        if feature.family.directions == _MERGED:
            continue
        names = _own_names(feature)
        for name in (*names, feature.pyradiomics, feature.lifex, feature.name):
            if name:
                found.setdefault(_plain(name), names)
    return found


def _abbreviated(bare: str) -> tuple[tuple[str, ...], ...]:
    """Names of the features that an abbreviation may mean, `GLRLM_SRHGE` or `SRHGE`.

    Older versions of LIFEx and many articles write so. What is computed under such a name was not always
    what the IBSI defines today, so it is suggested and never taken by itself.
    """
    family, _, short = bare.lower().rpartition("_")
    meant = _by_initials().get(short, ())
    of_family = [feature for feature in meant if feature.family.key == OLD_FAMILIES.get(family, family)]
    return tuple(_own_names(feature) for feature in of_family or meant)


@cache
def _by_initials() -> dict[str, tuple[Feature, ...]]:
    """Initials of a feature's words, with and without "level", and with its run or zone -> the features."""
    found: dict[str, dict[str, Feature]] = defaultdict(dict)
    for feature in FEATURES:
        if feature.family.directions == _MERGED or "_" not in feature.name:
            continue
        words = feature.name.split("_")
        whole = "".join(word[0] for word in words)
        short = "".join(word[0] for word in words if word != "level")
        part = {"glrlm": "r", "glszm": "z"}.get(feature.family.key, "")
        for initials in (whole, short, f"{short[:-1]}{part}{short[-1]}", whole.replace("zsnu", "zlnu")):
            found[initials][feature.key] = feature
    return {initials: tuple(features.values()) for initials, features in found.items()}


@cache
def _short_names() -> dict[str, tuple[Feature, ...]]:
    """Letters and digits of a name without its family -> the features of several families that have it."""
    found: dict[str, dict[str, Feature]] = defaultdict(dict)
    for feature in FEATURES:
        if feature.family.directions == _MERGED:
            continue
        for name in (feature.pyradiomics, feature.lifex, feature.name):
            if name:
                found[_plain(name)][feature.key] = feature
    return {name: tuple(features.values()) for name, features in found.items()}


def _own_names(feature: Feature) -> tuple[str, ...]:
    return tuple(filter(None, (feature.pyradiomics_name, feature.lifex_name, feature.key)))


def _published_name(feature: Feature) -> str:
    return feature.pyradiomics_name or feature.lifex_name or feature.key


def _other_names(feature: Feature) -> tuple[str, ...]:
    """What of other programs' names is taken for this feature; not for one that is summed up otherwise."""
    names = [name for name in names_of(feature) if not name.startswith(("original_", "ibsi:"))]
    return tuple(name for name in names if variable_named(name)[0] == f"lesion.{feature.key}")


def _divided(name: str) -> tuple[str, str]:
    """The image and the region in front of a name with their signs, as they were written, and the rest."""
    role, rest = split_role(name)
    region = _REGION.match(rest)
    if region is None:
        return with_role(role, ""), rest
    sign = rest[region.end()]
    return with_role(role, region[0] + ("_" if sign == " " else sign)), rest[region.end() + 1 :]


def _plain(name: str) -> str:
    return _NO_LETTER.sub("", name.lower())
