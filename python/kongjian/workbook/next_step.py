"""The five steps of the work: what each is, how far it is, and what is next. 首页, the command and 帮助 say what stands here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

STEPS: Mapping[str, str] = {
    "导入": "点“导入平台数据”，选平台导出的文件。程序自己认表、自己接在后面，重复导入不会重复。",
    "检查改正": "点“检查数据”，看“问题清单”里哪一格要改、怎样改；改好再检查一次。",
    "计算": "点“重新计算排名”，看“学校排名”“教师排名”“获奖名单”。输入表不会改动。",
    "评审公示": "点“生成申报表”“生成评审表”“公示名单”，文件在旁边的“表格”文件夹；交回的也放进去，点“收取材料”。",
    "发送": "点“生成分发版”，核对无误后打开一封带附件的新邮件，不会自动发出。",
}
"""Each step and how it is done, in the words of 帮助 and README."""
DONE, OPEN, NOT_YET = "完成", "要处理", "还没做"
NEXT_NAME = "KongjianNext"
"""The defined name that carries the command of the button 下一步."""
NEXT_COMMANDS = (
    "ImportData",
    "CheckData",
    "GoProblems",
    "Recalculate",
    "GoAwards",
    "MakePublicity",
    "SendLive",
)


@dataclass(frozen=True)
class Facts:
    """What is known of a workbook: how many units, whether anything else was pasted, what was found and awarded.

    `calculated`: the results that the workbook shows are those of its data. `final` says that they are final, if so,
    `sent` that the copies to send were made of them since.
    """

    schools: int
    teachers: int
    other_rows: int
    errors: int
    warnings: int
    awards: int
    provisional: int
    calculated: bool = True
    final: str = ""
    sent: str = ""


@dataclass(frozen=True)
class HowFar:
    """How far each step is (a state and a few words, in the order of STEPS), what is next in a sentence, its command."""

    steps: tuple[tuple[str, str], ...]
    said: str
    command: str

    @property
    def home(self) -> dict[str, str]:
        """The steps as 首页 shows them, by the names of its cells."""
        return {
            name: text
            for number, (state, note) in enumerate(self.steps, start=1)
            for name, text in ((f"HomeStep{number}", state), (f"HomeStepNote{number}", note))
        }


def how_far(facts: Facts) -> HowFar:
    """The one place that decides what is next."""
    said, command = _next(facts)
    return HowFar((_imported(facts), _checked(facts), *_calculated(facts)), said, command)


def imported() -> HowFar:
    """After rows came into the input sheets or went: what is shown is of before."""
    said = "输入表有新的数据：请点“检查数据”，再点“重新计算排名”"
    waiting = (NOT_YET, "等检查和计算")
    return HowFar(
        (
            (DONE, "刚导入，还没有检查"),
            (NOT_YET, "点“检查数据”"),
            (NOT_YET, "下面是上次的结果"),
            waiting,
            waiting,
        ),
        said,
        "CheckData",
    )


def _next(facts: Facts) -> tuple[str, str]:
    if facts.schools + facts.teachers == 0:
        if facts.other_rows:
            return "有月度得分或行为明细，但没有学校数据和教师数据：请先粘贴这两张表", "ImportData"
        return "还没有数据：请把平台导出的数据粘贴到输入表", "ImportData"
    if facts.errors:
        return f"有{facts.errors}个错误，请先看“问题清单”，改好后重新计算", "GoProblems"
    if not facts.calculated:
        seen = f"，另有{facts.warnings}处警告，可先看“问题清单”" if facts.warnings else ""
        return f"检查过了，没有错误{seen}：请点“重新计算排名”", "Recalculate"
    if facts.provisional:
        said = f"{facts.awards}项奖项有{facts.provisional}项待核实：原因在“获奖名单”，逐项核实或在“问题清单”写明已确认"
        return said, "GoAwards"
    if facts.final:
        return f"可以使用；{'要再发一次，' if facts.sent else '请'}点“生成分发版”", "SendLive"
    if facts.warnings:
        return f"可以使用；另有{facts.warnings}处警告，请看“问题清单”，再点“公示名单”", "MakePublicity"
    return "可以使用，没有发现错误；请点“公示名单”", "MakePublicity"


def _imported(facts: Facts) -> tuple[str, str]:
    if facts.schools + facts.teachers:
        return DONE, f"学校{facts.schools}所，教师{facts.teachers}名"
    return (OPEN, "没有学校和教师") if facts.other_rows else (NOT_YET, "还没有数据")


def _checked(facts: Facts) -> tuple[str, str]:
    if facts.schools + facts.teachers == 0:
        return NOT_YET, "先导入"
    if facts.errors:
        return OPEN, f"{facts.errors}个错误要改"
    return DONE, f"没有错误，{facts.warnings}处警告" if facts.warnings else "没有错误"


def _calculated(facts: Facts) -> tuple[tuple[str, str], ...]:
    """计算, 评审公示 and 发送: nobody tells the workbook what was published or mailed, so one ends with 定稿, the other

    with the proven copy of the final results, which its draft carries.
    """
    if facts.schools + facts.teachers == 0:
        return ((NOT_YET, "先导入"),) * 3
    if facts.errors:
        first = (OPEN, "改好错误再算一次")
    elif not facts.calculated:
        first = (OPEN, "数据改过，要重新计算")
    else:
        first = (DONE, "按现在的数据算好了")
    if first[0] != DONE:
        return first, (NOT_YET, "先改好、算好"), (NOT_YET, "先改好、算好")
    if facts.provisional:
        return first, (OPEN, f"{facts.provisional}项奖项待核实"), (NOT_YET, "先核实奖项")
    if facts.final:
        return first, (DONE, facts.final), (DONE, facts.sent) if facts.sent else (OPEN, "可以发送")
    return first, (OPEN, "可以评审、公示"), (NOT_YET, "公示以后发送")
