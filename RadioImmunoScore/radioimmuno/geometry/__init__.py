"""Arrays on lattices: images, boxes, grids, distances and outlines."""
