"""kongjian：学校和教师的应用评比。

For Python: `open_book`, `score`, `effects`, `explain` of `kongjian.analysis`, imported when first asked for: pandas with them.
"""

from importlib import import_module

__version__ = "0.1.0"
__all__ = ["Book", "effects", "explain", "open_book", "score"]


def __getattr__(name: str) -> object:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.analysis"), name)
