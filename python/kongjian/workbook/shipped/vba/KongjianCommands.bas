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

' Goes to the look-up; where the cursor stands in a row of a table, that row's school or teacher is chosen there.
Public Sub KongjianLookUp()
    Dim page As Object, found As Object, below As Long
    On Error GoTo failed
    Set page = ThisWorkbook.Names("LookupKind").RefersToRange.Parent
    ThisWorkbook.Activate
    If ActiveSheet.Name <> page.Name Then
        For Each found In ActiveSheet.ListObjects
            below = ActiveCell.Row - found.Range.Row
            If below > 0 And below < found.Range.Rows.Count Then KongjianChoose found, below
        Next found
        page.Activate
    End If
    Exit Sub
failed:
    KongjianSay "NoSheet"
End Sub

Private Sub KongjianChoose(table As Object, below As Long)
    Dim school As String, person As String
    school = KongjianBeside(table, below, "NameSchool")
    If Len(school) = 0 Then Exit Sub
    person = KongjianBeside(table, below, "NameAccount")
    If Len(person) = 0 Then person = KongjianBeside(table, below, "NamePerson")
    KongjianPut "LookupSchool", school
    KongjianPut "LookupUnit", person
    KongjianPut "LookupCompare", ""
    If Len(person) > 0 Then
        KongjianPut "LookupKind", KongjianMessage("NameTeacher")
    Else
        KongjianPut "LookupKind", KongjianMessage("NameAsSchool")
    End If
End Sub

' What stands in this row under the header of this code in the table Messages; nothing where there is no such column.
Private Function KongjianBeside(table As Object, below As Long, code As String) As String
    Dim header As String, place As Long
    header = KongjianMessage(code)
    For place = 1 To table.Range.Columns.Count
        If CStr(table.Range.Cells(1, place).Value2) = header Then
            KongjianBeside = Trim$(CStr(table.Range.Cells(below + 1, place).Value2))
            Exit Function
        End If
    Next place
End Function

Private Sub KongjianPut(nameOfCell As String, text As String)
    ThisWorkbook.Names(nameOfCell).RefersToRange.Cells(1, 1).Value = text
End Sub
