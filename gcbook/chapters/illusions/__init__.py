"""Ambiguous pictures: criteria, and their gallery."""
