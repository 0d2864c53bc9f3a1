Attribute VB_Name = "KongjianPress"
Option Explicit
' A press of a button. Python answers with rows of four texts, the kind first (answer_rows.py says which there are);
' whatever is asked and told, is asked and told here.

' Presses one entry of kongjian.buttons, again with the answer for as long as it asks.
Public Sub KongjianPython(entry As String)
    Dim answer As String, fault As String
    On Error GoTo failed
    ' the add-in works on the active workbook
    ThisWorkbook.Activate
#If Mac Then
    ' no server there: Python tells by itself
    answer = CStr(Application.Run("xlwings.xlam!RunPython", "import kongjian.buttons; kongjian.buttons." & entry & "()"))
    If answer = "-1" Then KongjianSay "NoPython"
#Else
    Do
        answer = KongjianShown(KongjianPressed(entry, answer))
    Loop While Len(answer) > 0
#End If
    KongjianRefreshRibbon
    Exit Sub
failed:
    fault = "NoPython"
    ' what Excel says of a macro that is not there
    If Err.Number = 1004 Then fault = "NoAddin"
    KongjianSay fault
End Sub

' A press may take minutes; meanwhile Excel is not to ask whether to wait for the other program. Formulas wait until
' Python is back: our functions need the same server. All is put back here, as Python may die in the middle.
Private Function KongjianPressed(entry As String, answer As String) As Variant
    Dim number As Long, reason As String, alerts As Boolean, events As Boolean, calculation As Long
    alerts = Application.DisplayAlerts
    events = Application.EnableEvents
    calculation = Application.Calculation
    On Error GoTo failed
    Application.DisplayAlerts = False
    Application.Calculation = xlCalculationManual
    KongjianPressed = KongjianAsk("kongjian.buttons", "press", Array(entry, answer))
    GoTo done
failed:
    number = Err.Number
    reason = Err.Description
    Resume done
done:
    On Error GoTo 0
    Application.DisplayAlerts = alerts
    Application.EnableEvents = events
    Application.StatusBar = False
    Application.Calculation = calculation
    If number <> 0 Then Err.Raise number, "kongjian", reason
End Function

' Shows the rows; gives back what the user answers to a question, nothing where there is none or it is cancelled.
Private Function KongjianShown(rows As Variant) As String
    Dim line As Long, first As Long, title As String, text As String, mailed As Boolean
    first = LBound(rows, 2)
    For line = LBound(rows, 1) To UBound(rows, 1)
        text = rows(line, first + 1)
        Select Case rows(line, first)
            Case "title"
                title = text
            Case "files"
                KongjianShown = KongjianFiles(text, CStr(rows(line, first + 2)))
            Case "confirm"
                If MsgBox(text, vbYesNo + vbExclamation + vbDefaultButton2, title) = vbYes Then _
                    KongjianShown = rows(line, first + 2)
            Case "mail"
                mailed = KongjianMailed(text, CStr(rows(line, first + 2)), CStr(rows(line, first + 3)))
            Case "open"
                If Not mailed Then KongjianOpen text
            Case "info", "warning", "error"
                If mailed Then text = text & rows(line, first + 2) Else text = text & rows(line, first + 3)
                MsgBox text, KongjianIcon(CStr(rows(line, first))), title
        End Select
    Next line
End Function

Private Function KongjianIcon(kind As String) As Long
    KongjianIcon = vbInformation
    If kind = "warning" Then KongjianIcon = vbExclamation
    If kind = "error" Then KongjianIcon = vbCritical
End Function

' The chosen files, a line each; Excel gives False where the dialog is cancelled.
Private Function KongjianFiles(title As String, patterns As String) As String
    Dim chosen As Variant
    chosen = Application.GetOpenFilename(FileFilter:=patterns, Title:=title, MultiSelect:=True)
    If IsArray(chosen) Then KongjianFiles = Join(chosen, vbLf)
End Function

' Whether a new message is open; not where there is no Outlook or it refuses. Nothing is ever sent.
Private Function KongjianMailed(subject As String, body As String, attachments As String) As Boolean
    Dim message As Object, path As Variant
    On Error GoTo failed
    Set message = CreateObject("Outlook.Application").CreateItem(0)
    message.Subject = subject
    message.Body = body
    For Each path In Split(attachments, vbLf)
        message.Attachments.Add CStr(path)
    Next path
    message.Display
    KongjianMailed = True
failed:
End Function

' The files are there, whether or not the folder shows.
Private Sub KongjianOpen(folder As String)
    On Error Resume Next
    ThisWorkbook.FollowHyperlink folder
End Sub
