Attribute VB_Name = "KongjianShared"
Option Explicit
' Tables, texts, and the way to Python: a server that the computer starts, late bound, so that this compiles without it.
' ASCII only: Chinese texts stand in the table Messages.

Private Const SERVER_NAME As String = "Kongjian.Server"
Private Const ADDIN As String = "xlwings.xlam"
' Seconds for which a server that could not be started is not tried again by each of thousands of cells.
Private Const PATIENCE As Long = 60

Private server As Object
Private refusal As Long
Private refusedUntil As Date

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
    KongjianMessage = KongjianLastWord()
End Function

' Where staff deleted the table.
Private Function KongjianLastWord() As String
    KongjianLastWord = KongjianCarried("KongjianLastWord")
    If Len(KongjianLastWord) = 0 Then KongjianLastWord = "kongjian"
End Function

' The text that a name of the workbook keeps as ="...", nothing where there is none.
Public Function KongjianCarried(name As String) As String
    Dim text As String
    On Error GoTo failed
    text = ThisWorkbook.Names(name).RefersTo
    KongjianCarried = Mid$(text, 3, Len(text) - 3)
failed:
End Function

Public Sub KongjianSay(code As String)
    MsgBox KongjianMessage(code), vbExclamation, "kongjian"
End Sub

' The same with the number of an error and what is said of it.
Public Sub KongjianSayFault(number As Long, reason As String)
    Dim text As String
    text = KongjianMessage(KongjianFault(number))
    text = Replace(text, "{number}", CStr(number))
    MsgBox Replace(text, "{reason}", KongjianLastLine(reason)), vbExclamation, "kongjian"
End Sub

' Python gives its whole trace; the last line says what was wrong.
Private Function KongjianLastLine(reason As String) As String
    Dim line As Variant
    For Each line In Split(Replace(reason, vbCr, vbLf), vbLf)
        If Len(Trim$(line)) > 0 Then KongjianLastLine = Left$(Trim$(line), 200)
    Next line
End Function

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

' Asks a function of a Python module; raises what Python or the computer raises.
Public Function KongjianAsk(moduleName As String, functionName As String, given As Variant) As Variant
    Dim fresh As Boolean, number As Long, reason As String
    On Error GoTo failed
    fresh = server Is Nothing
    If fresh Then Set server = KongjianStarted()
retry:
    KongjianAsk = server.CallUDF(moduleName, functionName, given, ThisWorkbook, Application.Caller)
    Exit Function
failed:
    number = Err.Number
    reason = Err.Description
    If fresh Or KongjianFault(number) <> "ServerDied" Then Err.Raise number, "kongjian", reason
    ' Python has ended since; its new server is asked once
    fresh = True
    Set server = Nothing
    Set server = KongjianStarted()
    Resume retry
End Function

' Somebody presses a button: a server that could not be started is tried again at once.
Public Sub KongjianTryAgain()
    refusal = 0
End Sub

' Our own server, else the add-in's where it is open. Raises what the computer says of our own.
Private Function KongjianStarted() As Object
    Dim number As Long
    If refusal <> 0 And Now < refusedUntil Then Err.Raise refusal, "kongjian"
    Set KongjianStarted = KongjianCreated(number)
    ' the one of before was just ending
    If KongjianFault(number) = "ServerDied" Then Set KongjianStarted = KongjianCreated(number)
    refusal = 0
    If number = 0 Then Exit Function
    If KongjianHasAddin() Then
        Set KongjianStarted = Application.Run(ADDIN & "!XLPy")
    Else
        refusal = number
        refusedUntil = Now + TimeSerial(0, 0, PATIENCE)
        Err.Raise number, "kongjian"
    End If
End Function

Private Function KongjianCreated(ByRef number As Long) As Object
    On Error Resume Next
    Set KongjianCreated = CreateObject(SERVER_NAME)
    number = Err.Number
End Function

' Only an open one: Excel would look for a file of this name beside the workbook and run that.
Private Function KongjianHasAddin() As Boolean
    On Error Resume Next
    KongjianHasAddin = Len(Application.Workbooks(ADDIN).Name) > 0
End Function

' What an error means, as a code of the table Messages. The computer's own numbers are taken apart: where from, which.
Public Function KongjianFault(number As Long) As String
    Dim part As Long, low As Long
    part = (number And 8191 * 65536) \ 65536
    low = number And 65535
    KongjianFault = "NoPython"
    Select Case part & "/" & low
        Case "0/429", "4/340", "4/499"
            KongjianFault = "NotRegistered"
        Case "0/53", "0/76", "7/2", "7/3"
            KongjianFault = "PythonMoved"
        Case "0/70", "7/5", "7/225", "7/740", "7/1260"
            KongjianFault = "StartRefused"
        Case "8/5"
            KongjianFault = "NoAnswer"
        Case "0/462", "1/7", "1/18", "1/264", "4/509", "7/1722", "7/1726", "7/1727", "8/8"
            KongjianFault = "ServerDied"
    End Select
End Function
