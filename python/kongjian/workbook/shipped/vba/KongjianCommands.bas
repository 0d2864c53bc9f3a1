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

' Shows the sheet that holds the table, whatever the sheet is called, and unhides it where it is hidden.
Private Sub KongjianShow(tableName As String)
    Dim page As Object
    On Error GoTo failed
    Set page = KongjianTable(tableName).Parent
    If page.Visible <> xlSheetVisible Then page.Visible = xlSheetVisible
    page.Activate
    Exit Sub
failed:
    KongjianSay "NoSheet"
End Sub

' Does what the first page says is next; data that was pasted since is looked at first.
Public Sub KongjianNextStep()
    Dim id As String
    id = KongjianCarried("KongjianNext")
    If id = "ImportData" And KongjianHasData() Then id = "CheckData"
    KongjianDo id
End Sub

' Shows every sheet of evidence where one of them is hidden, else hides them all.
Public Sub KongjianShowEvidence()
    Dim page As Variant, pages As Collection, state As Long
    On Error GoTo failed
    Set pages = KongjianEvidence()
    If pages.Count = 0 Then GoTo failed
    state = xlSheetHidden
    For Each page In pages
        If page.Visible <> xlSheetVisible Then state = xlSheetVisible
    Next page
    For Each page In pages
        page.Visible = state
    Next page
    Exit Sub
failed:
    KongjianSay "NoSheet"
End Sub

' The sheets of evidence that are still there.
Private Function KongjianEvidence() As Collection
    Dim tableName As Variant, found As Object
    Set KongjianEvidence = New Collection
    For Each tableName In Split(KongjianMessage("EvidenceTables"), " ")
        Set found = KongjianTable(CStr(tableName))
        If Not found Is Nothing Then KongjianEvidence.Add found.Parent
    Next tableName
End Function

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
