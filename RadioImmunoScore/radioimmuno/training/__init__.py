"""Training of signatures."""
