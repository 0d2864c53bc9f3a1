"""Invented people: names drawn from common surnames and given names, and platform accounts.

No account looks like an identity number or a telephone number: the few of 18 digits start with 9,
which no identity number does.
"""

from __future__ import annotations

import numpy as np

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡"
    "余杜叶程苏魏吕丁任沈姚卢姜崔钟谭陆汪范金"
)
ONE_CHARACTER = "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超霞平刚丹璐婷慧莉鑫鹏波斌琴"
TWO_CHARACTERS = (
    "桂英玉兰建华建国志强秀英秀兰文静海燕春梅小红晓东晓燕雪梅国庆志刚红梅丽华丽君佳怡"
    "俊杰子涵思远雨桐浩然宇轩欣怡梦琪嘉豪天佑文博立新永红金凤双喜德胜水清云飞爱民先锋"
    "学文学军大勇小平新华卫东"
)
GIVEN = [*ONE_CHARACTER, *(TWO_CHARACTERS[i : i + 2] for i in range(0, len(TWO_CHARACTERS), 2))]
TEACHER_PREFIX = "hb421281"
STUDENT_PREFIX = "xs421281"
_PER_THOUSAND = 999  # an account that ends in 000 looks as if Excel had rounded it


def person_names(rng: np.random.Generator, count: int) -> list[str]:
    """Names of `count` people; namesakes occur, as in life."""
    surnames = rng.integers(0, len(SURNAMES), count).tolist()
    given = rng.integers(0, len(GIVEN), count).tolist()
    return [SURNAMES[s] + GIVEN[g] for s, g in zip(surnames, given, strict=True)]


def teacher_accounts(count: int) -> list[str]:
    """Unique platform accounts such as hb421281000001, none ending in 000."""
    return [f"{TEACHER_PREFIX}{_number(i):06d}" for i in range(count)]


def student_accounts(count: int) -> list[str]:
    """Unique accounts of pupils."""
    return [f"{STUDENT_PREFIX}{_number(i):07d}" for i in range(count)]


def long_account(position: int) -> str:
    """An account of 18 digits that can be nobody's identity number."""
    return f"9000002020{position + 1:05d}123"


def _number(position: int) -> int:
    return position + 1 + position // _PER_THOUSAND
