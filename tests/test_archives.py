"""A data set as one compact file: what goes in comes out, and a damaged file is refused."""

import io
import lzma
import tarfile

import pytest

from safetybook import archives

TEXTS = {"b.csv": "USUBJID,VALUE\nSYN-001,3 µg\n", "a.csv": "USUBJID\n", "empty.csv": ""}


def test_what_is_written_is_read(tmp_path):
    path = tmp_path / "new" / "set.tar.xz"
    archives.write(path, TEXTS)
    assert archives.read(path) == TEXTS
    assert [p.name for p in path.parent.iterdir()] == ["set.tar.xz"]


def test_the_bytes_depend_on_nothing_but_the_texts():
    assert archives.pack(TEXTS) == archives.pack(dict(reversed(TEXTS.items())))
    with tarfile.open(fileobj=io.BytesIO(lzma.decompress(archives.pack(TEXTS)))) as archive:
        assert [(e.name, e.mtime, e.uname, e.uid) for e in archive] == [
            ("a.csv", 0, "", 0),
            ("b.csv", 0, "", 0),
            ("empty.csv", 0, "", 0),
        ]


def test_the_digest_tells_apart_what_differs_in_a_name_or_a_text():
    variants = [
        TEXTS,
        {**TEXTS, "empty.csv": "x"},
        {"a": "bc"},
        {"ab": "c"},
        {"a": "b", "c": ""},
        {"a": "", "b": "c"},
    ]
    assert len({archives.digest(texts) for texts in variants}) == len(variants)
    assert archives.digest(TEXTS) == archives.digest(dict(reversed(TEXTS.items())))


def damaged(kind: str) -> bytes:
    whole = archives.pack(TEXTS)
    twice = io.BytesIO()
    with tarfile.open(fileobj=twice, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a.csv"))
        archive.addfile(tarfile.TarInfo("a.csv"))
    return {
        "cut": whole[: len(whole) // 2],
        "changed": whole[:100] + bytes([whole[100] ^ 1]) + whole[101:],
        "longer": whole + b"more",
        "empty": b"",
        "not xz": b"USUBJID\n",
        "no tar": lzma.compress(b"USUBJID\n" * 200),
        "not text": lzma.compress(latin_1()),
        "a name twice": lzma.compress(twice.getvalue()),
    }[kind]


def latin_1() -> bytes:
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w") as archive:
        entry = tarfile.TarInfo("a.csv")
        entry.size = 1
        archive.addfile(entry, io.BytesIO(b"\xb5"))
    return tar.getvalue()


@pytest.mark.parametrize(
    "kind", ["cut", "changed", "longer", "empty", "not xz", "no tar", "not text", "a name twice"]
)
def test_a_damaged_file_is_refused_by_name(tmp_path, kind):
    path = tmp_path / "set.tar.xz"
    path.write_bytes(damaged(kind))
    with pytest.raises(archives.BadArchiveError, match=r"set\.tar\.xz: expected"):
        archives.read(path)


def test_a_failed_write_leaves_what_was_there(tmp_path):
    path = tmp_path / "set.tar.xz"
    archives.write(path, TEXTS)
    with pytest.raises(AttributeError):
        archives.write(path, {"a.csv": None})
    assert archives.read(path) == TEXTS
    assert len(list(tmp_path.iterdir())) == 1
