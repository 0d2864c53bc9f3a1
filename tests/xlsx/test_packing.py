"""Parts packed beside other work: what is written are the bytes of the last moment, packed as zipfile packs them."""

import io
import zipfile
import zlib

import pytest

from kongjian.xlsx.packing import LEVEL, Packing

LARGE = b"".join(b'<c r="A%d"><v>%d</v></c>' % (k, k * k) for k in range(20_000))


def _by_zipfile(data: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED, compresslevel=LEVEL) as out:
        out.writestr("a", data)
        size = out.infolist()[0].compress_size
    return file.getvalue()[31 : 31 + size]


@pytest.mark.parametrize("data", [b"", b"<a/>", LARGE], ids=["nothing", "small", "large"])
def test_a_part_is_packed_as_zipfile_does(data: bytes) -> None:
    packing = Packing()
    packing.begin("a", data)
    assert packing.take("a", data) == _by_zipfile(data)


def test_a_part_that_changed_after_it_was_begun_is_packed_as_it_is_now() -> None:
    packing, now = Packing(), LARGE + b"<c/>"
    packing.begin("a", LARGE)
    assert zlib.decompress(packing.take("a", now), -15) == now
    packing.begin("a", LARGE)
    packing.begin("a", now)
    assert zlib.decompress(packing.take("a", now), -15) == now
