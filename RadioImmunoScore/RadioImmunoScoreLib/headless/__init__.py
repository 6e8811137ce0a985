"""Slicer's own scene and views without the Slicer application, on the package `slicer-core`.

For the shell and the tests; the application brings its own host and never imports this. `host` has the scene,
`views` what is seen of it, `writing` makes the files of a scored patient.
"""
