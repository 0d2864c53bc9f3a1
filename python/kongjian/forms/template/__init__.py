"""A template workbook: its marks, its filled sheets, the package made of them. Knows no form."""
