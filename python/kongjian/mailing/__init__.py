"""The editions that are mailed, their proof, and the corrections that come back."""
