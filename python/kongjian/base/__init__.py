"""Words that every other folder shares: texts, cells, files, places. Knows nobody."""
