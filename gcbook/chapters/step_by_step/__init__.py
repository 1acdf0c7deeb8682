"""One image's way through a diffusion classifier."""
