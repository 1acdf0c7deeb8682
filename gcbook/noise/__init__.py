"""The paper's equations: schedules, draws, weightings, the bound, an exact likelihood."""
