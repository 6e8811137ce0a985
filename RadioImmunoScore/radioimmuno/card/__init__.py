"""The card of a signature: what it predicts, trained on what, how well, and where it ends."""
