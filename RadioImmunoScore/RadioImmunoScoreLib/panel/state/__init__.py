"""What the panel knows and does, without a widget."""
