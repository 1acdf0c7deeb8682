"""Tiny random models of every kind, in the on-disk formats of the large ones."""
