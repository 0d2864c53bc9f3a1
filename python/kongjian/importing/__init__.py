"""Takes in what the platform exports, as it comes: files in, rows for the input sheets and a record of every change out."""
