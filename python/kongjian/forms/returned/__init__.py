"""What comes back: forms, experts' reviews, and the list of who has handed in what."""
