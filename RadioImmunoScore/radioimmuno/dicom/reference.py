"""Whether a segmentation belongs to the CT: frame of reference and series."""

from __future__ import annotations

from collections.abc import Collection

from ..findings import Finding, Refusal, Severity
from .source import SourceSeries


def check_frame_of_reference(uid: str, source: SourceSeries | None) -> None:
    """Refuse what lies in another frame of reference than the CT; where one is not known, nothing is.

    Raises
    ------
    Refusal
        `mask.geometry`
    """
    known = source.frame_of_reference_uid if source else ""
    if uid and known and uid != known:
        raise Refusal(
            "mask.geometry",
            f"It lies in another frame of reference ({uid}) than the CT ({known}): positions of the two "
            "cannot be compared.",
        )


def check_series(series: Collection[str], source: SourceSeries | None) -> list[Finding]:
    """A warning when a segmentation does not name the CT's series, or when the CT has none to name.

    Parameters
    ----------
    series : UIDs of the series that it says it was drawn on
    """
    if source is None:
        text = (
            "The CT is no DICOM series, so that the segmentation's frame of reference could not be compared: "
            "check that it was drawn on this CT."
        )
    elif not series:
        text = "The segmentation does not say on which series it was drawn."
    elif source.series_uid not in series:
        text = (
            "The segmentation was drawn on another series "
            f"({', '.join(sorted(series))}) than the one that is scored."
        )
    else:
        return []
    return [Finding("mask.reference", Severity.WARN, text)]
