"""The table of lesions that trains and validates a signature."""
