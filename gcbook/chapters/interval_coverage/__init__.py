"""Simulations of intervals."""
