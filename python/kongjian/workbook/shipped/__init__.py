"""What makes kongjian.xlsm: its home and help sheets, ribbon, macros and the package steps."""
