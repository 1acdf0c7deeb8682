"""The trained miniatures: their models, their raw scores, and what their answers are."""
