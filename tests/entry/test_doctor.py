"""The diagnosis: each line, its state, and what to do."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from fake_registry import Registry
from kongjian.base import places
from kongjian.base.check_lines import BAD, GOOD, MIND, Line
from kongjian.entry.cli.main import cli
from kongjian.entry.setup import com_registration, doctor, excel_side, macro_policy, xlwings_config
from kongjian.workbook.functions import worksheet
from windows_side import SERVER, com_error, dressed

USER = r"Software\Microsoft\Office\16.0\Excel\Security"
POLICY = r"Software\Policies\Microsoft\Office\16.0\Excel\Security"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("XDG_DOCUMENTS_DIR", "APPDATA", "OneDrive", "ONEDRIVE"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def lines(system: str = "linux", book: Path | None = None) -> dict[str, Line]:
    return {line.title: line for line in doctor.examine(book, system)}


def test_on_this_computer_all_is_well() -> None:
    if sys.platform != "linux":
        pytest.skip("depends on Excel")
    run = CliRunner().invoke(cli, ["doctor"])
    assert run.exit_code == 0, run.output
    shown = run.output.splitlines()
    assert shown[0].startswith("kongjian 诊断报告 ")
    assert all(line.split(" ")[0] in (GOOD, MIND, BAD) for line in shown[1:-1])
    assert shown[-1].startswith("结论：可以使用")


def test_the_round_trips_are_real(monkeypatch: pytest.MonkeyPatch) -> None:
    found = lines()
    assert found["工作表函数"] == Line(GOOD, "工作表函数", "TEACHER_SCORE 满分行得 100")
    assert found["试算"].text == "读、算、写都正常，满分行得 100"
    monkeypatch.setattr(worksheet, "TEACHER_SCORE", lambda _: 99.0)
    assert lines()["工作表函数"].state == BAD


def test_a_broken_part_is_one_line_and_the_others_still_come(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: list[object]) -> float:
        raise RuntimeError("坏了")

    monkeypatch.setattr(worksheet, "TEACHER_SCORE", broken)
    found = lines()
    assert str(found["工作表函数"]).startswith("不对 工作表函数：RuntimeError: 坏了。怎么办：")
    assert found["试算"].state == GOOD


def test_without_xlwings_linux_is_only_told_and_windows_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlwings_config, "xlwings_version", lambda: None)
    assert lines("linux")["xlwings"].state == MIND
    assert lines("win32")["xlwings"].state == BAD
    assert "-m pip install xlwings" in lines("win32")["xlwings"].advice


@pytest.fixture
def installed(home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An add-in, as the installation of before left it."""
    package, start = home / "xlwings", home / "Microsoft" / "Excel" / "XLSTART"
    for folder in (package / "addin", start):
        folder.mkdir(parents=True)
        (folder / "xlwings.xlam").write_bytes(b"0.37.8")
    monkeypatch.setattr(xlwings_config, "xlwings_folder", lambda: package)
    monkeypatch.setenv("APPDATA", str(home))
    return start / "xlwings.xlam"


def test_no_add_in_is_needed_and_an_old_one_is_compared(
    installed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert lines("win32")["Excel 加载项"].state == GOOD
    installed.write_bytes(b"0.30.0")
    assert "不是同一版本" in lines("win32")["Excel 加载项"].text
    monkeypatch.setenv("APPDATA", "/nowhere")
    found = lines("win32")
    assert (found["Excel 加载项"].state, found["加载项设置"].state) == (GOOD, GOOD)
    assert "不需要" in found["Excel 加载项"].text
    assert lines("darwin")["Excel 加载项"].state == BAD


@pytest.mark.usefixtures("installed")
def test_the_interpreter_that_an_add_in_uses_is_compared() -> None:
    assert lines("win32")["加载项设置"].state == BAD
    conf = xlwings_config.settings_file("win32")
    conf.parent.mkdir()
    conf.write_text('"INTERPRETER_WIN","C:\\other\\python.exe"\n')
    assert "C:\\other\\python.exe" in lines("win32")["加载项设置"].text
    assert lines("win32")["PYTHONPATH"].state == MIND
    folder = places.unzipped_python()
    conf.write_text(f'"INTERPRETER_WIN","{sys.executable}"\n"PYTHONPATH","{folder}"\n')
    assert lines("win32")["加载项设置"].state == GOOD
    assert "PYTHONPATH" not in lines("win32")


@pytest.mark.usefixtures("installed")
def test_the_library_of_the_add_in_is_looked_for_where_it_does(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = home / "venv" / "Scripts"
    scripts.mkdir(parents=True)
    monkeypatch.setattr(xlwings_config, "xlwings_version", lambda: "0.37.8")
    monkeypatch.setattr(excel_side.sys, "executable", str(scripts / "python.exe"))
    assert "缺少 xlwings32-0.37.8.dll、xlwings64-0.37.8.dll" in lines("win32")["xlwings 动态库"].text
    for bits in (32, 64):
        (home / "venv" / f"xlwings{bits}-0.37.8.dll").touch()
    assert "xlwings 动态库" not in lines("win32")


# ---- between Excel and Python

UAC = r"SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"
CLICK_TO_RUN = r"SOFTWARE\Microsoft\Office\ClickToRun\Configuration"
GUARD = r"SOFTWARE\Policies\Microsoft\Windows Defender\Windows Defender Exploit Guard\ASR\Rules"
CHILDREN, RARE = "d4f940ab-401b-4efc-aadc-ad5f3c50688a", "01443614-cd74-433a-b99e-2ecdc07bfc25"


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry()
    monkeypatch.setitem(sys.modules, "winreg", made)
    return made


def only(check: Iterator[Line]) -> Line:
    [line] = check
    return line


def test_the_registration_is_compared_with_this_python(registry: Registry, home: Path) -> None:
    line = only(excel_side.registration())
    assert (line.state, line.text, line.advice) == (
        BAD,
        "没有登记 Kongjian.Server（64位、32位）",
        "运行 kongjian install",
    )
    here = com_registration.command(sys.executable, places.unzipped_python())
    com_registration.register(here)
    assert only(excel_side.registration()) == Line(GOOD, "Excel 登记", f"Kongjian.Server，{sys.executable}")
    registry.DeleteKeyEx("HKCU", f"Software\\Classes\\{com_registration.COMMAND}", 0x200, 0)
    assert "（32位）" in only(excel_side.registration()).text
    other = home / "py thon" / "pythonw.exe"
    com_registration.register(com_registration.command(str(other), None))
    assert only(excel_side.registration()).text == f"登记的 Python 已不在：{other}"
    other.parent.mkdir()
    other.touch()
    line = only(excel_side.registration())
    assert (line.state, str(other) in line.text) == (MIND, True)


def test_what_keeps_excel_from_seeing_a_registration(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    registry.put("HKLM", UAC, "EnableLUA", 0)
    _, line = excel_side.registration()
    assert (line.state, line.title) == (MIND, "用户帐户控制")
    registry.put("HKLM", UAC, "EnableLUA", 1)
    monkeypatch.setattr(excel_side.sys, "executable", r"C:\Program Files\WindowsApps\Python.3.12\python.exe")
    line = only(excel_side.registration())
    assert (line.state, "微软商店" in line.text) == (BAD, True)


def test_the_server_is_started_and_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def dispatch(name: str) -> object:
        asked.append(name)
        return SERVER

    monkeypatch.setattr(sys.modules["win32com.client"], "Dispatch", dispatch)
    dressed("kongjian.udfs")
    line = only(excel_side.server(doctor._full_row(), 100))
    assert (line.state, asked) == (GOOD, ["Kongjian.Server"])
    assert sys.executable in line.text
    assert "满分行得 100.0，应为 99" in only(excel_side.server(doctor._full_row(), 99)).text
    monkeypatch.setattr(excel_side, "__version__", "0.0.1")
    line = only(excel_side.server(doctor._full_row(), 100))
    assert (line.state, "这里是 0.0.1" in line.text) == (MIND, True)

    def refuse(_: str) -> object:
        raise com_error(-2147221005, "无效的类字符串")

    monkeypatch.setattr(sys.modules["win32com.client"], "Dispatch", refuse)
    line = only(excel_side.server(doctor._full_row(), 100))
    assert (line.state, "-2147221005 无效的类字符串" in line.text) == (BAD, True)


@pytest.mark.parametrize(
    ("rules", "state", "words"),
    [
        ({}, GOOD, "没有与宏或 Python 有关的规则"),
        ({CHILDREN: "1"}, GOOD, "Office 启动子程序：拦截（Python 由 Windows 启动，不受影响"),
        ({CHILDREN: "0"}, GOOD, "没有与宏"),
        ({RARE: "1"}, MIND, "少见的程序：拦截"),
        ({RARE: "2"}, GOOD, "少见的程序：只记录"),
    ],
)
def test_the_rules_against_attacks_in_words(
    rules: dict[str, str], state: str, words: str, registry: Registry
) -> None:
    for rule, value in rules.items():
        registry.put("HKLM", GUARD, rule, value)
    line = only(excel_side.attack_rules())
    assert (line.state, words in line.text) == (state, True)


def test_the_bits_of_excel(registry: Registry) -> None:
    assert only(excel_side.bits(64)).text == "没有查到；微软商店的 Excel 可能看不到登记"
    registry.put("HKLM", r"SOFTWARE\Microsoft\Office\16.0\Outlook", "Bitness", "x86")
    assert only(excel_side.bits(64)) == Line(GOOD, "Excel 位数", "32位，Python 64位；不同也能用")
    registry.put("HKLM", CLICK_TO_RUN, "Platform", "x64")
    assert only(excel_side.bits(64)).text.startswith("64位")


def test_a_second_copy_of_the_program_is_told(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert list(excel_side.copies()) == []
    info = home / "site" / "kongjian-0.9.dist-info"
    info.mkdir(parents=True)
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: kongjian\nVersion: 0.9\n")
    (home / "site" / "kongjian").mkdir()
    (home / "site" / "kongjian" / "__init__.py").touch()
    monkeypatch.syspath_prepend(home / "site")
    line = only(excel_side.copies())
    assert (line.state, "装了2份" in line.text, str(home / "site") in line.text) == (MIND, True, True)


def test_what_antivirus_is_to_let_through_is_named(home: Path) -> None:
    text = only(excel_side.antivirus(home)).text
    assert all(str(path) in text for path in (sys.executable, home, places.unzipped_python()))


@pytest.mark.parametrize(
    ("registry", "fine", "words"),
    [
        ({}, [True, True], ["打开时询问", "没有另行禁止"]),
        ({("HKCU", USER, "VBAWarnings"): 1}, [True, True], ["宏全部启用", ""]),
        ({("HKCU", USER, "VBAWarnings"): 3}, [False, True], ["数字签名", ""]),
        ({("HKCU", POLICY, "VBAWarnings"): 4, ("HKCU", USER, "VBAWarnings"): 1}, [False, True], ["禁用", ""]),
        ({("HKLM", POLICY, "blockcontentexecutionfrominternet"): 1}, [True, False], ["", "一律禁止"]),
    ],
)
def test_the_macro_policy_in_words(
    registry: dict[tuple[str, str, str], int], fine: list[bool], words: list[str]
) -> None:
    found = list(macro_policy.findings(lambda *key: registry.get(key)))
    assert [f[0] for f in found] == fine
    for (_, text, _), word in zip(found, words, strict=True):
        assert word in text


def test_off_windows_the_registry_is_not_asked() -> None:
    assert lines("linux")["宏设置"].text.startswith("不适用")


def test_the_workbook_and_its_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    book = home / "甲.xlsm"
    assert lines("win32", book)["工作簿"].text == f"没有 {book}"
    book.touch()
    assert lines("win32", book)["工作簿"].state == GOOD
    (home / "甲.xlsm:Zone.Identifier").touch()
    (home / "Documents").mkdir()
    for name in ("kongjian.xlsm", "kongjian.xlsm:Zone.Identifier"):
        (home / "Documents" / name).touch()
    assert "网络标记" in lines("win32")["工作簿"].text
    assert "网络标记" in lines("win32", book)["工作簿"].text
    monkeypatch.setenv("OneDrive", str(home))
    assert "OneDrive" in lines("win32", book)["文件夹"].text


def test_the_report_is_saved_for_it_and_the_exit_code_tells(home: Path) -> None:
    out = home / "报告.txt"
    run = CliRunner().invoke(cli, ["doctor", str(home / "没有.xlsm"), "--out", str(out)])
    assert run.exit_code == 1
    saved = out.read_text(encoding="utf-8-sig")
    assert "不对 工作簿" in saved
    assert saved == run.output
    assert saved.splitlines()[-1].startswith("结论：有1处不对")


def test_report_is_the_text_for_the_button() -> None:
    text = doctor.word(doctor.examine())
    assert text.startswith("kongjian 诊断报告")
    assert text.endswith("\n")
