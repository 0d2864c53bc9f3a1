"""Installing: the plan of each platform, and the steps carried out for real in a home of their own."""

from __future__ import annotations

import dataclasses
import datetime as dt
import locale
import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from click.testing import CliRunner

from kongjian.base import places
from kongjian.entry.cli.main import cli
from kongjian.entry.setup import com_registration, install, xlwings_config
from kongjian.entry.setup.install import (
    DONE,
    FAILED,
    SKIPPED,
    Configure,
    Copy,
    Ending,
    Register,
    RunXlwings,
    Skip,
    Step,
    Unblock,
)
from where import ROOT

PYTHON = r"C:\Users\li\AppData\Local\Programs\Python\Python312\python.exe"
WINDOWLESS = PYTHON.replace("python.exe", "pythonw.exe")


def surroundings(**changed: object) -> install.Surroundings:
    here = install.Surroundings(
        platform="win32",
        python=PYTHON,
        windowless=WINDOWLESS,
        config=Path("C:/Users/li/.xlwings/xlwings.conf"),
        documents=Path("C:/Users/li/Documents"),
        book=Path("D:/kongjian/kongjian.xlsm"),
        python_folder=Path("D:/kongjian/python"),
        xlwings=True,
        today=dt.date(2021, 7, 20),
    )
    return dataclasses.replace(here, **changed)  # type: ignore[arg-type]


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("XDG_DOCUMENTS_DIR", raising=False)
    return tmp_path


def perform(action: install.Action) -> Ending:
    (outcome,) = install.carry_out([Step("一步", action, "做了", "找技术人员")])
    return outcome


# ---- plans


def test_on_windows_the_server_is_registered_and_the_workbook_is_copied_and_unblocked() -> None:
    steps = install.plan(surroundings())
    assert [s.title for s in steps] == ["Excel 登记", "工作簿", "网络标记", "受信任位置", "下一步"]
    register, copy, unblock, trust, _ = [s.action for s in steps]
    assert register == Register(com_registration.command(WINDOWLESS, Path("D:/kongjian/python")))
    target = Path("C:/Users/li/Documents/kongjian.xlsm")
    assert copy == Copy(Path("D:/kongjian/kongjian.xlsm"), target)
    assert unblock == Unblock(target)
    assert trust == Skip()
    assert "Unblock-File" in steps[2].advice
    assert "受信任位置→添加新位置" in steps[3].detail
    assert "不要“以管理员身份运行”" in steps[4].detail


def test_an_add_in_of_before_is_kept_in_order_for_the_workbooks_that_are_out() -> None:
    steps = install.plan(surroundings(add_in=True))
    assert [s.title for s in steps[:3]] == ["Excel 登记", "Python 设置", "工作簿"]
    configure = steps[1].action
    assert isinstance(configure, Configure)
    assert configure.settings == {
        "INTERPRETER_WIN": PYTHON,
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
        "USE UDF SERVER": "True",
    }
    assert configure.python_folder == Path("D:/kongjian/python")


def test_a_python_of_the_store_cannot_be_registered() -> None:
    store = r"C:\Users\li\AppData\Local\Microsoft\WindowsApps\python.exe"
    (outcome, *_) = install.carry_out(install.plan(surroundings(python=store))[:1])
    assert outcome.line.startswith("失败 Excel 登记：这是微软商店的 Python")
    assert "python.org" in outcome.line


def test_on_macos_only_buttons_are_promised() -> None:
    steps = install.plan(surroundings(platform="darwin", python="/usr/local/bin/python3"))
    assert [s.title for s in steps] == ["Python 设置", "Excel 加载项", "工作簿", "工作表函数"]
    assert isinstance(steps[0].action, Configure)
    assert steps[0].action.settings == {
        "INTERPRETER_MAC": "/usr/local/bin/python3",
        "ADD_WORKBOOK_TO_PYTHONPATH": "False",
    }
    assert "只有按钮" in steps[-1].detail


def test_on_linux_only_the_workbook_is_copied() -> None:
    steps = install.plan(surroundings(platform="linux"))
    assert [type(s.action) for s in steps] == [Skip, Copy, Skip]
    assert "没有 Excel" in steps[0].detail


def test_from_a_wheel_no_folder_is_put_on_the_python_path() -> None:
    register, configure, *_ = install.plan(surroundings(python_folder=None, add_in=True))
    assert isinstance(register.action, Register)
    assert "sys.path" not in register.action.command
    assert isinstance(configure.action, Configure)
    assert configure.action.python_folder is None


@pytest.mark.parametrize(
    ("platform", "at", "title"), [("win32", 0, "Excel 登记"), ("darwin", 1, "Excel 加载项")]
)
def test_without_xlwings_the_step_fails_and_says_how_to_get_it(platform: str, at: int, title: str) -> None:
    step = install.plan(surroundings(xlwings=False, platform=platform))[at]
    (outcome,) = install.carry_out([step])
    assert outcome.line == (
        f"失败 {title}：没有安装 xlwings。怎么办：请运行：{PYTHON} -m pip install xlwings，再运行 kongjian install"
    )


@pytest.mark.parametrize(
    ("taken", "name"),
    [
        ([], "kongjian.xlsm"),
        (["kongjian.xlsm"], "kongjian-20210720.xlsm"),
        (["Kongjian.xlsm", "kongjian-20210720.xlsm"], "kongjian-20210720-2.xlsm"),
        (["kongjian.xlsm", "kongjian-20210720.xlsm", "kongjian-20210720-2.xlsm"], "kongjian-20210720-3.xlsm"),
    ],
)
def test_a_name_that_is_taken_gets_the_date(taken: list[str], name: str) -> None:
    assert install.free_name(surroundings(names_taken=frozenset(taken))) == name


def test_the_same_workbook_is_not_copied_again() -> None:
    here = surroundings(names_taken=frozenset({"kongjian.xlsm"}), copy_there="kongjian.xlsm")
    copy, unblock = install.plan(here)[1:3]
    assert copy.action == Skip()
    assert unblock.action == Unblock(Path("C:/Users/li/Documents/kongjian.xlsm"))


# ---- carried out


def test_installing_on_linux_copies_the_workbook_once_and_never_overwrites(home: Path) -> None:
    if sys.platform != "linux":
        pytest.skip("the plan of this platform starts Excel")
    runner = CliRunner()
    first = runner.invoke(cli, ["install"])
    copy = home / "Documents" / "kongjian.xlsm"
    assert (first.exit_code, copy.read_bytes()) == (0, (ROOT / "kongjian.xlsm").read_bytes())
    assert f"完成 工作簿：复制到 {copy}" in first.output
    assert "已是这一版，不覆盖" in runner.invoke(cli, ["install"]).output
    copy.write_bytes(b"filled in by staff")
    assert runner.invoke(cli, ["install"]).exit_code == 0
    assert copy.read_bytes() == b"filled in by staff"
    assert len(list(copy.parent.glob("kongjian-*.xlsm"))) == 1


def test_a_dry_run_changes_nothing(home: Path) -> None:
    shown = CliRunner().invoke(cli, ["install", "--dry-run"])
    assert shown.exit_code == 0
    assert "工作簿：复制到" in shown.output
    assert list(home.iterdir()) == []


def test_every_step_prints_one_line() -> None:
    lines = CliRunner().invoke(cli, ["install"]).output.splitlines()
    assert lines
    assert all(line.split(" ")[0] in (DONE, SKIPPED, FAILED) for line in lines)


def test_a_failed_step_is_said_and_the_next_is_still_tried(tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    source = tmp_path / "a.xlsm"
    source.write_bytes(b"book")
    blocked = Step("甲", Copy(source, tmp_path / "taken" / "a.xlsm"), "复制", "换一个文件夹")
    fine = Step("乙", Copy(source, tmp_path / "b" / "a.xlsm"), "复制")
    one, other = install.carry_out([blocked, fine])
    assert (one.state, other.state) == (FAILED, DONE)
    assert one.line.endswith("。怎么办：换一个文件夹")


def test_a_copy_that_came_in_between_is_not_overwritten(tmp_path: Path) -> None:
    source, target = tmp_path / "a", tmp_path / "b"
    source.write_bytes(b"new")
    target.write_bytes(b"old")
    assert perform(Copy(source, target)).state == FAILED
    assert target.read_bytes() == b"old"


def test_the_mark_of_the_web_is_taken_off(tmp_path: Path) -> None:
    book = tmp_path / "a.xlsm"
    book.write_bytes(b"book")
    mark = tmp_path / "a.xlsm:Zone.Identifier"
    mark.write_text("[ZoneTransfer]\nZoneId=3\n")
    assert perform(Unblock(book)).state == DONE
    assert not mark.exists()
    assert perform(Unblock(book)).state == SKIPPED
    assert perform(Unblock(tmp_path / "none.xlsm")).state == FAILED


def test_xlwings_failing_with_exit_code_0_is_still_a_failure() -> None:
    said = "Error: Failed to install the add-in: If Excel is running, quit Excel and try again."
    outcome = perform(RunXlwings((sys.executable, "-c", f"print({said!r})")))
    assert (outcome.state, outcome.text) == (FAILED, said)
    assert perform(RunXlwings((sys.executable, "-c", "print('Successfully installed')"))).state == DONE


def test_the_command_of_the_plan_is_one_that_xlwings_knows() -> None:
    """On Linux xlwings' own program accepts the words and then says that there is no Excel."""
    pytest.importorskip("xlwings")
    if sys.platform != "linux":
        pytest.skip("would install the add-in")
    step = install.plan(surroundings(platform="darwin", python=sys.executable))[1]
    assert isinstance(step.action, RunXlwings)
    outcome = perform(step.action)
    assert outcome.state == FAILED
    assert "only supported on Windows and macOS" in outcome.text


# ---- xlwings.conf


def test_other_settings_stay_and_the_old_file_is_kept(tmp_path: Path) -> None:
    conf = tmp_path / ".xlwings" / "xlwings.conf"
    conf.parent.mkdir()
    old = '"LICENSE_KEY","abc"\n"interpreter_win","C:\\old\\python.exe"\n"PYTHONPATH","D:\\mine"\n'
    conf.write_text(old)
    settings = {"INTERPRETER_WIN": PYTHON, "USE UDF SERVER": "True"}
    folder = tmp_path / "unzipped" / "python"
    assert perform(Configure(conf, settings, folder)).state == DONE
    assert conf.read_text().splitlines() == [
        '"LICENSE_KEY","abc"',
        f'"INTERPRETER_WIN","{PYTHON}"',
        f'"PYTHONPATH","{folder};D:\\mine"',
        '"USE UDF SERVER","True"',
    ]
    assert (conf.parent / "xlwings.conf.bak").read_text() == old
    assert perform(Configure(conf, settings, folder)).state == SKIPPED
    assert perform(Configure(conf, {"INTERPRETER_WIN": "other"}, folder)).state == DONE
    assert (conf.parent / "xlwings.conf.bak").read_text() == old, "the first copy is the user's own"
    assert (conf.parent / "xlwings.conf.bak2").is_file()


def test_a_new_settings_file_is_read_by_xlwings_itself() -> None:
    pytest.importorskip("xlwings")
    perform(Configure(xlwings_config.settings_file("linux"), {"INTERPRETER_WIN": PYTHON}, None))
    code = "from xlwings.utils import read_user_config as r; print(r()['interpreter_win'])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == PYTHON


def test_other_copies_of_the_program_leave_the_python_path(tmp_path: Path) -> None:
    stale = tmp_path / "old"
    (stale / "kongjian").mkdir(parents=True)
    (stale / "kongjian" / "__init__.py").touch()
    assert xlwings_config.search_path(f"{stale};D:/mine", tmp_path / "new") == f"{tmp_path / 'new'};D:/mine"
    assert xlwings_config.search_path(f"{stale};D:/mine", None) == "D:/mine"


def test_bytes_of_another_code_page_stay_as_they_are(tmp_path: Path) -> None:
    conf = tmp_path / "xlwings.conf"
    foreign = '"ONEDRIVE_WIN","D:\\云盘"'.encode("gbk" if locale.getencoding() != "cp936" else "utf-8")
    conf.write_bytes(foreign + b"\n")
    xlwings_config.update(conf, {"INTERPRETER_WIN": "p"}, None)
    assert conf.read_bytes().startswith(foreign + os.linesep.encode())


# ---- both layouts


def test_what_the_wheel_takes_in_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    included = project["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert included["kongjian.xlsm"] == f"kongjian/{places.BOOK}"
    assert included["rules"] == "kongjian/rule_files"
    for source in included:
        assert (ROOT / source).exists(), source


def test_in_the_layout_of_a_wheel_workbook_and_rules_are_found(tmp_path: Path) -> None:
    site = tmp_path / "lib" / "site-packages"
    leave = shutil.ignore_patterns("__pycache__")
    shutil.copytree(ROOT / "python" / "kongjian", site / "kongjian", ignore=leave)
    shutil.copytree(ROOT / "rules", site / "kongjian" / "rule_files")
    shutil.copy(ROOT / "kongjian.xlsm", site / "kongjian" / "kongjian.xlsm")
    code = "from kongjian.base import places; print(places.shipped_workbook(), places.unzipped_python(), places.rules(), sep='\\n')"
    env = {**os.environ, "PYTHONPATH": str(site), "HOME": str(tmp_path)}
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=env)
    package = site / "kongjian"
    assert run.stdout.splitlines() == [
        str(package / "kongjian.xlsm"),
        "None",
        str(package / "rule_files" / "chibi-2020"),
    ]
    done = subprocess.run(
        [sys.executable, "-m", "kongjian", "install"], capture_output=True, check=False, env=env
    )
    if sys.platform == "linux":
        assert done.returncode == 0
        assert (tmp_path / "Documents" / "kongjian.xlsm").is_file()


def test_in_an_unzipped_folder_they_stand_beside_python() -> None:
    assert places.unzipped_python() == ROOT / "python"
    assert places.shipped_workbook() == ROOT / "kongjian.xlsm"


def test_the_places_of_each_platform(home: Path) -> None:
    assert places.documents("linux", {}) == home / "Documents"
    (home / "文档").mkdir()
    assert places.documents("linux", {}) == home / "文档"
    assert places.documents("linux", {"XDG_DOCUMENTS_DIR": "/data"}) == Path("/data")
    assert xlwings_config.settings_file("darwin").parts[-3:] == (
        "com.microsoft.Excel",
        "Data",
        "xlwings.conf",
    )
    windows = xlwings_config.add_in_folders("win32", {"APPDATA": "/roaming"})
    assert windows[0] == Path("/roaming/Microsoft/Excel/XLSTART")
