"""What the panel says about inputs and settings."""

from __future__ import annotations

from collections.abc import Iterable

from slicer.i18n import tr as _

from radioimmuno.acquisition import Acquisition
from radioimmuno.signature import Signature


def missingText(missing: Iterable[str]) -> str:
    """What has to be done before scoring can run."""
    known = {
        "ct": _("Select the CT."),
        "segmentation": _("Select the segmentation with the lesions."),
        "segments": _("The segmentation has no segments: draw a lesion in it."),
        "included": _("All lesions are unticked: tick at least one."),
    }
    return " ".join(known[name] for name in missing)


def acquisitionText(acquisition: Acquisition) -> str:
    """What the CT says about itself, in a line."""
    unknown = _("not known")
    values = {
        _("kVp"): None if acquisition.kvp is None else f"{acquisition.kvp:g}",
        _("slice"): None
        if acquisition.slice_thickness_mm is None
        else f"{acquisition.slice_thickness_mm:g} mm",
        _("contrast"): acquisition.contrast_agent,
        _("kernel"): acquisition.kernel,
    }
    line = ", ".join(f"{name} {value or unknown}" for name, value in values.items())
    return f"{line} ({acquisition.source})" if acquisition.source else line


def settingsText(signature: Signature, engine: str) -> str:
    """Ring, extraction, cut-offs and engine, a line each."""
    ring, extraction = signature.settings.ring, signature.settings.extraction
    binning = (
        _("bins of {width} HU").format(width=f"{extraction.bin_width_hu:g}")
        if extraction.bin_width_hu
        else _("{count} bins").format(count=extraction.bin_count)
    )
    spacing = _("as in the CT") if extraction.spacing_mm is None else f"{extraction.spacing_mm:g} mm"
    cutoffs = signature.cutoffs
    lines = [
        _("Signature: {name}, version {version}").format(name=signature.name, version=signature.version),
        _("Predicts: {what}").format(what=signature.predicts),
        _("Ring: {inner} mm into and {outer} mm out of the lesion").format(
            inner=f"{ring.inner_mm:g}", outer=f"{ring.outer_mm:g}"
        ),
        _("Grid: {spacing}, {interpolation} interpolation").format(
            spacing=spacing, interpolation=extraction.interpolation
        ),
        _("Levels: {binning}, range {range} HU").format(binning=binning, range=extraction.range_hu),
        _("Cut-offs: low {low}, median {median}, high {high}").format(
            low=f"{cutoffs.low:.3f}", median=f"{cutoffs.median:.3f}", high=f"{cutoffs.high:.3f}"
        ),
        _("Engine: {engine}").format(engine=engine),
    ]
    return "\n".join(lines)
