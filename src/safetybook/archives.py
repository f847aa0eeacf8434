"""The files of one data set as one compact file: a tar archive under xz, the same bytes on each run.

Any tar program opens such a file. Nothing of the machine is in it: no times, owners or modes. Two versions
of the xz library may compress the same texts to different bytes; so :func:`digest` is taken of the texts.
"""

from __future__ import annotations

import hashlib
import io
import lzma
import tarfile
from collections.abc import Mapping
from pathlib import Path

from safetybook import whole_files

SUFFIX = ".tar.xz"


class BadArchiveError(ValueError):
    """A file is not such an archive, or is damaged; the message names it and what was expected."""


def digest(texts: Mapping[str, str]) -> str:
    """SHA-256 of the texts under their names, whatever the order they are given in."""
    total = hashlib.sha256()
    for name in sorted(texts):
        for part in (name.encode(), texts[name].encode()):
            total.update(len(part).to_bytes(8, "big"))
            total.update(part)
    return f"sha256:{total.hexdigest()}"


def pack(texts: Mapping[str, str]) -> bytes:
    """The texts as the bytes of an archive, by file name in alphabetical order."""
    tar = io.BytesIO()
    with tarfile.open(fileobj=tar, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for name in sorted(texts):
            content = texts[name].encode()
            entry = tarfile.TarInfo(name)
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return lzma.compress(tar.getvalue(), preset=9 | lzma.PRESET_EXTREME)


def unpack(content: bytes, source: str = "the archive") -> dict[str, str]:
    """The texts of an archive by file name; `source` names it in messages. Nothing is written.

    Raises:
        BadArchiveError: if the bytes are not those of a whole archive of plain files in UTF-8.
    """
    decompressor = lzma.LZMADecompressor(lzma.FORMAT_XZ)
    texts: dict[str, str] = {}
    try:
        tar = decompressor.decompress(content)
        if not decompressor.eof:
            raise BadArchiveError(f"{source}: expected a whole xz file, found the beginning of one")
        if decompressor.unused_data:
            raise BadArchiveError(f"{source}: expected the end of the file, found more bytes")
        with tarfile.open(fileobj=io.BytesIO(tar), mode="r:") as archive:
            for entry in archive:
                member = archive.extractfile(entry)
                if member is None or entry.name in texts:
                    raise BadArchiveError(f"{source}: expected plain files, each name once: {entry.name!r}")
                texts[entry.name] = member.read().decode()
    except (lzma.LZMAError, tarfile.TarError, UnicodeDecodeError, EOFError) as error:
        raise BadArchiveError(f"{source}: expected a tar archive of texts under xz ({error})") from error
    return texts


def write(path: Path, texts: Mapping[str, str]) -> None:
    """Write an archive whole or not at all; the folder is made if it is missing."""
    whole_files.write(path, pack(texts))


def read(path: Path) -> dict[str, str]:
    """The texts of an archive file; errors as for :func:`unpack`, and those of reading a file."""
    return unpack(path.read_bytes(), path.name)
