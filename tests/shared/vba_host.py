"""A workbook's macros run without Excel: the server is a recorder or the real one, a cell calls the functions, a button presses; long because it plays all of Excel that macros touch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from pyopenvba.apps import excel
from pyopenvba.apps.excel import ExcelApplication
from pyopenvba.apps.excel._model import Application, Area, Range, RowsOf, Workbook, Worksheet
from pyopenvba.interpreter._objects import MemberSpec, VBAObject, member, method, setter
from pyopenvba.interpreter._runtime import ModuleRuntime, Slot
from pyopenvba.interpreter._values import EMPTY, MISSING, VBAArray, VBAErrorValue, VBAInt, error

from excel_blocks import as_one

SERVER = "Kongjian.Server"
ADDIN = "xlwings.xlam!"
NA = 2042
XL_FILL_FORMATS = 3
MOST_ROWS = 100_000
"""No macro of ours reads more at once."""
Given = Sequence[Any]
FUNCTIONS, BUTTONS = "kongjian.udfs", "kongjian.buttons"
SILENT = [["title", "空间评比", "", ""], ["shown", "算好了", "", ""]]
"""What a press answers that needs no box."""


class CallingApplication(Application):
    """Knows the calling cell, takes descriptions of functions, counts recalculations, chooses files."""

    def __init__(self) -> None:
        super().__init__()
        self.caller: object = EMPTY
        self.described: dict[str, tuple[str, str, list[str]]] = {}
        self.calculated = 0
        self.marked: list[str] = []
        self.opened: list[str] = []
        self.printed: list[tuple[str, str, str]] = []
        self.page = PageSetup()
        self.no_printer = False
        self.chosen: Sequence[str] | None = None
        self.asked: list[tuple[str, str]] = []
        self.addin = False
        self.pending: list[tuple[object, str]] = []
        """Moments and macros that Excel is to run, see OnTime."""

    @method
    def OnTime(  # noqa: N802
        self,
        EarliestTime: object,  # noqa: N803
        Procedure: object,  # noqa: N803
        LatestTime: object = MISSING,  # noqa: N803, ARG002
        Schedule: object = MISSING,  # noqa: N803
    ) -> None:
        one = EarliestTime, str(Procedure)
        if Schedule is MISSING or Schedule:
            self.pending.append(one)
        elif one in self.pending:
            self.pending.remove(one)
        else:
            raise error(1004, "Method 'OnTime' of object '_Application' failed")

    @method
    def Workbooks(self, Index: object = MISSING) -> object:  # noqa: N802, N803
        """An add-in is none of the books, and yet it is found by its name."""
        if Index == ADDIN.rstrip("!") and self.addin:
            return AddIn()
        return super().Workbooks(Index)

    @member
    def Hwnd(self) -> object:  # noqa: N802 — named as in Excel
        return VBAInt(1, "Long")

    @member
    def Caller(self) -> object:  # noqa: N802
        return self.caller

    @method
    def MacroOptions(  # noqa: N802
        self,
        Macro: object,  # noqa: N803
        Description: object = MISSING,  # noqa: N803
        Category: object = MISSING,  # noqa: N803
        ArgumentDescriptions: object = MISSING,  # noqa: N803
    ) -> None:
        assert isinstance(ArgumentDescriptions, VBAArray)
        texts = [str(text) for text in ArgumentDescriptions.items]
        self.described[str(Macro)] = (str(Description), str(Category), texts)

    @method
    def GetOpenFilename(  # noqa: N802
        self,
        FileFilter: object,  # noqa: N803
        FilterIndex: object = MISSING,  # noqa: N803, ARG002
        Title: object = MISSING,  # noqa: N803
        ButtonText: object = MISSING,  # noqa: N803, ARG002
        MultiSelect: object = MISSING,  # noqa: N803
    ) -> object:
        assert MultiSelect is True
        self.asked.append((str(Title), str(FileFilter)))
        if self.chosen is None:
            return False  # cancelled
        return VBAArray([(1, len(self.chosen))], items=list(self.chosen))

    @method
    def Calculate(self) -> None:  # noqa: N802
        self.calculated += 1


class PageSetup(VBAObject):
    """What of a sheet is printed, and what stands above it."""

    vba_type_name = "PageSetup"

    def __init__(self) -> None:
        super().__init__()
        self.area, self.header = "$A$1:$G$40", "&R&9a line"

    @member
    def PrintArea(self) -> object:  # noqa: N802
        return self.area

    @setter("PrintArea")
    def _area(self, value: object) -> None:
        self.area = str(value)

    @member
    def RightHeader(self) -> object:  # noqa: N802
        return self.header

    @setter("RightHeader")
    def _header(self, value: object) -> None:
        self.header = str(value)


class AddIn(VBAObject):
    """xlwings' add-in, open."""

    vba_type_name = "Workbook"

    @member
    def Name(self) -> object:  # noqa: N802
        return ADDIN.rstrip("!")


def _mark(area: Range) -> None:
    area.vba_get("Application").marked.append(str(area.vba_get("Address")))  # type: ignore[attr-defined]


def _open(book: Workbook, Address: object) -> None:  # noqa: N803
    book.vba_get("Application").opened.append(str(Address))  # type: ignore[attr-defined]


def _print(page: Worksheet, Preview: object = MISSING) -> None:  # noqa: N803
    excel = page.vba_get("Application")
    assert Preview is True, "nothing is printed that nobody has seen"
    if excel.no_printer:  # type: ignore[attr-defined]
        raise error(1004, "no printer")
    setup = excel.page  # type: ignore[attr-defined]
    excel.printed.append((str(page.vba_get("Name")), setup.area, setup.header))  # type: ignore[attr-defined]


def _fill(area: Range, Destination: object, Type: object = MISSING) -> None:  # noqa: N803
    """Only formats are ever filled, which no test of cells sees; the interpreter refuses rows with formats of their own."""
    assert isinstance(Destination, Range)
    assert Type == XL_FILL_FORMATS, area


def _whole(area: Range) -> Area:
    """All of its cells, as Excel gives them; the interpreter would leave out what lies below the last one in use."""
    first = area.first
    assert first.rows <= MOST_ROWS, f"{first} would be read whole"
    return first


Range.bounded = _whole  # type: ignore[method-assign]
as_one()
# members of Excel that the interpreter does not have
Range._vba_members["autofill"] = MemberSpec(
    "AutoFill", "method", getter=_fill, parameters=("Destination", "Type")
)
Range.vba_add_member(MemberSpec("Dirty", "method", getter=_mark))
RowsOf.vba_add_member(MemberSpec("AutoFit", "method", getter=lambda _: None))
Worksheet.vba_add_member(MemberSpec("PageSetup", "property", getter=lambda s: s.vba_get("Application").page))
Worksheet.vba_add_member(MemberSpec("PrintOut", "method", getter=_print, parameters=("Preview",)))
Workbook.vba_add_member(MemberSpec("FollowHyperlink", "method", getter=_open, parameters=("Address",)))


_add_module = ExcelApplication.add_module


def _added(app: ExcelApplication, source: str, *, name: str = "", kind: str = "standard") -> ModuleRuntime:
    """The interpreter knows no WithEvents; `VbaHost` raises the events."""
    return _add_module(app, source.replace("WithEvents ", ""), name=name, kind=kind)


ExcelApplication.add_module = _added  # type: ignore[method-assign]


class Server(VBAObject):
    """A stand-in for the Python server that notes what it is asked."""

    vba_type_name = "XLPython"

    def __init__(self, host: VbaHost) -> None:
        self.host = host

    @method
    def CallUDF(  # noqa: N802
        self, module: object, name: object, given: VBAArray, book: object, caller: object
    ) -> object:
        assert (book, caller) == (self.host.app.workbook, self.host.caller)
        if module == BUTTONS:
            assert name == "begin"
            entry, answer = map(str, given.items)
            self.host.presses.append((entry, answer))
            self.host.meanwhile.append((self.host.excel.display_alerts, self.host.excel.calculation))
            return block(self.host.press_answer(entry, answer))
        assert module == FUNCTIONS
        self.host.crossings.append((str(name), list(given.items)))
        return self.host.answer(str(name), given.items)


class Outlook(VBAObject):
    """Outlook, its new message and the attachments of that, all in one: it notes what it is asked to do."""

    vba_type_name = "MailItem"

    def __init__(self) -> None:
        self.done: list[tuple[str, object]] = []

    @method
    def CreateItem(self, kind: object) -> object:  # noqa: N802
        self.done.append(("CreateItem", kind))
        return self

    @member
    def Attachments(self) -> object:  # noqa: N802
        return self

    @method
    def Add(self, path: object) -> None:  # noqa: N802
        self.done.append(("Add", path))

    @method
    def Display(self) -> None:  # noqa: N802
        self.done.append(("Display", None))

    @setter("Subject")
    def _subject(self, text: object) -> None:
        self.done.append(("Subject", text))

    @setter("Body")
    def _body(self, text: object) -> None:
        self.done.append(("Body", text))


def block(rows: Sequence[Sequence[object]]) -> VBAArray:
    """Rows as Python gives them back."""
    made = VBAArray([(0, len(rows) - 1), (0, len(rows[0]) - 1)])
    made.items = [row[k] for k in range(len(rows[0])) for row in rows]
    return made


class Control(VBAObject):
    """A control of the ribbon, and the ribbon itself."""

    vba_type_name = "IRibbonControl"

    def __init__(self, id_: str = "") -> None:
        self.id = id_
        self.invalidated = 0

    @member
    def ID(self) -> object:  # noqa: N802
        return self.id

    @method
    def Invalidate(self) -> None:  # noqa: N802
        self.invalidated += 1


class VbaHost:
    """One open workbook; `server` says whether our own is registered, `addin` whether xlwings' add-in is open.

    `refusals` are the errors by which the next starts of our own server fail, `python` is what a server is.
    """

    def __init__(self, path: Path, server: bool = True, addin: bool = False) -> None:
        excel.Application = CallingApplication  # type: ignore[misc]
        try:
            self.app = ExcelApplication.open(path)
        finally:
            excel.Application = Application  # type: ignore[misc]
        self.registered = server
        self.excel.addin = addin
        self.refusals: list[int] = []
        self.python: Callable[[VbaHost], VBAObject] = Server
        self.created: list[str] = []
        """Which servers were asked for, ours or the add-in's."""
        self.commands: list[str] = []
        self.run_python_answer: object = EMPTY
        self.crossings: list[tuple[str, list[Any]]] = []
        self.presses: list[tuple[str, str]] = []
        self.meanwhile: list[tuple[bool, int]] = []
        """Excel's DisplayAlerts and Calculation during each press."""
        self.press_answer: Callable[[str, str], Sequence[Sequence[object]]] = lambda _, __: SILENT
        self.outlook: Outlook | None = None
        self.started = 0
        self.answer: Callable[[str, Given], object] = lambda _, __: 88.5
        self.caller = self.range("首页", "L1")
        self.excel.caller = self.caller
        self.app.interpreter.host.create = self._create  # type: ignore[method-assign]
        self._run = self.app.interpreter.run
        self.app.interpreter.run = self._dispatch  # type: ignore[method-assign]

    @property
    def excel(self) -> CallingApplication:
        assert isinstance(self.app.application, CallingApplication)
        return self.app.application

    def _dispatch(self, name: str, args: Sequence[object] = (), **more: Any) -> object:
        if "!" not in name:
            return self._run(name, args, **more)
        if not self.excel.addin:
            raise error(1004, f"Cannot run the macro '{name}'.")
        if name == f"{ADDIN}RunPython":
            self.commands.append(str(args[0]))
            return self.run_python_answer
        assert name == f"{ADDIN}XLPy"
        return self._served(name)

    def _served(self, name: str) -> VBAObject:
        self.created.append(name)
        self.started += 1
        return self.python(self)

    def _create(self, name: str) -> object:
        if name == SERVER:
            if self.refusals:
                raise error(self.refusals.pop(0), "Automation error")
            if not self.registered:
                raise error(429, "ActiveX component can't create object")
            return self._served(name)
        if self.outlook is None:
            raise error(429, f"ActiveX component can't create object: {name}")
        assert name == "Outlook.Application"
        return self.outlook

    def run(self, macro: str, *args: object) -> Any:
        """What a macro or function gives back; an error value as its number."""
        found = self.app.interpreter.run(macro, list(args))
        return found.number if isinstance(found, VBAErrorValue) else found

    def turn(self) -> None:
        """Excel is idle for a moment: it runs what is due, found by the workbook's quoted name."""
        [(_, name)] = self.excel.pending
        self.excel.pending.clear()
        book = str(self.app.workbook.vba_get("Name")).replace("'", "''")
        assert name.startswith(f"'{book}'!"), name
        before, self.excel.caller = self.excel.caller, VBAErrorValue(2023)
        try:
            self.run(name.rpartition("!")[2])
        finally:
            self.excel.caller = before

    def finish(self, macro: str = "") -> None:
        """Presses, and is idle until nothing is asked for any more."""
        if macro:
            self.run(macro)
        while self.excel.pending:
            self.turn()

    def _hears(self, event: str, *given: object, of: Workbook | None = None) -> None:
        """An event of Excel's, of this workbook or another, which reaches this one while that listens."""
        book = of or self.app.workbook
        document = self.app.workbook.vba_document
        if document.variables["watched"].get() is self.excel:
            procedure = document.module.procedure(f"watched_{event}")
            document.interpreter.call(procedure, document.module, [book, *given], {}, me=document)

    def closes(self, other: Workbook | None = None) -> bool:
        """Staff close the workbook, or another one that is open: whether it lets them."""
        cancelled = Slot(False, "Boolean")
        self._hears("WorkbookBeforeClose", cancelled, of=other)
        return not cancelled.get()

    def save_as(self, name: str) -> None:
        """The workbook gets another name."""
        self._hears("WorkbookBeforeSave", True, Slot(False, "Boolean"))
        self.app.workbook.name = name
        self._hears("WorkbookAfterSave", True)

    def range(self, sheet: str, address: str) -> Range:
        area = self.app.workbook.sheet_named(sheet).vba_get("Range", [address])
        assert isinstance(area, Range)
        return area

    def type(self, sheet: str, address: str, value: object) -> None:
        """What staff do; the workbook's own event tells its macros."""
        self.range(sheet, address).vba_set("Value", value)

    @property
    def shown(self) -> list[str]:
        return [text for _, text, _, _ in self.app.dialogs]

    @property
    def active(self) -> str:
        return str(self.app.workbook.vba_get("ActiveSheet").vba_get("Name"))  # type: ignore[attr-defined]
