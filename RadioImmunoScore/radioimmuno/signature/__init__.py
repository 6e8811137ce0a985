"""Signatures: terms and their variables, the file they come from, the color scale of their scores."""
