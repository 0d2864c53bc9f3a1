Attribute VB_Name = "KongjianRemember"
Option Explicit
' The worksheet functions' results, remembered by argument values, and the rules they were computed by.

' So many results, then all are forgotten; one over more cells than this is not remembered.
Private Const MOST_RESULTS As Long = 20000
Private Const MOST_CELLS As Long = 2000
Private Const SCHEME_NAME As String = "KongjianScheme"

Private results As Object
Private resultsRules As String
Private rulesText As String
Private rulesKnown As Boolean

' The tables of the rules as text: rows by line feed, cells by vertical tab, an empty line between the tables. The last
' is no sheet's: the folder of the workbook, beside which its scheme may stand, and what the name of its scheme refers to.
Public Function KongjianRules() As String
    Dim tableName As Variant
    If Not rulesKnown Then
        rulesText = ""
        For Each tableName In KongjianRuleTables()
            If Len(rulesText) > 0 Then rulesText = rulesText & vbLf & vbLf
            rulesText = rulesText & KongjianTableText(CStr(tableName))
        Next tableName
        rulesText = rulesText & vbLf & vbLf & SCHEME_NAME & vbVerticalTab & KongjianSchemeName() & vbLf & "KongjianFolder" & vbVerticalTab
        rulesKnown = True
    End If
    KongjianRules = rulesText & ThisWorkbook.Path
End Function

' Nothing in workbooks of the first edition that were never calculated.
Private Function KongjianSchemeName() As String
    On Error Resume Next
    KongjianSchemeName = ThisWorkbook.Names(SCHEME_NAME).RefersTo
End Function

Public Function KongjianRuleTables() As Variant
    KongjianRuleTables = Array("Readings", "Scheme", "Months", "EligibilityRules", "AwardRules", "Indicators")
End Function

Private Function KongjianTableText(tableName As String) As String
    Dim table As Object, grid As Variant, rows() As String, cells() As String, line As Long, place As Long
    Set table = KongjianTable(tableName)
    If table Is Nothing Then Exit Function
    grid = table.Range.Value2
    ReDim rows(1 To UBound(grid, 1))
    ReDim cells(1 To UBound(grid, 2))
    For line = 1 To UBound(grid, 1)
        For place = 1 To UBound(grid, 2)
            cells(place) = KongjianCellText(grid(line, place))
        Next place
        rows(line) = Join(cells, vbVerticalTab)
    Next line
    KongjianTableText = Join(rows, vbLf)
End Function

' Numbers with a point whatever the country; no empty line, which would part the tables.
Private Function KongjianCellText(value As Variant) As String
    Dim text As String
    If VarType(value) = vbDouble Then
        text = Trim$(Str$(value))
        If Left$(text, 1) = "." Then text = "0" & text
        If Left$(text, 2) = "-." Then text = "-0" & Mid$(text, 2)
    Else
        text = Replace(CStr(value), vbCr, "")
        Do While InStr(text, vbLf & vbLf) > 0
            text = Replace(text, vbLf & vbLf, vbLf)
        Loop
        If Left$(text, 1) = vbLf Then text = Mid$(text, 2)
        If Right$(text, 1) = vbLf Then text = Left$(text, Len(text) - 1)
    End If
    KongjianCellText = text
End Function

' A function's result from what stands in its cell; its last argument is the rules.
Public Function KongjianCall(functionName As String, arguments As Variant) As Variant
    Dim given() As Variant, key As String, answer As Variant, place As Long, bottom As Long
    bottom = KongjianBottom(arguments)
    ReDim given(LBound(arguments) To UBound(arguments))
    For place = LBound(arguments) To UBound(arguments)
        given(place) = KongjianValues(bottom, arguments(place))
    Next place
    KongjianUseRules CStr(given(UBound(given)))
    key = KongjianKey(functionName, given)
    If Len(key) > 0 And Not results Is Nothing Then
        If results.Exists(key) Then
            KongjianCall = results.Item(key)
            Exit Function
        End If
    End If
    answer = KongjianAsk("kongjian.udfs", functionName, given)
    KongjianMarkErrors answer
    KongjianKeep key, answer
    KongjianCall = answer
End Function

' The values of a range, anything else as it is, a missing one still missing. A range that goes on to the sheet's end
' stops at this row, below which nothing stands: a whole column is a million cells.
Private Function KongjianValues(bottom As Long, Optional argument As Variant) As Variant
    If Not IsObject(argument) Then
        KongjianValues = argument
    ElseIf argument.Areas.Count > 1 Then
        KongjianValues = CVErr(xlErrRef)
    ElseIf KongjianIsEndless(argument) Then
        KongjianValues = argument.Resize(Application.WorksheetFunction.Max(1, bottom - argument.Row + 1)).Value2
    Else
        KongjianValues = argument.Value2
    End If
End Function

Private Function KongjianIsEndless(area As Variant) As Boolean
    KongjianIsEndless = area.Row + area.Rows.Count > area.Worksheet.Rows.Count
End Function

' The last row that holds anything on the sheets of such ranges: one for all, so that columns stay equally long.
Private Function KongjianBottom(arguments As Variant) As Long
    Dim place As Long, used As Range
    For place = LBound(arguments) To UBound(arguments)
        If IsObject(arguments(place)) Then
            If KongjianIsEndless(arguments(place)) Then
                Set used = arguments(place).Worksheet.UsedRange
                If used.Row + used.Rows.Count - 1 > KongjianBottom Then KongjianBottom = used.Row + used.Rows.Count - 1
            End If
        End If
    Next place
End Function

' Results of other rules do not count.
Private Sub KongjianUseRules(rules As String)
    If results Is Nothing Or rules <> resultsRules Then
        Set results = KongjianDictionary()
        resultsRules = rules
    End If
End Sub

' Nothing where there is no such object: then nothing is remembered.
Private Function KongjianDictionary() As Object
    Set KongjianDictionary = Nothing
    On Error Resume Next
    Set KongjianDictionary = CreateObject("Scripting.Dictionary")
End Function

Private Sub KongjianKeep(key As String, answer As Variant)
    If Len(key) = 0 Or results Is Nothing Then Exit Sub
    If results.Count >= MOST_RESULTS Then results.RemoveAll
    results.Add key, answer
End Sub

Private Function KongjianKey(functionName As String, given As Variant) As String
    Dim place As Long, part As String, text As String
    text = functionName
    For place = LBound(given) To UBound(given) - 1
        If IsArray(given(place)) Then
            part = KongjianArrayKey(given(place))
        Else
            part = KongjianValueKey(given(place))
        End If
        If Len(part) = 0 Then Exit Function
        text = text & vbTab & part
    Next place
    KongjianKey = text
End Function

Private Function KongjianArrayKey(grid As Variant) As String
    Dim parts() As String, value As Variant, count As Long, wide As Long, high As Long
    high = UBound(grid, 1) - LBound(grid, 1) + 1
    wide = 1
    If KongjianDimensions(grid) = 2 Then wide = UBound(grid, 2) - LBound(grid, 2) + 1
    If high * CDbl(wide) > MOST_CELLS Then Exit Function
    ReDim parts(0 To high * wide)
    parts(0) = KongjianDimensions(grid) & ":" & high & ":" & wide
    For Each value In grid
        count = count + 1
        parts(count) = KongjianValueKey(value)
    Next value
    KongjianArrayKey = Join(parts, "")
End Function

Private Function KongjianDimensions(grid As Variant) As Long
    KongjianDimensions = 1
    On Error GoTo done
    ' an error where there is no second one
    If UBound(grid, 2) >= LBound(grid, 2) Then KongjianDimensions = 2
done:
End Function

' Type, length and text, so that no two lists of values read the same.
Private Function KongjianValueKey(Optional value As Variant) As String
    Dim text As String
    If IsMissing(value) Or IsEmpty(value) Or IsNull(value) Then
        text = ""
    Else
        text = CStr(value)
    End If
    If VarType(value) = vbDouble Then
        ' the text has fifteen digits, the number two more
        If value <> CDbl(text) Then text = text & " " & CStr(value - CDbl(text))
    End If
    KongjianValueKey = VarType(value) & ":" & Len(text) & ":" & text & ";"
End Function

' In an array Python writes #N/A as text; a blank would show as 0.
Private Sub KongjianMarkErrors(answer As Variant)
    Dim line As Long, place As Long
    If Not IsArray(answer) Then
        answer = KongjianCell(answer)
    ElseIf KongjianDimensions(answer) = 1 Then
        For line = LBound(answer) To UBound(answer)
            answer(line) = KongjianCell(answer(line))
        Next line
    Else
        For line = LBound(answer, 1) To UBound(answer, 1)
            For place = LBound(answer, 2) To UBound(answer, 2)
                answer(line, place) = KongjianCell(answer(line, place))
            Next place
        Next line
    End If
End Sub

Private Function KongjianCell(value As Variant) As Variant
    KongjianCell = value
    If IsEmpty(value) Or IsNull(value) Then
        KongjianCell = ""
    ElseIf VarType(value) = vbString Then
        If value = "#N/A" Then KongjianCell = CVErr(xlErrNA)
    End If
End Function

Public Sub KongjianForget()
    rulesKnown = False
    Set results = Nothing
End Sub
