"""The checks of `kongjian rules --lint`, one file for each subject."""
