"""The registration of the COM server: what is written, that all of it goes again, and that the line starts a server."""

from __future__ import annotations

import dataclasses
import re
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner
from test_install import PYTHON, surroundings

from fake_registry import Registry
from kongjian.entry.cli.main import cli
from kongjian.entry.setup import com_registration, install
from kongjian.workbook.shipped.vba_project import sources

LINE = com_registration.command(PYTHON, None)
CLSID = com_registration.CLSID


@pytest.fixture
def registry(monkeypatch: pytest.MonkeyPatch) -> Registry:
    made = Registry()
    monkeypatch.setitem(sys.modules, "winreg", made)
    # what is there before, and has to be there afterwards
    made.put("HKCU", "Software\\Classes\\CLSID\\{other}", "", "别人的")
    made.put("HKCU", "Software\\Classes\\Wow6432Node\\CLSID\\{other}", "", "别人的")
    return made


def windows(line: str) -> list[str]:
    """A command line as Windows takes it apart, for the quotes that list2cmdline writes."""
    parts = re.findall(r'"((?:[^"\\]|\\.)*)"|(\S+)', line)
    return [quoted.replace('\\"', '"') if quoted else plain for quoted, plain in parts]


def test_both_views_say_which_line_starts_it(registry: Registry) -> None:
    assert com_registration.register(LINE)
    found = {
        key.removeprefix("hkcu\\software\\classes\\"): value for (key, _), value in registry.values.items()
    }
    guid = CLSID.lower()
    for view in ("", "wow6432node\\"):
        assert found[f"{view}clsid\\{guid}\\localserver32"] == LINE
        assert found[f"{view}clsid\\{guid}\\progid"] == "Kongjian.Server"
    assert found["kongjian.server\\clsid"] == CLSID
    assert len(found) == 2 * 3 + 2 + 2, "each view of the class, the name once, and what was there"
    assert com_registration.registered() == {"64位": LINE, "32位": LINE}


def test_the_same_again_changes_nothing_and_another_python_takes_its_place(registry: Registry) -> None:
    com_registration.register(LINE)
    before = dict(registry.values)
    assert not com_registration.register(LINE)
    assert registry.values == before
    other = com_registration.command("D:\\py\\pythonw.exe", None)
    assert com_registration.register(other)
    assert set(com_registration.registered().values()) == {other}


def test_every_value_goes_again(registry: Registry) -> None:
    before = dict(registry.values), set(registry.keys)
    assert not com_registration.unregister()
    com_registration.register(LINE)
    assert com_registration.unregister()
    assert registry.values == before[0]
    assert registry.keys == before[1]
    assert com_registration.registered() == {"64位": None, "32位": None}


def test_half_a_registration_goes_too(registry: Registry) -> None:
    com_registration.register(LINE)
    registry.DeleteKeyEx("HKCU", f"Software\\Classes\\{com_registration.COMMAND}", 0x200, 0)
    assert com_registration.unregister()
    assert not any(CLSID.lower() in key or "kongjian" in key for key in registry.keys)


def test_the_macros_ask_for_what_is_registered() -> None:
    assert f'SERVER_NAME As String = "{com_registration.NAME}"' in sources()["KongjianShared"]


@pytest.mark.parametrize("name", ["python", "程序 (1) & 张'三", "100%done"])
def test_the_line_serves_and_looks_for_modules_nowhere_near_the_workbook(name: str, tmp_path: Path) -> None:
    folder, desk = tmp_path / name, tmp_path / "桌面"
    desk.mkdir()
    (folder / "xlwings").mkdir(parents=True)
    (folder / "xlwings" / "__init__.py").touch()
    served = "import sys\ndef serve(clsid): print(clsid, sys.argv[1:], sys.flags.dont_write_bytecode)\n"
    (folder / "xlwings" / "com_server.py").write_text("import yaml, json\n" + served)
    for beside in ("yaml.py", "json.py"):  # what might lie beside a workbook that came by mail
        (desk / beside).write_text("raise SystemExit(99)")
    python, *options = windows(com_registration.command(PYTHON, folder))
    assert python == PYTHON
    run = subprocess.run(
        [sys.executable, *options, "-Embedding"], cwd=desk, capture_output=True, text=True, check=False
    )
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout == f"{CLSID} ['-Embedding'] 1\n"
    assert not list(folder.rglob("*.pyc"))


@pytest.mark.usefixtures("registry")
def test_the_commands_carry_it_out(monkeypatch: pytest.MonkeyPatch) -> None:
    here = surroundings(copy_there="kongjian.xlsm")
    monkeypatch.setattr(install, "look", lambda: here)
    runner = CliRunner()
    assert "登记 Kongjian.Server" in runner.invoke(cli, ["install", "--dry-run"]).output
    assert com_registration.registered()["64位"] is None
    assert "完成 Excel 登记" in runner.invoke(cli, ["install"]).output
    assert "跳过 Excel 登记：已经登记好" in runner.invoke(cli, ["install"]).output
    gone = runner.invoke(cli, ["uninstall"])
    assert gone.exit_code == 0
    assert "完成 Excel 登记：已取消 Kongjian.Server 的登记" in gone.output
    assert com_registration.registered() == {"64位": None, "32位": None}
    assert "跳过 Excel 登记：没有登记过" in runner.invoke(cli, ["uninstall"]).output
    other = dataclasses.replace(here, platform="linux")
    assert [type(s.action) for s in install.removal(other)] == [install.Skip, install.Skip]


def test_a_registry_that_refuses_is_said_and_the_rest_is_still_done(
    registry: Registry, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(5, "拒绝访问")

    monkeypatch.setattr(registry, "SetValueEx", refuse)
    outcomes = list(install.carry_out(install.plan(surroundings(copy_there="kongjian.xlsm"))))
    assert outcomes[0].state == install.FAILED
    assert "拒绝访问" in outcomes[0].line
    assert "不能写" in outcomes[0].line
    assert len(outcomes) == 5
