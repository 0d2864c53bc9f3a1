"""What the tests of the forms share: the scheme, and the demo city calculated."""

from __future__ import annotations

import pytest

from filled_forms import city_run
from kongjian.rules import Rules, load_rules
from kongjian.workbook.run import Run


@pytest.fixture(scope="module")
def rules() -> Rules:
    return load_rules()


@pytest.fixture(scope="module")
def run(rules: Rules) -> Run:
    return city_run(rules)
