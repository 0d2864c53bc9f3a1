"""The diagnosis: each line, its state, and what to do."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from kongjian.base import places
from kongjian.base.check_lines import BAD, GOOD, MIND, Line
from kongjian.entry.cli.main import cli
from kongjian.entry.setup import doctor, macro_policy, xlwings_config
from kongjian.workbook.functions import worksheet

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


def test_the_add_in_must_be_the_one_of_the_package(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = home / "xlwings"
    (package / "addin").mkdir(parents=True)
    (package / "addin" / "xlwings.xlam").write_bytes(b"0.37.8")
    monkeypatch.setattr(xlwings_config, "xlwings_folder", lambda: package)
    monkeypatch.setenv("APPDATA", str(home))
    start = home / "Microsoft" / "Excel" / "XLSTART"
    assert str(lines("win32")["Excel 加载项"]).endswith("没有 xlwings.xlam。怎么办：运行 kongjian install")
    start.mkdir(parents=True)
    (start / "xlwings.xlam").write_bytes(b"0.30.0")
    assert "不是同一版本" in lines("win32")["Excel 加载项"].text
    (start / "xlwings.xlam").write_bytes(b"0.37.8")
    assert lines("win32")["Excel 加载项"].state == GOOD


def test_the_interpreter_that_excel_uses_is_compared() -> None:
    assert lines("win32")["Python 设置"].state == BAD
    conf = xlwings_config.settings_file("win32")
    conf.parent.mkdir()
    conf.write_text('"INTERPRETER_WIN","C:\\other\\python.exe"\n')
    assert "C:\\other\\python.exe" in lines("win32")["Python 设置"].text
    assert lines("win32")["PYTHONPATH"].state == MIND
    folder = places.unzipped_python()
    conf.write_text(f'"INTERPRETER_WIN","{sys.executable}"\n"PYTHONPATH","{folder}"\n')
    assert lines("win32")["Python 设置"].state == GOOD
    assert "PYTHONPATH" not in lines("win32")


def test_the_library_of_xlwings_is_looked_for_where_the_add_in_does(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripts = home / "venv" / "Scripts"
    scripts.mkdir(parents=True)
    monkeypatch.setattr(xlwings_config, "xlwings_version", lambda: "0.37.8")
    monkeypatch.setattr(doctor.sys, "executable", str(scripts / "python.exe"))
    assert lines("win32")["xlwings 动态库"].text == "缺少 xlwings32-0.37.8.dll、xlwings64-0.37.8.dll"
    for bits in (32, 64):
        (home / "venv" / f"xlwings{bits}-0.37.8.dll").touch()
    assert lines("win32")["xlwings 动态库"].state == GOOD


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
