"""The commands' VBA text, run: what each button starts, what staff are told, and that opening never fails; long because every button is pressed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import openpyxl
import pytest
from pyopenvba.interpreter import _preprocess
from pyopenvba.interpreter._values import error

from kongjian.base.grid import letter
from kongjian.entry.excel.presses import PRESSES
from kongjian.rules import load_rules
from kongjian.workbook.functions.worksheet import FUNCTIONS
from kongjian.workbook.layout import output_sheet
from kongjian.workbook.lookup_sheet import SELECTION
from kongjian.workbook.recalculate import recalculate
from kongjian.workbook.shipped.commands import COMMANDS
from kongjian.workbook.shipped.help_sheet import messages
from vba_host import ADDIN, Control, Outlook, VbaHost
from workbooks import small_book

IDS = [c.id for c in COMMANDS]
SHEETS = {c.id: c.label for c in COMMANDS if c.table} | {
    "GoHelp": "帮助", "GoRobustness": "名次稳健性", "GoLookup": "单位查询",
}  # fmt: skip
"""A button that shows a sheet has its name, but for these."""
PYTHON = {
    "CheckData": "check_data", "Recalculate": "recalculate", "Diagnose": "diagnose",
    "MakeApplications": "application_forms", "MakeApplicationsBook": "application_workbook",
    "MakeApplicationsPdf": "application_pdf", "MakeReview": "review_forms", "MakeReviewBook": "score_card_workbook",
    "MakeReviewPdf": "score_card_pdf", "MakePublicity": "publicity_list", "MakeCommendation": "commendation_list",
    "MakeSummary": "work_summary", "MakeMonthly": "monthly_report", "CollectForms": "collect_forms", "SendLive": "send_live",
    "SendValues": "send_values", "SendBySchool": "send_by_school", "SendPublic": "send_public",
    "ApplyCorrections": "apply_corrections", "ImportData": "import_data", "ImportLogs": "import_logs", "SelfCheck": "selfcheck",
    "RestoreBackup": "restore_backup", "RankRobustness": "rank_robustness",
    "PreviewImport": "preview_import", "UndoImport": "undo_import", "Finalise": "finalise", "MakeAppeals": "appeal_record",
    "NewScheme": "new_scheme",
}  # fmt: skip
SAY = messages()
AUTOMATIC, MANUAL = -4105, -4135
Rows = Sequence[Sequence[object]]
Answer = Callable[[str, str], Rows]


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_book(tmp_path_factory.mktemp("vba") / "book.xlsm")


@pytest.fixture(scope="module")
def blank(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_book(tmp_path_factory.mktemp("vba") / "blank.xlsm", {})


@pytest.fixture
def host(book: Path) -> VbaHost:
    return VbaHost(book)


def test_every_command_is_tried_here() -> None:
    assert sorted(
        [*SHEETS, *PYTHON, "OpenFolder", "ShowEvidence", "PrintWhole", "NextStep", "SortColumn"]
    ) == sorted(IDS)


@pytest.mark.parametrize("id_", [i for i in IDS if i != "SortColumn"])
def test_ribbon_and_button_do_the_same(id_: str, host: VbaHost, book: Path) -> None:
    done = []
    for macro, arguments in ((f"Kongjian_{id_}", [Control(id_)]), (f"KongjianRun_{id_}", [])):
        host.run("KongjianRun_GoSchools")
        host.presses.clear()
        host.excel.opened.clear()
        host.run(macro, *arguments)
        done.append((list(host.presses), host.active, list(host.excel.opened)))
    assert done[0] == done[1]
    # a workbook that was never calculated has its data looked at first
    entry, folder = {**PYTHON, "NextStep": "check_data"}.get(id_), str(book.parent)
    wanted = [(entry, "")] if entry else []
    assert done[0] == (wanted, SHEETS.get(id_, "学校数据"), [folder] if id_ == "OpenFolder" else [])
    assert host.shown == []


@pytest.mark.parametrize(
    ("sheet", "row", "chosen"),
    [
        ("学校数据", 5, ("学校", "赤壁市第二小学", "", "")),
        ("教师数据", 4, ("教师", "{school}", "{account}", "")),
        ("学校排名", 4, ("教师", "甲", "乙", "丙")),  # a blank row chooses nobody
        ("学校数据", 3, ("教师", "甲", "乙", "丙")),  # the header
        ("规则", 5, ("教师", "甲", "乙", "丙")),  # no school there
    ],
)
def test_the_look_up_chooses_the_unit_of_the_row(
    sheet: str, row: int, chosen: tuple[str, ...], host: VbaHost
) -> None:
    places = [host.range("单位查询", f"{chr(64 + column)}{at}") for at, column in SELECTION.values()]
    for place, text in zip(places, ("教师", "甲", "乙", "丙"), strict=True):
        place.vba_set("Value", text)
    school, account = (str(host.range("教师数据", f"{at}4").vba_get("Value")) for at in "AC")
    host.app.workbook.sheet_named(sheet).vba_get("Activate")
    host.range(sheet, f"A{row}").vba_get("Select")
    host.run("KongjianRun_GoLookup")
    wanted = tuple(text.format(school=school, account=account) for text in chosen)
    assert tuple(str(place.vba_get("Value")) for place in places) == wanted
    assert (host.active, host.shown) == ("单位查询", [])


def test_the_entries_are_there() -> None:
    assert sorted(PYTHON.values()) == sorted(PRESSES)


@pytest.mark.parametrize("id_", PYTHON)
def test_without_the_server_one_message_says_so(id_: str, book: Path) -> None:
    host = VbaHost(book, server=False)
    host.run(f"Kongjian_{id_}", Control(id_))
    assert host.shown == [told("NotRegistered", 429)]


def test_a_button_asks_the_add_in_where_our_own_server_is_not_registered(book: Path) -> None:
    host = VbaHost(book, server=False, addin=True)
    host.run("KongjianRun_CheckData")
    assert (host.created, host.presses, host.shown) == ([f"{ADDIN}XLPy"], [("check_data", "")], [])


def test_each_reason_is_one_sentence_of_its_own() -> None:
    reasons = {
        "NotRegistered": "没有登记", "PythonMoved": "不在原来的地方", "StartRefused": "不让Python启动", "ServerDied": "中途停止"
    }  # fmt: skip
    for code, words in reasons.items():
        assert [other for other in reasons if words in SAY[other].partition("。")[0]] == [code]
        assert "（错误号{number}）。" in SAY[code]
    assert "不要“以管理员身份运行”" in SAY["NotRegistered"]


def told(code: str, number: int, reason: str = "") -> str:
    return SAY[code].replace("{number}", str(number)).replace("{reason}", reason)


def settings(host: VbaHost) -> tuple[object, ...]:
    excel = host.excel
    return excel.display_alerts, excel.enable_events, excel.calculation, excel.status_bar


def fails(number: int) -> Answer:
    def answer(_: str, __: str) -> Rows:
        raise error(number, "Unexpected Python Error")

    return answer


def says(*rows: list[str]) -> Answer:
    return lambda _, __: [[*row, *[""] * (4 - len(row))] for row in (["title", "空间评比"], *rows)]


def test_python_that_does_not_run_is_told_once_and_all_is_put_back(host: VbaHost) -> None:
    def dies(_: str, __: str) -> Rows:
        host.excel.enable_events, host.excel.status_bar = False, "正在…"
        host.excel.screen_updating = False
        raise error(-2147467259, "Unexpected Python Error")

    host.press_answer = dies
    host.run("Kongjian_Recalculate", Control())
    assert host.shown == [told("NoPython", -2147467259, "Unexpected Python Error")]
    assert host.meanwhile == [(False, MANUAL)]
    assert settings(host) == (True, True, AUTOMATIC, False)
    assert host.excel.screen_updating


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (429, "NotRegistered"),
        (-2147221164, "NotRegistered"),
        (-2147221005, "NotRegistered"),
        (53, "PythonMoved"),
        (-2147024894, "PythonMoved"),
        (-2147024893, "PythonMoved"),
        (70, "StartRefused"),
        (-2147024891, "StartRefused"),
        (-2147023636, "StartRefused"),
        (-2147024671, "StartRefused"),
        (-2147024156, "StartRefused"),
        (-2146959355, "NoAnswer"),
        (-2146959352, "ServerDied"),
        (-2147023174, "ServerDied"),
        (-2147417848, "ServerDied"),
        (7, "NoPython"),
    ],
)
def test_a_server_that_does_not_start_is_told_with_its_reason(number: int, code: str, host: VbaHost) -> None:
    host.refusals = [number] * 2
    host.run("KongjianRun_Recalculate")
    assert host.shown == [told(code, number, "Out of memory")]
    assert str(number) in host.shown[0]
    host.refusals = []
    host.run("KongjianRun_Recalculate")
    assert len(host.shown) == 1, "a press tries again at once"
    assert settings(host) == (True, True, AUTOMATIC, False)


def test_of_a_trace_only_the_last_line_is_told(host: VbaHost) -> None:
    def dies(_: str, __: str) -> Rows:
        raise error(
            -2147467259, "Unexpected Python Error: Traceback\r\n  File x\nModuleNotFoundError: numpy\n\n"
        )

    host.press_answer = dies
    host.run("KongjianRun_Recalculate")
    assert host.shown == [told("NoPython", -2147467259, "ModuleNotFoundError: numpy")]


def test_a_python_that_was_started_anew_is_pressed_once_more(host: VbaHost) -> None:
    host.run("KongjianRun_Recalculate")
    host.press_answer = fails(462)
    host.run("KongjianRun_CheckData")
    assert [entry for entry, _ in host.presses] == ["recalculate", "check_data", "check_data"]
    assert (host.started, host.shown) == (2, [told("ServerDied", 462)])


@pytest.mark.parametrize(("kind", "icon"), [("info", 64), ("warning", 48), ("error", 16)])
def test_what_is_told_is_shown_with_its_title_and_icon(kind: str, icon: int, host: VbaHost) -> None:
    host.press_answer = says([kind, "写了3个文件\n提示：再算", "邮件", "，完"], [kind, "下一页"])
    host.run("KongjianRun_MakeSummary")
    assert host.app.dialogs == [
        ("MsgBox", "写了3个文件\n提示：再算，完", "空间评比", icon),
        ("MsgBox", "下一页", "空间评比", icon),
    ]
    assert host.meanwhile == [(False, MANUAL)]
    assert settings(host) == (True, True, AUTOMATIC, False)


def test_what_the_sheets_say_needs_no_box_and_refreshes_the_ribbon(host: VbaHost) -> None:
    ribbon = Control()
    host.run("KongjianRibbonLoaded", ribbon)
    host.run("KongjianRun_Recalculate")
    assert (host.shown, ribbon.invalidated) == ([], 1)


def asks(entry: str, answer: str) -> Rows:
    """A press that asks for files, then tells which it got."""
    row = ["info", f"{entry}：{answer}", "", ""] if answer else ["files", "选文件", "表,*.xlsx", ""]
    return [["title", "空间评比", "", ""], row]


def test_a_question_for_files_is_asked_and_the_answer_handed_over(host: VbaHost) -> None:
    host.press_answer = asks
    host.excel.chosen = ["C:\\评 比\\甲.xlsx", "C:\\乙.csv"]
    host.run("KongjianRun_ImportData")
    assert host.excel.asked == [("选文件", "表,*.xlsx")]
    files = "C:\\评 比\\甲.xlsx\nC:\\乙.csv"
    assert host.presses == [("import_data", ""), ("import_data", files)]
    assert host.shown == [f"import_data：{files}"]


def types(entry: str, answer: str) -> Rows:
    """A press that asks what is to be typed, then tells it."""
    row = ["info", f"{entry}：{answer}", "", ""] if answer else ["type", "第几份？", "", ""]
    return [["title", "空间评比", "", ""], row]


@pytest.mark.parametrize(("typed", "told"), [(" 3 ", ["restore_backup：3"]), ("", [])])
def test_a_question_for_a_word_is_asked_and_nothing_typed_ends_it(
    typed: str, told: list[str], host: VbaHost
) -> None:
    host.press_answer = types
    host.app.answer_dialogs(typed)
    host.run("KongjianRun_RestoreBackup")
    assert host.app.dialogs[0][:3] == ("InputBox", "第几份？", "空间评比")
    assert [text for kind, text, *_ in host.app.dialogs if kind == "MsgBox"] == told
    assert host.presses == [("restore_backup", ""), *([("restore_backup", "3")] if told else [])]


def test_a_cancelled_dialog_ends_it_without_a_word(host: VbaHost) -> None:
    host.press_answer = asks
    host.run("KongjianRun_ImportData")
    assert (host.presses, len(host.excel.asked), host.shown) == ([("import_data", "")], 1, [])


@pytest.mark.parametrize(("reply", "again"), [(6, True), (7, False)])
def test_a_question_after_what_is_told_is_pressed_again_by_a_yes_only(
    reply: int, again: bool, host: VbaHost
) -> None:
    told = ["warning", "1份先不发送", "", ""]
    question = ["ask", "已核对，仍要发送？", "第一小学\n第二小学", ""]
    host.press_answer = lambda _, answer: [["title", "评比", "", ""], told, *([] if answer else [question])]
    host.app.answer_dialogs(1, reply, 1)
    host.run("KongjianRun_SendBySchool")
    assert host.app.dialogs[1] == ("MsgBox", "已核对，仍要发送？", "评比", 4 + 48 + 256)
    presses = [("send_by_school", ""), ("send_by_school", "第一小学\n第二小学")]
    assert host.presses == presses[: 1 + again]


@pytest.mark.parametrize(("said", "pressed"), [(6, ["", "anyway"]), (7, [""])])
def test_who_says_yes_goes_on_all_the_same(said: int, pressed: list[str], host: VbaHost) -> None:
    """vbYes is 6, vbNo 7; the box warns, and its second button is the one that Enter presses."""
    host.press_answer = lambda _, answer: says(
        ["info", "生成了"] if answer else ["ask", "仍要发送吗", "anyway"]
    )("", "")
    host.app.answer_dialogs(said)
    host.run("KongjianRun_SendLive")
    assert [answer for _, answer in host.presses] == pressed
    assert host.app.dialogs[0] == ("MsgBox", "仍要发送吗", "空间评比", 4 + 48 + 256)
    assert host.shown[1:] == ["生成了"][: len(pressed) - 1]


MAIL = says(
    ["mail", "题目", "正文\n第二行", "D:\\分发\\a.xlsx\nD:\\分发\\b.xlsx"],
    ["open", "D:\\分发"],
    ["info", "可以发送", "；已打开邮件", "；草稿在旁边"],
)


def test_a_message_is_shown_in_outlook_and_never_sent(host: VbaHost) -> None:
    host.press_answer, host.outlook = MAIL, Outlook()
    host.run("KongjianRun_SendLive")
    assert host.outlook.done == [
        ("CreateItem", 0),
        ("Subject", "题目"),
        ("Body", "正文\n第二行"),
        ("Add", "D:\\分发\\a.xlsx"),
        ("Add", "D:\\分发\\b.xlsx"),
        ("Display", None),
    ]
    assert (host.shown, host.excel.opened) == (["可以发送；已打开邮件"], [])


def test_without_outlook_the_folder_is_opened(host: VbaHost) -> None:
    host.press_answer = MAIL
    host.run("KongjianRun_SendLive")
    assert (host.shown, host.excel.opened) == (["可以发送；草稿在旁边"], ["D:\\分发"])


def test_on_a_mac_python_is_run_and_tells_by_itself(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(_preprocess.DEFAULT_CONSTANTS, "Mac", True)
    host = VbaHost(book, addin=True)
    host.run("KongjianRun_Recalculate")
    assert host.commands == ["import kongjian.buttons; kongjian.buttons.recalculate()"]
    assert (host.presses, host.shown) == ([], [])
    host.run_python_answer = -1
    host.run("KongjianRun_Recalculate")
    assert host.shown == [SAY["NoMacPython"]]


def test_a_renamed_sheet_is_still_found_and_a_missing_one_is_told(host: VbaHost) -> None:
    host.app.workbook.sheet_named("获奖名单").vba_set("Name", "名单")
    host.run("KongjianRun_GoAwards")
    assert host.active == "名单"
    host.excel.display_alerts = False
    host.app.workbook.sheet_named("名单").vba_get("Delete")
    host.run("KongjianRun_GoAwards")
    assert host.shown == [SAY["NoSheet"]]


@pytest.mark.parametrize(
    ("next_one", "sheet", "pressed"),
    [
        ("ImportData", "首页", [("check_data", "")]),  # data is there by now
        ("GoProblems", "问题清单", []),
        ("GoAwards", "获奖名单", []),
        ("Recalculate", "首页", [("recalculate", "")]),
        ("MakePublicity", "首页", [("publicity_list", "")]),
        ("SendLive", "首页", [("send_live", "")]),
        ("Diagnose", "首页", [("import_data", "")]),  # a name that somebody changed starts nothing else
    ],
)
def test_the_next_step_is_the_one_that_the_workbook_carries(
    next_one: str, sheet: str, pressed: list[tuple[str, str]], host: VbaHost
) -> None:
    host.app.workbook.vba_get("Names").vba_get("Add", ["KongjianNext", f'="{next_one}"'])
    host.run("KongjianRun_NextStep")
    assert (host.active, host.presses) == (sheet, pressed)


def test_without_data_the_next_step_is_to_import(blank: Path) -> None:
    host = VbaHost(blank)
    host.run("KongjianRun_NextStep")
    assert host.presses == [("import_data", "")]


SETTINGS = ("Sorting", "Filtering", "FormattingRows", "FormattingColumns", "DeletingRows", "InsertingColumns")


def test_a_protected_result_is_sorted_by_the_chosen_column_and_stays_protected(tmp_path: Path) -> None:
    book = small_book(tmp_path / "book.xlsm")
    run = recalculate(book)
    table = run.results.tables["SchoolScores"]
    scores = dict(zip(table["学校名称"].tolist(), table["得分"].tolist(), strict=True))
    at = letter(output_sheet(load_rules(), "学校得分").names.index("得分") + 1)
    host = VbaHost(book)
    sheet = host.app.workbook.sheet_named("学校得分")

    def column(name: str) -> list[object]:
        return [sheet.vba_get("Range", [f"{name}{k}"]).vba_get("Value2") for k in range(4, 4 + len(scores))]

    def allowed() -> list[object]:
        found = [sheet.vba_get("Protection").vba_get(f"Allow{what}") for what in SETTINGS]
        return [sheet.vba_get("ProtectContents"), sheet.vba_get("ProtectDrawingObjects"), *found]

    before = allowed()
    assert before[:5] == [True, True, True, True, True]
    sheet.vba_get("Activate")
    sheet.vba_get("Range", [f"{at}5"]).vba_get("Select")
    for backwards in (False, True, False):
        host.run("KongjianRun_SortColumn")
        assert host.shown == []
        assert column(at) == sorted(scores.values(), reverse=backwards)
        assert dict(zip(column("A"), column(at), strict=True)) == scores, "rows stay whole"
        assert allowed() == before


def test_outside_a_table_it_is_told_where_to_click(host: VbaHost) -> None:
    host.app.workbook.sheet_named("首页").vba_get("Activate")
    host.run("KongjianRun_SortColumn")
    assert host.shown == [SAY["NoTable"]]


def visible(host: VbaHost, *sheets: str) -> list[bool]:
    return [int(host.app.workbook.sheet_named(s).vba_get("Visible")) == -1 for s in sheets]


def test_the_switch_shows_the_sheets_of_evidence_and_hides_them_again(host: VbaHost, book: Path) -> None:
    for sheet in openpyxl.load_workbook(book, keep_vba=True).worksheets:  # the interpreter reads no states
        state = {"visible": -1, "hidden": 0, "veryHidden": 2}[sheet.sheet_state]
        host.app.workbook.sheet_named(sheet.title).vba_set("Visible", state)
    evidence = ("得分说明", "列名对应", "帮助")
    assert visible(host, *evidence, "学校排名", "程序文字") == [False, False, False, True, False]
    host.run("KongjianRun_GoRuns")
    assert (host.active, visible(host, "运行记录", *evidence)) == ("运行记录", [True, False, False, False])
    host.app.workbook.sheet_named("帮助").vba_set("Name", "我的帮助")
    evidence = ("得分说明", "列名对应", "我的帮助", "运行记录")
    for shown in (True, False, True):
        host.run("KongjianRun_ShowEvidence")
        assert visible(host, *evidence, "学校排名", "程序文字") == [shown] * 4 + [True, False]
    assert host.shown == []


@pytest.mark.parametrize("no_printer", [False, True])
def test_all_of_a_list_is_printed_and_its_first_page_is_set_again(host: VbaHost, no_printer: bool) -> None:
    host.run("KongjianRun_GoTeachers")
    host.excel.no_printer = no_printer
    before = host.excel.page.area, host.excel.page.header
    host.run("KongjianRun_PrintWhole")
    assert host.excel.printed == ([] if no_printer else [("教师数据", "", "")])
    assert (host.excel.page.area, host.excel.page.header) == before != ("", "")
    assert host.shown == ([SAY["NoPrint"]] if no_printer else [])


def test_a_workbook_never_saved_has_no_folder(host: VbaHost) -> None:
    host.app.workbook.path = ""
    host.run("KongjianRun_OpenFolder")
    assert (host.shown, host.excel.opened) == ([SAY["NoFolder"]], [])


def test_a_file_called_like_the_add_in_is_never_looked_for(book: Path) -> None:
    host = VbaHost(book, server=False)
    asked = []
    whole = host.app.interpreter.run
    host.app.interpreter.run = lambda name, *more, **named: (asked.append(name), whole(name, *more, **named))[
        1
    ]  # type: ignore[method-assign]
    host.run("KongjianRun_Recalculate")
    assert not [name for name in asked if "!" in name]


def test_without_the_table_of_texts_there_is_a_plain_one(book: Path) -> None:
    host = VbaHost(book, server=False)
    host.excel.display_alerts = False
    host.app.workbook.sheet_named("程序文字").vba_get("Delete")
    host.run("KongjianRun_Recalculate")
    assert host.shown == ["操作没有完成，请找技术人员。"]


def asked(host: VbaHost, macro: str, id_: str) -> object:
    """What a callback writes into its second argument."""
    host.app.add_module(
        f"Public Function Asked(control As Object)\nDim answer As Variant\n{macro} control, answer\nAsked = answer\nEnd Function\n",
        name="Asking",
    )
    return host.run("Asked", Control(id_))


def test_buttons_are_greyed_out_with_the_reason_while_there_is_no_data(book: Path, blank: Path) -> None:
    full, empty = VbaHost(book), VbaHost(blank)
    assert [asked(h, "KongjianEnabled", "Recalculate") for h in (full, empty)] == [True, False]
    for id_ in ("Recalculate", "CheckData"):
        tip = next(c.supertip for c in COMMANDS if c.id == id_)
        assert asked(full, "KongjianSupertip", id_) == tip
        assert asked(empty, "KongjianSupertip", id_) == SAY["NoData"]


@pytest.mark.parametrize(
    ("sheet", "address"), [("学校数据", "A4"), ("学校数据", "AG900"), ("教师数据", "C30")]
)
def test_pasting_the_first_data_lets_the_ribbon_ask_again(sheet: str, address: str, blank: Path) -> None:
    host, ribbon = VbaHost(blank), Control()
    host.run("KongjianRibbonLoaded", ribbon)
    assert ribbon.invalidated == 0
    host.type("班级数据", "A4", "一小")
    host.type("学校数据", "AZ4", "旁边的字")
    assert (asked(host, "KongjianEnabled", ""), ribbon.invalidated) == (False, 0)
    host.type(sheet, address, "一小")
    assert (asked(host, "KongjianEnabled", ""), ribbon.invalidated) == (True, 1)
    host.type(sheet, "B7", "二小")
    assert ribbon.invalidated == 1


def test_without_the_input_tables_python_says_what_is_wrong(host: VbaHost) -> None:
    host.excel.display_alerts = False
    host.app.workbook.sheet_named("学校数据").vba_get("Delete")
    assert asked(host, "KongjianEnabled", "Recalculate") is True


def test_opening_describes_every_function_as_the_sheet_says(host: VbaHost) -> None:
    host.app.workbook.saved = True
    host.run("KongjianRibbonLoaded", Control())
    wanted = {
        f"'book.xlsm'!{f.name}": (f.doc, "空间评比", [a.doc for a in f.arguments]) for f in FUNCTIONS.values()
    }
    assert host.excel.described == wanted
    assert host.app.workbook.saved
    assert max(len(t) for doc, _, texts in wanted.values() for t in (doc, *texts)) <= 255


def test_where_excel_refuses_to_describe_while_it_opens_the_first_changes_make_up_for_it(
    host: VbaHost, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise error(1004, "Cannot edit a macro on a hidden workbook")

    tried = host.excel.vba_member("MacroOptions")
    assert tried is not None
    monkeypatch.setattr(tried, "getter", refuse)
    host.run("KongjianRibbonLoaded", Control())
    assert host.excel.described == {}
    monkeypatch.undo()
    host.type("首页", "L9", "改")
    assert len(host.excel.described) == len(FUNCTIONS)


@pytest.mark.parametrize("gone", ["帮助", "规则", "学校数据", "首页"])
def test_opening_never_fails(gone: str, book: Path) -> None:
    host = VbaHost(book, server=False)
    host.excel.display_alerts = False
    host.app.workbook.sheet_named(gone).vba_get("Delete")
    host.run("KongjianRibbonLoaded", Control())
    assert (host.shown, host.started) == ([], 0)
