"""What questions the engine's results: explanations, comparisons, near misses, other readings, changes."""
