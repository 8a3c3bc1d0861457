"""A zip from a stranger: what it says of itself is checked before anything in it is read, and again while it is.

Only what an honest writer makes is read: members that are plain files, stored or deflated, each once, not encrypted,
no comment behind the list of members, and no 64 bit list, which nothing under 4 GB and 65,535 members needs.
"""

import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO

MOST_MEMBERS = 256
LONGEST_LIST = 2**18        # bytes of the list of members
CHUNK = 2**20
_END = struct.Struct("<4s4H2LH")    # the end of the list of members: signature, disks, counts, size, offset, comment
_WIDE = struct.Struct("<4sLQL")     # where the end of a 64 bit list is, directly before
_ENCRYPTED = 0x1 | 0x40 | 0x2000
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)

# What reading a member may raise where the zip is broken; zipfile has no one class for it.
_BROKEN = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OverflowError, struct.error)


class ZipError(ValueError):
    """A zip that is not read; the text says what must hold and what came."""


@contextmanager
def opened(content: bytes | BinaryIO) -> Iterator[zipfile.ZipFile]:
    """Open a zip whose list of members is short and plain.

    Raises
    ------
    ZipError
        Not a zip, more than ``MOST_MEMBERS`` members, a comment, a 64 bit list, or a member that is a link or a
        device, is encrypted, is packed in another way than deflate, or has the name of another member.
    """
    stream = io.BytesIO(content) if isinstance(content, bytes) else content
    _check_end(stream)
    try:
        archive = zipfile.ZipFile(stream)
    except (*_BROKEN, ValueError, OSError) as error:
        raise ZipError(f"must be a whole zip: {error}") from None
    with archive:
        seen = set[str]()
        for member in archive.infolist():
            _check_member(member)
            if member.filename in seen:
                raise ZipError(f"a member must be there once, got {member.filename[:100]!r} twice")
            seen.add(member.filename)
        yield archive


def chunks(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Iterator[bytes]:
    """What a member holds, a piece at a time and never more than it declares; its checksum is compared at the end.

    Raises
    ------
    ZipError
        The member is cut short, longer than declared, or not what its checksum says.
    """
    name, read = member.filename[:100], 0
    try:
        with archive.open(member) as stream:
            while piece := stream.read(CHUNK):
                read += len(piece)
                if read > member.file_size:
                    raise ZipError(f"{name!r} must have the {member.file_size:,} bytes it declares, got more")
                yield piece
    except (*_BROKEN, OSError) as error:
        raise ZipError(f"{name!r} must be whole: {error}") from None
    if read != member.file_size:
        raise ZipError(f"{name!r} must have the {member.file_size:,} bytes it declares, got {read:,}")


def _check_end(stream: BinaryIO) -> None:
    """Refuse by its last bytes a zip whose list of members would take long to read, or could be two lists."""
    size = stream.seek(0, os.SEEK_END)
    tail = min(size, _END.size + _WIDE.size)
    stream.seek(size - tail)
    last = stream.read(tail)
    stream.seek(0)
    if len(last) < _END.size or last[-_END.size :][:4] != b"PK\x05\x06":
        raise ZipError("must be a whole zip, and nothing behind it")
    _, disk, first_disk, here, members, length, _, comment = _END.unpack(last[-_END.size :])
    if comment or disk or first_disk or here != members:
        raise ZipError("must be one zip in one part, without a comment")
    if last[: -_END.size][-_WIDE.size :][:4] == b"PK\x06\x07":
        raise ZipError("must have a plain list of members, got one of 64 bits")
    if members > MOST_MEMBERS or length > LONGEST_LIST:
        raise ZipError(f"must have at most {MOST_MEMBERS} members, got {members:,} in a list of {length:,} bytes")


def _check_member(member: zipfile.ZipInfo) -> None:
    shown = repr(member.orig_filename[:100])
    if not member.filename or member.orig_filename != member.filename or "\\" in member.filename:
        raise ZipError(f"the name of a member must be plain, got {shown}")
    kind = stat.S_IFMT(member.external_attr >> 16)
    if kind not in (0, stat.S_IFDIR if member.is_dir() else stat.S_IFREG):
        raise ZipError(f"a member must be a plain file, got {shown}, which is a link or a device")
    if member.flag_bits & _ENCRYPTED:
        raise ZipError(f"a member must not be encrypted, got {shown}")
    if member.compress_type not in _KINDS:
        raise ZipError(f"a member must be stored or deflated, got {shown} packed in another way")
