"""Features that an outside model learned, run from its file (`model`), by its card (`card`)."""
