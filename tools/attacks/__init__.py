"""Attacks on the program, a module a class; ``tools/faults.py`` tries them all."""
