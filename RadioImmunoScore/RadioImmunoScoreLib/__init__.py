"""The Slicer side of RadioImmunoScore: the MRML scene, and later the panel. Research use only."""
