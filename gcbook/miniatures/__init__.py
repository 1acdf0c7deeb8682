"""The trained miniatures: their models, their raw scores, and what can be said about their answers.

All of it is read from what this package brings, ``data/models`` and ``data/scores``; nothing here
needs a network. `tools/score_miniatures.py` makes the scores.
"""
