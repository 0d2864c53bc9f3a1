Option Explicit
' Nothing runs because the workbook opens: programs that judge mail take that amiss. The ribbon starts what is needed.

Private Sub Workbook_SheetChange(ByVal Sh As Object, ByVal Target As Range)
    KongjianChanged Sh
End Sub
