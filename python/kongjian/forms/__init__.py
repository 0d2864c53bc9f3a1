"""The review sheets: templates filled from a run's results, and what comes back of them."""
