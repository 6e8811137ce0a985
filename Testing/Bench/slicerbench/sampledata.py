"""The Sample Data module: it takes down what other modules register."""

from __future__ import annotations

from types import ModuleType
from typing import Any

_KNOWN = frozenset(
    {
        "category",
        "sampleName",
        "sampleDescription",
        "uris",
        "fileNames",
        "nodeNames",
        "customDownloader",
        "thumbnailFileName",
        "loadFileType",
        "loadFiles",
        "loadFileProperties",
        "checksums",
    }
)


class SampleDataLogic:
    """`SampleData.SampleDataLogic`; `sources` has what was registered, by category."""

    sources: dict[str, list[dict[str, Any]]] = {}  # noqa: RUF012 - the application's list is one for all, too

    @classmethod
    def registerCustomSampleDataSource(cls, category: str = "Custom", **source: Any) -> None:
        unknown = set(source) - _KNOWN
        if unknown:
            raise TypeError(f"the Sample Data module knows no {', '.join(sorted(unknown))}")
        named = [item for item in cls.sources.get(category, []) if item["sampleName"] != source["sampleName"]]
        cls.sources[category] = [*named, source]


SampleData = ModuleType("SampleData")
SampleData.SampleDataLogic = SampleDataLogic
