"""Logs of events larger than a sheet: counted file by file into partials, and these into rows 导入 of 有效次数."""
