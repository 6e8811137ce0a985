"""Features that an outside model learned, run from its file."""
