Attribute VB_Name = "KongjianEvents"
Option Explicit
' What happens once Excel has the ribbon and when cells change. Nothing here stops staff with an error.

' Excel may refuse to describe functions while a workbook is still opening: tried again at the first changes.
Private Const MOST_TRIES As Long = 3

Private hadData As Boolean
Private described As Boolean
Private tries As Long

Public Sub KongjianOpened()
    On Error Resume Next
    KongjianDescribe
    hadData = KongjianHasData()
End Sub

Public Sub KongjianChanged(page As Object)
    Dim table As Object
    On Error GoTo done
    KongjianDescribe
    For Each table In page.ListObjects
        Select Case table.Name
            Case "Readings", "Scheme", "Months", "EligibilityRules", "AwardRules", "Indicators"
                KongjianForget
                KongjianRecalculateFunctions
                Exit Sub
            Case "Schools", "Teachers"
                If KongjianHasData() <> hadData Then
                    hadData = Not hadData
                    KongjianRefreshRibbon
                End If
                Exit Sub
        End Select
    Next table
done:
End Sub

' Only the cells that use the functions; in manual calculation they wait for F9.
Private Sub KongjianRecalculateFunctions()
    Dim page As Worksheet
    For Each page In ThisWorkbook.Worksheets
        KongjianMarkFunctions page.UsedRange
    Next page
    If Application.Calculation = xlCalculationAutomatic Then Application.Calculate
End Sub

Private Sub KongjianMarkFunctions(area As Range)
    Dim formulas As Variant, line As Long, place As Long
    If Not IsNull(area.HasFormula) Then
        If Not area.HasFormula Then Exit Sub
    End If
    formulas = area.Formula
    If Not IsArray(formulas) Then
        If KongjianUsesFunction(CStr(formulas)) Then area.Dirty
        Exit Sub
    End If
    For line = LBound(formulas, 1) To UBound(formulas, 1)
        For place = LBound(formulas, 2) To UBound(formulas, 2)
            If KongjianUsesFunction(CStr(formulas(line, place))) Then area.Cells(line, place).Dirty
        Next place
    Next line
End Sub

Private Function KongjianUsesFunction(formula As String) As Boolean
    Dim signature As Variant
    If Left$(formula, 1) <> "=" Then Exit Function
    For Each signature In KongjianSignatures()
        If InStr(1, formula, Split(signature, "|")(0) & "(", vbTextCompare) > 0 Then
            KongjianUsesFunction = True
            Exit Function
        End If
    Next signature
End Function

' Tells Excel's function wizard what the table FunctionHelp says; that is no change to ask about on closing.
Private Sub KongjianDescribe()
    Dim help As Variant, signature As Variant, saved As Boolean
    If described Or tries >= MOST_TRIES Then Exit Sub
    tries = tries + 1
    On Error GoTo done
    saved = ThisWorkbook.Saved
    help = KongjianTable("FunctionHelp").DataBodyRange.Value2
    For Each signature In KongjianSignatures()
        KongjianDescribeOne Split(signature, "|"), help
    Next signature
    described = True
    ThisWorkbook.Saved = saved
done:
End Sub

Private Sub KongjianDescribeOne(names As Variant, help As Variant)
    Dim texts() As Variant, place As Long
    ReDim texts(0 To UBound(names) - 1)
    For place = 1 To UBound(names)
        texts(place - 1) = KongjianHelp(help, CStr(names(0)), CStr(names(place)))
    Next place
    Application.MacroOptions Macro:="'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & names(0), _
        Description:=KongjianHelp(help, CStr(names(0)), ""), Category:=KongjianMessage("Category"), _
        ArgumentDescriptions:=texts
End Sub

Private Function KongjianHelp(help As Variant, functionName As String, argument As String) As String
    Dim line As Long
    For line = LBound(help, 1) To UBound(help, 1)
        If CStr(help(line, 1)) = functionName And CStr(help(line, 2)) = argument Then
            KongjianHelp = Left$(CStr(help(line, 3)), 255)
            Exit Function
        End If
    Next line
End Function
