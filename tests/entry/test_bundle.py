"""The folder for computers without rights or network: made from tiny wheels, installed, repaired, taken away; long because one folder goes through all of it.

Windows itself is in docs/windows-checklist.md; here its Python is this one, and its cmd that of Wine, where that is.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from fake_registry import Registry
from kongjian.base import places
from kongjian.base.errors import KongjianError
from kongjian.entry.cli.main import cli
from kongjian.entry.setup import com_registration
from kongjian.entry.setup import install as registering
from kongjian.entry.setup.bundle import embedded, make, on_site, wheels
from tiny_wheels import embeddable, lock, wheel
from tiny_wheels import wheels as tiny_wheels
from where import ROOT

PYTHON = "python-3.13.1-embed-amd64.zip"
WIN = (3, 13)
LOCK = places.locked_requirements().read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle, made without network in a folder with a Chinese name and spaces."""
    folder = tmp_path_factory.mktemp("做 包")
    listed = folder / "run.txt"
    listed.write_text(tiny_wheels(folder / "轮 子"), encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(places, "locked_requirements", lambda: listed)
        steps: list[str] = []
        make.make(folder / "安装包", embeddable(folder / PYTHON), folder / "轮 子", steps.append)
    assert steps[1] == "取 2 个软件包（64 位 Windows，Python 3.13）"
    assert not list(folder.glob(".kongjian-*"))
    return folder / "安装包"


def tree(folder: Path) -> dict[str, bytes]:
    return {f.relative_to(folder).as_posix(): f.read_bytes() for f in folder.rglob("*") if f.is_file()}


# ---- what is in the folder


def test_the_folder_holds_program_workbook_rules_templates_packages_and_python(made: Path) -> None:
    files = tree(made)
    assert {n.split("/")[0] for n in files} == {
        "安装.cmd", "卸载.cmd", "说明.txt", "bundle.json", "kongjian.xlsm",
        "python", "rules", "templates", "wheels", "runtime",
    }  # fmt: skip
    assert {n for n in files if n.startswith("wheels/")} == {
        f"wheels/{n}"
        for n in ("others-1.0-py3-none-any.whl", "pywin32-1.0-cp313-cp313-win_amd64.whl", make.SUMS)
    }
    shipped = {n: d for n, d in files.items() if n.split("/")[0] in ("rules", "templates")} | {
        "kongjian.xlsm": files["kongjian.xlsm"]
    }
    assert shipped == {n: d for n, d in tree(ROOT).items() if n in shipped}
    assert len(shipped) == 1 + sum(len(tree(ROOT / folder)) for folder in ("rules", "templates"))
    code = {n for n in files if n.startswith("python/")}
    package = tree(ROOT / "python" / "kongjian")
    source = {f"python/kongjian/{n}" for n in package if "__pycache__" not in n}
    assert code == source | {"python/requirements/run.txt"}
    assert json.loads(files["bundle.json"])["files"] == {
        n: hashlib.sha256(d).hexdigest() for n, d in files.items() if n != "bundle.json"
    }
    for line in files[f"wheels/{make.SUMS}"].decode().splitlines():
        digest, name = line.split("  ")
        assert hashlib.sha256(files[f"wheels/{name}"]).hexdigest() == digest


def test_the_python_of_the_folder_finds_packages_and_program_and_runs_site(made: Path) -> None:
    wanted = b"python313.zip\r\n.\r\nLib\\site-packages\r\n..\\python\r\nimport site\r\n"
    assert (made / "runtime" / "python313._pth").read_bytes() == wanted
    assert embedded.with_packages(wanted.decode()).encode() == wanted
    assert (made / "runtime" / "..\\python".replace("\\", "/") / "kongjian" / "__main__.py").is_file()


def test_notepad_can_read_the_notes_and_they_name_this_version(made: Path) -> None:
    notes = (made / "说明.txt").read_bytes()
    assert notes.startswith(b"\xef\xbb\xbf")
    assert notes.count(b"\n") == notes.count(b"\r\n") > 20
    assert "{{" not in notes.decode()
    zipped = hashlib.sha256((made.parent / PYTHON).read_bytes()).hexdigest()
    assert f"它来自 {PYTHON}，SHA-256 {zipped}，" in notes.decode()
    assert "%LOCALAPPDATA%\\Programs\\kongjian" in notes.decode()


def test_a_folder_with_other_contents_is_refused_and_an_earlier_bundle_is_replaced_whole(
    made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(places, "locked_requirements", lambda: made.parent / "run.txt")
    command = ["bundle", "--python", str(made.parent / PYTHON), "--wheels", str(made.parent / "轮 子")]
    (tmp_path / "信").mkdir()
    (tmp_path / "信" / "a.txt").write_text("我的")
    run = CliRunner().invoke(cli, [*command, str(tmp_path / "信")])
    assert isinstance(run.exception, KongjianError)
    assert "已有别的内容" in str(run.exception)
    out = tmp_path / "包"
    out.mkdir()
    (out / "bundle.json").write_text("{}")
    (out / "旧.txt").write_text("旧")
    run = CliRunner().invoke(cli, [*command, "-q", str(out)])
    assert run.output == f"已生成 {out}（{len(tree(out))}个文件），里面的“说明.txt”写着怎样装\n"
    assert tree(out) == tree(made)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["信", "包"]


# ---- the embeddable Python


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ({"machine": 0x14C}, "不是 64 位 Windows"),
        ({"short": "310"}, "是 Python 3.10，要 3.11"),
        ({"without": "pythonw.exe"}, "缺少 pythonw.exe"),
        ({"without": "python313._pth"}, "缺少 python3….​_pth".replace("\u200b", "")),
        ({"more": "../evil.dll"}, "不安全的路径 ../evil.dll"),
        ({"more": "C:/evil.dll"}, "不安全的路径"),
    ],
)
def test_what_is_no_embeddable_python_for_64_bit_windows_is_refused(
    kind: dict[str, object], said: str, tmp_path: Path
) -> None:
    with pytest.raises(KongjianError, match=re.escape(said)):
        embedded.read(embeddable(tmp_path / PYTHON, **kind))  # type: ignore[arg-type]


def test_a_missing_or_broken_zip_is_told_with_where_to_get_one(tmp_path: Path) -> None:
    with pytest.raises(KongjianError, match="没有 .*python.org"):
        embedded.read(tmp_path / PYTHON)
    (tmp_path / PYTHON).write_bytes(b"PK\3\4 half")
    with pytest.raises(KongjianError, match="不是完好的 zip.*python.org"):
        embedded.read(tmp_path / PYTHON)


# ---- the packages


def test_windows_needs_pywin32_and_nothing_of_other_systems() -> None:
    names = {line.split("==")[0] for line in wheels.wanted(LOCK, WIN)}
    assert {"pywin32", "numpy", "xlwings"} <= names
    assert "appscript" not in names
    assert len(names) > 15


def test_every_import_of_the_program_is_told_from_the_wheels(made: Path) -> None:
    package = made / "python" / "kongjian"
    got = sorted((made / "wheels").glob("*.whl"))
    found = {name for w in got for name in wheels.modules(w)}
    assert {"numpy", "win32api", "pywintypes", "pythoncom", "win32com"} <= found
    assert "os" not in found
    assert wheels.unresolved(package, found) == []
    told = wheels.unresolved(package, found - {"numpy", "win32job"})
    assert sorted(t.split(" 要 ")[1] for t in told) == ["numpy", "win32job"]


def test_a_package_that_another_needs_on_windows_only_is_missed(tmp_path: Path) -> None:
    one = wheel(tmp_path, "one", ["one.py"], needs="pywin32>=2; platform_system == 'Windows'")
    two = wheel(tmp_path, "two", ["two.py"], needs="appscript; sys_platform == 'darwin'")
    win = wheel(tmp_path, "pywin32", ["pythoncom.py"], tag="cp313-cp313-win_amd64")
    assert wheels.lacking([one, two], WIN, {}) == [f'{one.name} 要 pywin32>=2; platform_system == "Windows"']
    assert len(wheels.lacking([one, two, win], WIN, {})) == 1, "too old"
    assert wheels.lacking([two, win], WIN, {"pywin32==1.0": ""}) == []
    assert wheels.lacking([two, win], WIN, {"pywin32==1.1": ""}) == ["锁定文件 要 pywin32==1.1"]


def test_records_with_the_separators_of_windows_are_read(tmp_path: Path) -> None:
    assert wheels.modules(wheel(tmp_path, "odd", ["odd\\__init__.py", "odd\\native.pyd"])) == {"odd"}


def test_what_could_not_be_had_is_named_in_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "轮子"
    here, linux = (
        wheel(folder, "here", ["here.py"]),
        wheel(folder, "linux", ["x.py"], tag="cp313-cp313-linux_x86_64"),
    )
    lines = wheels.wanted(lock(here) + lock(linux) + lock(here, name="gone"), WIN)
    with pytest.raises(
        KongjianError, match="里没有适合 64 位 Windows、Python 3.13 的：linux==1.0、gone==1.0$"
    ):
        wheels.collect(lines, WIN, tmp_path / "a", folder)
    changed = wheels.wanted(lock(here).replace("sha256:", "sha256:0" * 1)[:-2] + "\n", WIN)
    with pytest.raises(KongjianError, match="校验值不同，没有采用：here==1.0"):
        wheels.collect(changed, WIN, tmp_path / "b", folder)
    for name, value in {
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "PIP_INDEX_URL": "https://pypi.invalid/simple",
    }.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(KongjianError, match=r"连不上软件库（PyPI），没有取到：here==1.0。怎么办：.*--wheels"):
        wheels.collect(wheels.wanted(lock(here), WIN), WIN, tmp_path / "c", None)


# ---- on the staff's computer


@pytest.fixture
def site(made: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A user's computer: where programs go, the registry, and what was started."""
    local = tmp_path / "张 三" / "Local"
    monkeypatch.setenv("LOCALAPPDATA", str(local))
    monkeypatch.setenv("HOME", str(tmp_path / "张 三"))
    registry, started = Registry(), []
    monkeypatch.setitem(sys.modules, "winreg", registry)
    here = registering.look()
    monkeypatch.setattr(
        registering, "look", lambda: SimpleNamespace(**{**vars(here), "platform": "win32", "bundle": True})
    )

    def run(python: Path, command: str) -> int:
        started.append((python, command))
        if command == "install":
            com_registration.register(com_registration.command(str(python), python.parents[1] / "python"))
        return 0

    monkeypatch.setattr(on_site, "_run", run)
    return SimpleNamespace(home=on_site.programs(), registry=registry, started=started, bundle=made)


class Changes:
    """Paths that Python changes on the disk while `watching`, as a share that may only be read would refuse it."""

    watching = False

    def __init__(self) -> None:
        self.paths: list[str] = []
        sys.addaudithook(self.note)

    def note(self, event: str, given: tuple[Any, ...]) -> None:
        if not self.watching:
            return
        changes = event in ("os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.utime")
        if changes or (event == "open" and given[2] & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            self.paths.append(os.fspath(given[0]) if isinstance(given[0], str | Path) else "")


def test_installed_once_or_twice_it_is_whole_and_the_bundle_untouched(
    site: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    before, changes = tree(site.bundle), Changes()
    changes.watching = True
    assert on_site.install(site.bundle, site.home) == 0
    (edition,) = (f for f in site.home.iterdir() if f.is_dir())
    packages = edition / "runtime" / "Lib" / "site-packages"
    assert (packages / "win32" / "win32api.pyd").is_file()
    assert (packages / "pywin32.pth").is_file()
    assert not list(packages.rglob("run.py")), "scripts have no place there"
    assert len(list(edition.rglob("on_site.cpython-*.pyc"))) == 1
    assert (edition / "kongjian.xlsm").read_bytes() == (site.bundle / "kongjian.xlsm").read_bytes()
    assert not list(edition.rglob("*.whl")) + list(edition.glob("*.cmd"))
    line = (site.home / "kongjian.cmd").read_bytes()
    assert line == f'@"%~dp0{edition.name}\\runtime\\python.exe" -B -m kongjian %*\r\n'.encode("ascii")
    first, python = tree(site.home), edition / "runtime" / "python.exe"
    assert capsys.readouterr().out.endswith("\n装好了\n")
    assert on_site.install(site.bundle, site.home) == 0
    assert "不再复制" in capsys.readouterr().out
    assert tree(site.home) == first
    changes.watching = False
    assert site.started == [(python, "install"), (python, "doctor")] * 2
    assert tree(site.bundle) == before
    assert any(path.startswith(str(site.home)) for path in changes.paths)
    assert not [path for path in changes.paths if path.startswith(str(site.bundle))]


def test_a_spoilt_edition_is_made_anew_and_an_earlier_one_goes_when_nobody_uses_it(
    site: SimpleNamespace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    on_site.install(site.bundle, site.home)
    (edition,) = (f for f in site.home.iterdir() if f.is_dir())
    whole = tree(edition)
    (edition / "python" / "kongjian" / "udfs.py").unlink()
    (edition / "rules" / "default.txt").write_text("")
    earlier = site.home / "kongjian-0.0.9-aaaa"
    earlier.mkdir()
    real = Path.replace
    busy = [earlier]

    def replace(self: Path, target: Path) -> Path:
        if self in busy:
            raise PermissionError(13, "in use", str(self))
        return real(self, target)

    monkeypatch.setattr(Path, "replace", replace)
    assert on_site.install(site.bundle, site.home) == 0
    assert {n: d for n, d in tree(edition).items() if not n.endswith(".pyc")} == {
        n: d for n, d in whole.items() if not n.endswith(".pyc")
    }
    assert f"旧的 {earlier} 正在使用" in capsys.readouterr().out
    busy.clear()
    on_site.install(site.bundle, site.home)
    assert [f.name for f in site.home.iterdir() if f.is_dir()] == [edition.name]
    busy.append(edition)
    (edition / "kongjian.xlsm").unlink()
    with pytest.raises(KongjianError, match="正在使用；请关闭 Excel"):
        on_site.install(site.bundle, site.home)
    assert [f.name for f in site.home.iterdir() if f.is_dir()] == [edition.name], "nothing half is left"


@pytest.mark.parametrize("name", ["python/kongjian/udfs.py", "wheels/others-1.0-py3-none-any.whl"])
def test_a_file_that_the_stick_has_spoilt_stops_it_with_nothing_installed(
    name: str, site: SimpleNamespace, tmp_path: Path
) -> None:
    stick = tmp_path / "U 盘"
    shutil.copytree(site.bundle, stick)
    data = bytearray((stick / name).read_bytes())
    data[-1] ^= 1
    (stick / name).write_bytes(data)
    with pytest.raises(KongjianError, match=re.escape(f"{stick / name} 已损坏；请重新复制")):
        on_site.install(stick, site.home)
    (stick / name).unlink()
    with pytest.raises(KongjianError, match="读不了"):
        on_site.install(stick, site.home)
    assert list(site.home.iterdir()) == []
    assert site.started == []


def test_removed_it_leaves_workbooks_and_schemes_alone_and_nothing_else(
    site: SimpleNamespace, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = dict(site.registry.values)
    on_site.install(site.bundle, site.home)
    assert site.registry.values != empty
    kept = places.own_schemes() / "自己的" / "scheme.yaml"
    kept.parent.mkdir(parents=True)
    kept.write_text("x")
    places.error_log().write_text("x")
    places.cache_folder().mkdir(parents=True)
    (places.cache_folder() / "rules-1.pickle").write_text("x")
    assert on_site.uninstall(site.home) == 0
    assert site.registry.values == empty
    assert not site.home.exists()
    assert not places.error_log().exists()
    assert not places.cache_folder().exists()
    assert kept.is_file()
    said = capsys.readouterr().out
    assert f"已删除 {site.home}" in said
    assert "pip" not in said
    assert on_site.uninstall(site.home) == 0
    assert "没有装过" in capsys.readouterr().out


def test_elsewhere_than_on_windows_it_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("LOCALAPPDATA", raising=False)
    assert on_site.main("install") == 2
    assert capsys.readouterr().out.startswith("错误：这个文件夹只能装在 Windows 上")


def test_what_staff_start_needs_no_package(made: Path) -> None:
    code = f"import sys; sys.path.insert(0, {str(made / 'python')!r}); import kongjian.entry.setup.bundle.on_site"
    subprocess.run([sys.executable, "-B", "-S", "-I", "-c", code], check=True)


# ---- 安装.cmd and 卸载.cmd


@pytest.mark.parametrize("name", ["安装.cmd", "卸载.cmd"])
def test_a_cmd_file_is_ascii_but_for_what_it_says_under_the_code_page_936(name: str, made: Path) -> None:
    data = (made / name).read_bytes()
    assert data.count(b"\n") == data.count(b"\r\n")
    lines = data.decode("gbk").split("\r\n")
    assert lines[:2] == ["@echo off", "setlocal DisableDelayedExpansion"], "a ! in a folder's name stays"
    for before, line in zip(lines, lines[1:], strict=False):
        if not line.isascii():
            assert line.startswith("echo ")
            assert before == "chcp 936 >nul"
            # a cmd that reads the line byte by byte must find no sign of its own in a Chinese letter
            tails = [pair[1:] for c in line if len(pair := c.encode("gbk")) == 2]
            assert not set(b"".join(tails)) & set(b'\\|^&<>%!()"@`~{}'), line
        assert line.count('"') % 2 == 0
        assert not re.search(r'(?<!")%~dp0', line)
    labels = {line[1:] for line in lines if line.startswith(":")}
    assert set(re.findall(r"goto (\w+)", "\n".join(lines))) == labels == {"incomplete", "end"}
    word = {"安装.cmd": "install", "卸载.cmd": "uninstall"}[name]
    assert f'"%~dp0runtime\\python.exe" -B -m kongjian.entry.setup.bundle.on_site {word}' in lines


@pytest.mark.skipif(
    not (
        shutil.which("wine") and shutil.which("localedef") and Path("/usr/share/i18n/locales/zh_CN").exists()
    ),
    reason="no cmd here: Wine and the sources of locales are wanted",
)
def test_a_real_cmd_starts_the_python_beside_it_and_tells_of_a_folder_that_is_not_whole(
    made: Path, tmp_path: Path
) -> None:
    """One Wine for both, which takes seconds to start: long because of what it has to be told."""
    stick = tmp_path / "U 盘&一"
    shutil.copytree(made, stick)
    (stick / "runtime" / "python.exe").unlink()
    (tmp_path / "locale").mkdir()
    subprocess.run(
        ["localedef", "-i", "zh_CN", "-f", "UTF-8", tmp_path / "locale" / "zh_CN.UTF-8"], check=True
    )
    told = {
        "LOCPATH": str(tmp_path / "locale"),
        "LC_ALL": "zh_CN.UTF-8",
        "WINEPREFIX": str(tmp_path / "wine"),
    }
    env = {
        **os.environ, **told, "WINEDEBUG": "-all", "WINEDLLOVERRIDES": "mscoree,mshtml=",
        "LOCALAPPDATA": str(tmp_path / "Local"), "HOME": str(tmp_path), "PYTHONPATH": str(stick / "python"), "PYTHONUTF8": "1",
    }  # fmt: skip

    folder = f"Z:{stick}".replace("/", "\\")

    def cmd(lines: str, code: str = "gbk") -> list[str]:
        (tmp_path / "go.cmd").write_bytes(lines.replace("\n", "\r\n").encode("gbk"))
        run = ["wine", "cmd", "/c", "go.cmd"]
        said = subprocess.run(
            run, cwd=tmp_path, env=env, capture_output=True, timeout=240, check=False
        ).stdout
        return said.decode(code).splitlines()

    try:
        said = cmd(f'@cd /d "{folder}"\n@cmd /c 安装.cmd /q\n@echo code %ERRORLEVEL%\n')
        assert said[-2:] == ["文件不全：请先把整个文件夹解压或复制出来，再双击其中的“安装.cmd”。", "code 2"]
        # Wine's cmd starts a program of this system, too: the whole way to the installed copy's own Python,
        # which is one of Windows and does not start here
        (stick / "runtime" / "python.exe").symlink_to(sys.executable)
        told = json.loads((stick / "bundle.json").read_text(encoding="utf-8"))
        told["files"]["runtime/python.exe"] = hashlib.sha256(Path(sys.executable).read_bytes()).hexdigest()
        (stick / "bundle.json").write_text(json.dumps(told), encoding="utf-8")
        said = cmd(f'@call "{folder}\\安装.cmd" /q\n', "utf-8")
        assert [line[:5] for line in said] == ["正在复制程", "程序已复制", "错误：C:"], said
        assert "启动不了" in said[-1]
        (whole,) = tmp_path.rglob("installed.json")  # Wine says itself where LOCALAPPDATA is
        assert whole.parent.name == told["id"]
    finally:
        subprocess.run(["wineserver", "-k"], env=env, check=False)
