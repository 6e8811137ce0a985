"""From a CT and a lesion to the values of its features: grid, ring, regions, checks, maps."""
