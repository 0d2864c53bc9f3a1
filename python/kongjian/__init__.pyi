from kongjian.analysis import Book as Book
from kongjian.analysis import effects as effects
from kongjian.analysis import explain as explain
from kongjian.analysis import open_book as open_book
from kongjian.analysis import score as score

__version__: str
