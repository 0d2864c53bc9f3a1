"""The ways in: the command, a running Excel, a staff member's computer."""
