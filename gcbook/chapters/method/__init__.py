"""Pictures of how a diffusion model classifies."""
