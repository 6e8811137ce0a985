"""The Slicer side: the MRML scene and the panel."""

HOMEPAGE = "https://github.com/RadioImmunoScore/RadioImmunoScore"
