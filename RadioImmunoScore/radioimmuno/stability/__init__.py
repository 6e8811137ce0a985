"""How contours vary between readers, and how far values agree where they do."""
