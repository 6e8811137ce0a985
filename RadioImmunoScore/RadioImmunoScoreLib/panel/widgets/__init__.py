"""What the panel shows of its state: tables and pictures of numbers."""
