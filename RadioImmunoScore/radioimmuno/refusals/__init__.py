"""The page of what is refused and why."""
