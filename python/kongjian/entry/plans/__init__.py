"""What commands and buttons do, each work once: what is read becomes a plan of what is written, asked and told."""
