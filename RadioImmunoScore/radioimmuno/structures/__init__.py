"""Which structures of a file are lesions: a rule, and tables of what organs and targets are called."""
