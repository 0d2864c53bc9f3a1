Attribute VB_Name = "KongjianShared"
Option Explicit
' Tables, texts, and the way to Python. The add-in is late bound, so that this compiles without it.
' ASCII only: Chinese texts stand in the table Messages.

Private Const ADDIN As String = "xlwings.xlam!"
' "The command did not finish; ask your technician" as character codes, for when Messages is gone.
Private Const FALLBACK As String = "64CD 4F5C 6CA1 6709 5B8C 6210 FF0C 8BF7 627E 6280 672F 4EBA 5458 3002"

' The server is kept: asking the add-in for it reads the settings anew each time.
Private server As Object

' The table of this name on whatever sheet, or Nothing.
Public Function KongjianTable(tableName As String) As Object
    Dim page As Worksheet, found As Object
    For Each page In ThisWorkbook.Worksheets
        For Each found In page.ListObjects
            If StrComp(found.Name, tableName, vbTextCompare) = 0 Then
                Set KongjianTable = found
                Exit Function
            End If
        Next found
    Next page
    Set KongjianTable = Nothing
End Function

' The text under this code in the table Messages.
Public Function KongjianMessage(code As String) As String
    Dim texts As Variant, line As Long
    On Error GoTo failed
    texts = KongjianTable("Messages").DataBodyRange.Value2
    For line = LBound(texts, 1) To UBound(texts, 1)
        If CStr(texts(line, 1)) = code Then
            KongjianMessage = CStr(texts(line, 2))
            Exit Function
        End If
    Next line
failed:
    KongjianMessage = KongjianPlain(FALLBACK)
End Function

Private Function KongjianPlain(codes As String) As String
    Dim code As Variant, text As String
    For Each code In Split(codes, " ")
        text = text & ChrW(CLng("&H" & code))
    Next code
    KongjianPlain = text
End Function

Public Sub KongjianSay(code As String)
    MsgBox KongjianMessage(code), vbExclamation, "kongjian"
End Sub

' Whether anything stands under the headers of the schools or the teachers.
Public Function KongjianHasData() As Boolean
    On Error GoTo unknown
    KongjianHasData = KongjianFilled("Schools")
    If Not KongjianHasData Then KongjianHasData = KongjianFilled("Teachers")
    Exit Function
unknown:
    ' Python tells what is wrong with the sheets
    KongjianHasData = True
End Function

' Pasted rows may reach below the table.
Private Function KongjianFilled(tableName As String) As Boolean
    Dim table As Object, page As Object, top As Long, bottom As Long, first As Long, last As Long
    Set table = KongjianTable(tableName)
    Set page = table.Parent
    top = table.Range.Row + 1
    first = table.Range.Column
    last = first + table.Range.Columns.Count - 1
    bottom = page.UsedRange.Row + page.UsedRange.Rows.Count - 1
    If bottom < top Then Exit Function
    KongjianFilled = Application.WorksheetFunction.CountA( _
        page.Range(page.Cells(top, first), page.Cells(bottom, last))) > 0
End Function

' Calls a function of a Python module; raises what Python or the add-in raises.
Public Function KongjianAsk(moduleName As String, functionName As String, given As Variant) As Variant
    Dim fresh As Boolean, number As Long, reason As String
    On Error GoTo failed
    If server Is Nothing Then
        fresh = True
        Set server = Application.Run(ADDIN & "XLPy")
    End If
retry:
    KongjianAsk = server.CallUDF(moduleName, functionName, given, ThisWorkbook, Application.Caller)
    Exit Function
failed:
    number = Err.Number
    reason = Err.Description
    If fresh Or Not KongjianIsGone(number) Then Err.Raise number, "kongjian", reason
    ' Python was started anew since; its new server is asked once
    fresh = True
    Set server = Nothing
    Set server = Application.Run(ADDIN & "XLPy")
    Resume retry
End Function

' The errors of a server that is not there any more.
Private Function KongjianIsGone(number As Long) As Boolean
    Select Case number
        Case 462, -2147023174, -2147023170, -2147417848, -2147220995
            KongjianIsGone = True
    End Select
End Function
