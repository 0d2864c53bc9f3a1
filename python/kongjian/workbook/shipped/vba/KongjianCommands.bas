Attribute VB_Name = "KongjianCommands"
Option Explicit
' The ribbon's callbacks and the macros of the buttons; both do the same.

Private loadedRibbon As Object

Public Sub KongjianRibbonLoaded(ribbon As Object)
    Set loadedRibbon = ribbon
    KongjianOpened
End Sub

' After a reset of the project the ribbon is not known any more; its buttons then stay as they are.
Public Sub KongjianRefreshRibbon()
    On Error Resume Next
    If Not loadedRibbon Is Nothing Then loadedRibbon.Invalidate
End Sub

Public Sub KongjianEnabled(control As Object, ByRef enabled As Variant)
    enabled = KongjianHasData()
End Sub

Public Sub KongjianSupertip(control As Object, ByRef supertip As Variant)
    If KongjianHasData() Then
        supertip = KongjianMessage("Tip" & control.ID)
    Else
        supertip = KongjianMessage("NoData")
    End If
End Sub

' Shows the sheet that holds the table, whatever the sheet is called.
Private Sub KongjianShow(tableName As String)
    On Error GoTo failed
    KongjianTable(tableName).Parent.Activate
    Exit Sub
failed:
    KongjianSay "NoSheet"
End Sub

' A long sheet prints its first page only; here all of it, and then it is as before. A preview first: nothing is printed
' that nobody has seen.
Public Sub KongjianPrintWhole()
    Dim page As Object, area As String, header As String, saved As Boolean
    On Error GoTo failed
    saved = ThisWorkbook.Saved
    ThisWorkbook.Activate
    Set page = ThisWorkbook.ActiveSheet
    area = page.PageSetup.PrintArea
    header = page.PageSetup.RightHeader
    If Len(area) > 0 Then
        page.PageSetup.PrintArea = ""
        page.PageSetup.RightHeader = ""
    End If
    page.PrintOut Preview:=True
    GoTo done
failed:
    KongjianSay "NoPrint"
    Resume done
done:
    On Error Resume Next
    If Len(area) > 0 Then
        page.PageSetup.PrintArea = area
        page.PageSetup.RightHeader = header
    End If
    ThisWorkbook.Saved = saved
End Sub

Public Sub KongjianOpenFolder()
    On Error GoTo failed
    If Len(ThisWorkbook.Path) = 0 Then
        KongjianSay "NoFolder"
    Else
        ThisWorkbook.FollowHyperlink ThisWorkbook.Path
    End If
    Exit Sub
failed:
    KongjianSay "NoFolder"
End Sub
