"""Statistics on trials and answers: metrics, agreement, resampling, estimates, comparisons."""
