Option Explicit
' Only while Python works on something: what would happen to it when this workbook is closed or gets another name.
Private WithEvents watched As Application

' Nothing runs because the workbook opens: programs that judge mail take that amiss. The ribbon starts what is needed.

Private Sub Workbook_SheetChange(ByVal Sh As Object, ByVal Target As Range)
    KongjianChanged Sh
End Sub

Public Sub KongjianWatch(working As Boolean)
    Set watched = Nothing
    If working Then Set watched = Application
End Sub

Private Sub watched_WorkbookBeforeClose(ByVal Wb As Workbook, Cancel As Boolean)
    If Wb Is ThisWorkbook Then Cancel = Not KongjianMayClose()
End Sub

Private Sub watched_WorkbookBeforeSave(ByVal Wb As Workbook, ByVal SaveAsUI As Boolean, Cancel As Boolean)
    If Wb Is ThisWorkbook Then KongjianBeforeSave
End Sub

Private Sub watched_WorkbookAfterSave(ByVal Wb As Workbook, ByVal Success As Boolean)
    If Wb Is ThisWorkbook Then KongjianAfterSave
End Sub
