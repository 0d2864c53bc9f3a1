"""A staff member's computer: installing, and finding out what is wrong."""
