"""The .xlsx file itself: its parts opened, edited, filled and saved. Knows no scheme."""
