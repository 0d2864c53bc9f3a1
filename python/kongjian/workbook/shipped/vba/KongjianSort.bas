Attribute VB_Name = "KongjianSort"
Option Explicit
' Sorts a table by one column. A protected sheet refuses to sort locked cells whatever it allows, and results stay locked;
' their protection has no password.

' The table and column that were sorted last, and which way.
Private sortedLast As String
Private backwards As Boolean

' The table of the chosen cell by its column, the other way round when pressed again.
Public Sub KongjianSortColumn()
    Dim table As Object, page As Object, allowed As Variant, guarded As Boolean
    On Error GoTo failed
    Set table = ActiveCell.ListObject
    If table Is Nothing Then
        KongjianSay "NoTable"
        Exit Sub
    End If
    Set page = table.Parent
    guarded = page.ProtectContents
    allowed = KongjianAllowed(page)
    If guarded Then page.Unprotect ""
    KongjianSorted table, ActiveCell.Column - table.Range.Column + 1
    If guarded Then KongjianProtect page, allowed
    Exit Sub
failed:
    If guarded Then KongjianProtect page, allowed
    KongjianSay "NotSorted"
End Sub

Private Sub KongjianSorted(table As Object, column As Long)
    Dim key As Object, order As Long
    Set key = table.ListColumns(column).Range
    order = xlAscending
    If sortedLast = table.Name & " " & column And Not backwards Then order = xlDescending
    table.Range.Sort Key1:=key, Order1:=order, Header:=xlYes
    sortedLast = table.Name & " " & column
    backwards = (order = xlDescending)
End Sub

' What a protected sheet lets staff do, and below the same given back.
Private Function KongjianAllowed(page As Object) As Variant
    With page.Protection
        KongjianAllowed = Array(page.ProtectDrawingObjects, page.ProtectScenarios, .AllowFormattingCells, _
            .AllowFormattingColumns, .AllowFormattingRows, .AllowInsertingColumns, .AllowInsertingRows, _
            .AllowInsertingHyperlinks, .AllowDeletingColumns, .AllowDeletingRows, .AllowSorting, .AllowFiltering, _
            .AllowUsingPivotTables)
    End With
End Function

Private Sub KongjianProtect(page As Object, allowed As Variant)
    page.Protect DrawingObjects:=allowed(0), Contents:=True, Scenarios:=allowed(1), AllowFormattingCells:=allowed(2), _
        AllowFormattingColumns:=allowed(3), AllowFormattingRows:=allowed(4), AllowInsertingColumns:=allowed(5), _
        AllowInsertingRows:=allowed(6), AllowInsertingHyperlinks:=allowed(7), AllowDeletingColumns:=allowed(8), _
        AllowDeletingRows:=allowed(9), AllowSorting:=allowed(10), AllowFiltering:=allowed(11), _
        AllowUsingPivotTables:=allowed(12)
End Sub
