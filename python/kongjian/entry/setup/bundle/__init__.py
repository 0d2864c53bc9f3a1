"""One folder for computers without rights or network: made here, and what runs of it on the staff's computer."""
