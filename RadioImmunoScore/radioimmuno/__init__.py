"""RadioImmunoScore: score lesions of a CT by their predicted CD8 T-cell infiltration. Research use only.

The science of the extension: arrays and geometry in, features, scores and patient metrics out. It knows
neither Slicer nor Qt and runs in any Python. Nothing heavy is imported here.
"""

__version__ = "0.1.0"
