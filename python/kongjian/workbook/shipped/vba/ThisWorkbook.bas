Option Explicit

Private Sub Workbook_Open()
    KongjianOpened
End Sub

Private Sub Workbook_SheetChange(ByVal Sh As Object, ByVal Target As Range)
    KongjianChanged Sh
End Sub
