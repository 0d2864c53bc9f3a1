"""What `kongjian.xlsm` carries for Excel: commands, ribbon, VBA project, and the adapter to a running Excel."""
