Attribute VB_Name = "KongjianPress"
Option Explicit
' A press of a button. Python answers with rows of four texts, the kind first (answer_rows.py says which there are);
' whatever is asked and told, is asked and told here. What takes longer goes on in Python, which is asked every second.

Private Const PROCEDURE_ASKING As String = "KongjianPoll"

' The entry that was pressed, the number of what Python does of it, nothing where it does nothing.
Private pressed As String
Private job As String
' When and by which name Excel is to ask for it.
Private due As Date
Private asking As String

' Presses one entry of kongjian.buttons; a press while another is worked on may stop that.
Public Sub KongjianPython(entry As String)
    Dim answer As String
    On Error GoTo failed
    If Len(job) > 0 Then
        KongjianAskToStop
        Exit Sub
    End If
    ThisWorkbook.Activate
    KongjianTryAgain
#If Mac Then
    ' no server there: Python tells by itself
    answer = CStr(Application.Run("xlwings.xlam!RunPython", "import kongjian.buttons; kongjian.buttons." & entry & "()"))
    If answer = "-1" Then KongjianSay "NoMacPython"
    KongjianRefreshRibbon
#Else
    pressed = entry
    KongjianGoOn KongjianQuietly("begin", Array(entry, ""))
#End If
    Exit Sub
failed:
#If Mac Then
    KongjianSay "NoMacPython"
#Else
    KongjianFailed Err.Number, Err.Description
#End If
End Sub

' Excel runs this when it is idle, never while a cell is edited or a box is open.
Public Sub KongjianPoll()
    Dim rows As Variant
    On Error GoTo failed
    due = 0
    If Len(job) = 0 Then Exit Sub
    rows = KongjianAsk("kongjian.buttons", "poll", Array(job))
    If KongjianWants(rows) Then rows = KongjianQuietly("serve", Array(job))
    KongjianGoOn rows
    Exit Sub
failed:
    KongjianFailed Err.Number, Err.Description
End Sub

' Shows what Python tells and begins again with what is answered; what is not done yet is asked for later.
Private Sub KongjianGoOn(ByVal rows As Variant)
    Dim answer As String
    Do
        If KongjianWorks(rows) Then
            job = rows(LBound(rows, 1) + 1, LBound(rows, 2) + 2)
            Application.StatusBar = rows(LBound(rows, 1) + 1, LBound(rows, 2) + 1)
            KongjianLater KongjianWants(rows)
            Exit Sub
        End If
        KongjianNoMore
        answer = KongjianShown(rows)
        If Len(answer) = 0 Then Exit Do
        rows = KongjianQuietly("begin", Array(pressed, answer))
    Loop
    KongjianRefreshRibbon
End Sub

Private Function KongjianWorks(rows As Variant) As Boolean
    KongjianWorks = rows(LBound(rows, 1) + 1, LBound(rows, 2)) = "working"
End Function

Private Function KongjianWants(rows As Variant) As Boolean
    If KongjianWorks(rows) Then KongjianWants = Len(rows(LBound(rows, 1) + 1, LBound(rows, 2) + 3)) > 0
End Function

' Asks again in a second, or as soon as Excel is idle.
Private Sub KongjianLater(soon As Boolean)
    If due <> 0 Then Exit Sub
    ThisWorkbook.KongjianWatch True
    asking = "'" & Replace(ThisWorkbook.Name, "'", "''") & "'!" & PROCEDURE_ASKING
    due = Now
    If Not soon Then due = due + TimeSerial(0, 0, 1)
    Application.OnTime due, asking
End Sub

' Excel would open a closed workbook again to ask, and look for one that has another name now.
Private Sub KongjianDoNotAsk()
    On Error Resume Next
    If due <> 0 Then Application.OnTime due, asking, , False
    due = 0
End Sub

Private Sub KongjianNoMore()
    On Error Resume Next
    KongjianDoNotAsk
    job = ""
    Application.StatusBar = False
    ThisWorkbook.KongjianWatch False
End Sub

Private Sub KongjianFailed(number As Long, reason As String)
    KongjianNoMore
    KongjianSayFault number, reason
End Sub

Private Sub KongjianAskToStop()
    If MsgBox(KongjianMessage("Stop"), vbYesNo + vbQuestion + vbDefaultButton2, "kongjian") = vbYes Then
        KongjianGoOn KongjianAsk("kongjian.buttons", "stop", Array(job, ""))
    Else
        KongjianLater False
    End If
End Sub

' Whether the workbook may be closed; what is being written is finished before.
Public Function KongjianMayClose() As Boolean
    KongjianMayClose = True
    If Len(job) = 0 Then Exit Function
    KongjianMayClose = MsgBox(KongjianMessage("Closing"), vbYesNo + vbExclamation + vbDefaultButton2, "kongjian") = vbYes
    If Not KongjianMayClose Then Exit Function
    On Error Resume Next
    KongjianQuietly "stop", Array(job, "yes")
    KongjianNoMore
End Function

Public Sub KongjianBeforeSave()
    If Len(job) > 0 Then KongjianDoNotAsk
End Sub

Public Sub KongjianAfterSave()
    If Len(job) > 0 Then KongjianLater False
End Sub

' While Python uses Excel nothing is asked by Excel itself and formulas wait: our functions need the same server. All is
' set back here, as Python may die in the middle.
Private Function KongjianQuietly(word As String, given As Variant) As Variant
    Dim number As Long, reason As String, alerts As Boolean, events As Boolean, screen As Boolean, calculation As Long
    alerts = Application.DisplayAlerts
    events = Application.EnableEvents
    screen = Application.ScreenUpdating
    calculation = Application.Calculation
    On Error GoTo failed
    Application.DisplayAlerts = False
    Application.Calculation = xlCalculationManual
    KongjianQuietly = KongjianAsk("kongjian.buttons", word, given)
    GoTo done
failed:
    number = Err.Number
    reason = Err.Description
    Resume done
done:
    On Error GoTo 0
    Application.DisplayAlerts = alerts
    Application.EnableEvents = events
    Application.ScreenUpdating = screen
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
            Case "type"
                KongjianShown = Trim$(InputBox(text, title))
            Case "mail"
                mailed = KongjianMailed(text, CStr(rows(line, first + 2)), CStr(rows(line, first + 3)))
            Case "open"
                If Not mailed Then KongjianOpen text
            Case "info", "warning", "error"
                If mailed Then text = text & rows(line, first + 2) Else text = text & rows(line, first + 3)
                MsgBox text, KongjianIcon(CStr(rows(line, first))), title
            Case "ask"
                ' Enter alone is no yes
                If MsgBox(text, vbYesNo + vbExclamation + vbDefaultButton2, title) = vbYes Then KongjianShown = rows(line, first + 2)
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
