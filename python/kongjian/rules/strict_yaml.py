"""YAML read strictly: no duplicate keys, no unquoted yes/no, and the line of every value is known."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import yaml

from kongjian.base.errors import RuleFileError

_BOOLEAN_WORDS = {"yes", "no", "on", "off", "y", "n"}
_ALLOWED_TAGS = {f"tag:yaml.org,2002:{t}" for t in ("str", "int", "float", "bool", "map", "seq")}
_NULL = "tag:yaml.org,2002:null"
# YAML also reads 013 as eleven and 1_1 as eleven
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?")

Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
Lines = dict[tuple[str | int, ...], int]


def read(path: Path) -> tuple[Any, Lines]:
    """The value of a YAML file and the line (1-based) of every key and item, by its path.

    Raises RuleFileError, naming file, line and key, for anything that YAML would let pass quietly.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RuleFileError(f"{path.name}：不是 UTF-8 文件（第{error.start}个字节）") from None
    except OSError:
        raise RuleFileError(f"找不到规则文件 {path.name}（{path.parent}）") from None
    loader = Loader(text)
    try:
        node = loader.get_single_node()
        if node is None:
            raise RuleFileError(f"{path.name}：文件是空的")
        lines: Lines = {}
        return _build(node, loader, path.name, (), lines, set()), lines
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise RuleFileError(f"{path.name} 第{line}行：不是正确的 YAML（{error.problem}）") from None
    except yaml.YAMLError as error:
        raise RuleFileError(f"{path.name}：不是正确的 YAML（{error}）") from None
    finally:
        loader.dispose()


def _build(
    node: yaml.Node, loader: Any, name: str, path: tuple[str | int, ...], lines: Lines, seen: set[int]
) -> Any:
    line = node.start_mark.line + 1
    if id(node) in seen:
        raise RuleFileError(f"{name} 第{line}行：不能用 & 和 * 引用别处的值")
    seen.add(id(node))
    lines.setdefault(path, line)
    if node.tag == _NULL:
        raise RuleFileError(f"{name} 第{line}行：{path[-1] if path else '文件'} 没有值")
    if node.tag not in _ALLOWED_TAGS:
        raise RuleFileError(f"{name} 第{line}行：不能用 {node.tag}；日期等请加引号写成文字")
    if isinstance(node, yaml.MappingNode):
        out: dict[str, Any] = {}
        for key_node, value_node in node.value:
            at = key_node.start_mark.line + 1
            key = key_node.value
            if not isinstance(key_node, yaml.ScalarNode) or key_node.tag != "tag:yaml.org,2002:str":
                raise RuleFileError(f"{name} 第{at}行：键“{key}”不是文字，请加引号")
            if key in out:
                raise RuleFileError(f"{name} 第{at}行：键“{key}”重复")
            lines[(*path, key)] = at
            out[key] = _build(value_node, loader, name, (*path, key), lines, seen)
        return out
    if isinstance(node, yaml.SequenceNode):
        return [_build(item, loader, name, (*path, i), lines, seen) for i, item in enumerate(node.value)]
    if isinstance(node, yaml.ScalarNode) and not node.style and node.value.lower() in _BOOLEAN_WORDS:
        raise RuleFileError(f"{name} 第{line}行：{node.value} 没有加引号，YAML 会当作是非值")
    if node.tag.endswith((":int", ":float")) and not _NUMBER.fullmatch(node.value):
        raise RuleFileError(f"{name} 第{line}行：“{node.value}”不是普通写法的数字；文字请加引号")
    return loader.construct_object(node)
