"""Scores, eligibility, rankings and awards: data frames in, data frames out."""
