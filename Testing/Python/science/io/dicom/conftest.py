"""The patient whose export the tests look at, and the files of it."""

from __future__ import annotations

import pytest


@pytest.fixture(scope="session")
def case(tmp_path_factory):
    """A CT series with lesions that were scored; see `export_cases`."""
    from export_cases import make_case

    return make_case(tmp_path_factory.mktemp("ct"))


@pytest.fixture(scope="session")
def files(case, tmp_path_factory):
    """Its DICOM files by the names of their stems."""
    from export_cases import export

    return export(case, tmp_path_factory.mktemp("dicom"))
