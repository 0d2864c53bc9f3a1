"""自检: is what the workbook shows what the scheme says? One file for each subject, `work` joins them."""
