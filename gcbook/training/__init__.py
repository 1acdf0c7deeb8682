"""Training of the miniatures: small models of the paper's kinds, on the miniature world."""
