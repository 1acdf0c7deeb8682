"""Reconstructions under a prompt: drawings, the paper's pictures, and what models make of them."""
