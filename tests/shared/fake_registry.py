"""Windows' registry in memory, as far as `winreg` is used: two views of CLSID, rights, keys that hold others."""

from __future__ import annotations

import re
from types import ModuleType

CLASSES = "software\\classes\\"


class Key:
    """An open key."""

    def __init__(self, path: str, access: int) -> None:
        self.path, self.access = path, access

    def __enter__(self) -> Key:
        return self

    def __exit__(self, *_: object) -> None: ...


class Registry(ModuleType):
    """To stand in sys.modules as winreg. `values` is what was written: (real path in small letters, name) -> value."""

    HKEY_CURRENT_USER, HKEY_LOCAL_MACHINE = "HKCU", "HKLM"
    REG_SZ, REG_DWORD = 1, 4
    KEY_READ, KEY_WRITE = 0x20019, 0x20006
    VIEWS = KEY_WOW64_64KEY, KEY_WOW64_32KEY = 0x100, 0x200

    def __init__(self) -> None:
        super().__init__("winreg")
        self.keys: set[str] = set()
        self.values: dict[tuple[str, str], object] = {}

    def _path(self, root: str, key: str, access: int) -> str:
        path = f"{root}\\{key}".lower()
        if access & self.KEY_WOW64_32KEY:
            path = re.sub(r"(software\\classes\\)(clsid\\)", r"\1wow6432node\\\2", path)
        return path

    def CreateKeyEx(self, root: str, key: str, reserved: int, access: int) -> Key:  # noqa: N802
        assert reserved == 0
        path = self._path(root, key, access)
        parts = path.split("\\")
        self.keys |= {"\\".join(parts[: k + 1]) for k in range(len(parts))}
        return Key(path, access)

    def OpenKey(self, root: str, key: str, reserved: int = 0, access: int = KEY_READ) -> Key:  # noqa: N802
        assert reserved == 0
        path = self._path(root, key, access)
        if path not in self.keys:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        return Key(path, access)

    def SetValueEx(self, key: Key, name: str | None, _: int, kind: int, value: object) -> None:  # noqa: N802
        if not key.access & 0x2:
            raise PermissionError(5, "Access is denied")
        assert kind == self.REG_SZ
        assert isinstance(value, str)
        self.values[key.path, name or ""] = value

    def QueryValueEx(self, key: Key, name: str | None) -> tuple[object, int]:  # noqa: N802
        if (key.path, name or "") not in self.values:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        value = self.values[key.path, name or ""]
        return value, self.REG_SZ if isinstance(value, str) else self.REG_DWORD

    def DeleteKeyEx(self, root: str, key: str, access: int, reserved: int) -> None:  # noqa: N802
        assert reserved == 0
        path = self._path(root, key, access)
        if path not in self.keys:
            raise FileNotFoundError(2, "The system cannot find the file specified")
        if any(k.startswith(f"{path}\\") for k in self.keys):
            raise PermissionError(5, "Access is denied")
        self.keys.discard(path)
        self.values = {at: value for at, value in self.values.items() if at[0] != path}

    def put(self, root: str, key: str, name: str, value: object) -> None:
        """What somebody else wrote."""
        self.values[self.CreateKeyEx(root, key, 0, self.KEY_WRITE).path, name] = value
