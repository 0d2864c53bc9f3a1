"""How kongjian.xlsm looks: its styles, input sheets, rule sheet, marks and charts."""
