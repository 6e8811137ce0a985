"""The Slicer application's part that a module's panel needs, on `slicer-core` and PySide6.

Stand-ins raise on whatever they do not know: what works here has to work in the application, not the reverse.
"""
