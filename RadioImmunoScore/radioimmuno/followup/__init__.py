"""Follow-up: the same lesions at another time, and what became of them."""
