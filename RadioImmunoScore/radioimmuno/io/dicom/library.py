"""pydicom and highdicom, optional libraries: imported only when DICOM is read or written."""

from __future__ import annotations

import importlib
import logging
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from ...findings import InputError

INSTALL = 'pip install "radioimmuno[dicom]"'


def pydicom() -> Any:
    """The library, with its part `pixels`, which came with version 3.

    Raises
    ------
    InputError
        `dicom.no_library` when it is not installed.
    """
    return _library("pydicom", "pixels", need="DICOM needs the library pydicom (3 or later)")


def highdicom() -> Any:
    """The library that writes segmentations and reports, with its parts `seg` and `sr`.

    Raises
    ------
    InputError
        `dicom.no_library` when it is not installed.
    """
    return _library("highdicom", "seg", "sr", need="Writing DICOM needs the library highdicom")


def _library(name: str, *parts: str, need: str) -> Any:
    try:
        for part in parts:
            importlib.import_module(f"{name}.{part}")
        return importlib.import_module(name)
    except ImportError:
        raise InputError("dicom.no_library", f"{need}, which is not installed: {INSTALL}") from None


@contextmanager
def lenient_reading() -> Iterator[None]:
    """Values are taken as the file has them, without warnings and logs: what matters is checked here."""
    settings, logger = pydicom().config.settings, logging.getLogger("pydicom")
    kept, level = settings.reading_validation_mode, logger.level
    settings.reading_validation_mode = pydicom().config.IGNORE
    # Its decoders log tracebacks of what they also raise.
    logger.setLevel(logging.CRITICAL + 1)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        settings.reading_validation_mode = kept
        logger.setLevel(level)


def text_of(item: Any, keyword: str) -> str:
    """A text as it stands in the file; "" where there is none.

    A backslash parts values, and people write it into names that have one value: it stays what it was.

    Parameters
    ----------
    item : Dataset
    keyword : str
    """
    value = item.get(keyword)
    if value is None:
        return ""
    parts = [value] if isinstance(value, str) or not isinstance(value, Iterable) else value
    return "\\".join(str(part) for part in parts)


def syntax_name(uid: str) -> str:
    """The name of a transfer syntax ("RLE Lossless"), with its UID.

    Parameters
    ----------
    uid : str
    """
    with lenient_reading():
        name = str(pydicom().uid.UID(uid).name)
    return name if name == uid else f"{name} ({uid})"


def can_decode(uid: str) -> bool:
    """Whether a decoder for a compressed transfer syntax is installed.

    Parameters
    ----------
    uid : str, of the transfer syntax
    """
    library = pydicom()
    with lenient_reading():
        syntax = library.uid.UID(uid)
    try:
        return bool(library.pixels.get_decoder(syntax).is_available)
    except NotImplementedError:
        return False
