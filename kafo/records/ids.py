"""Ids of records: UUIDs that sort by the time they were made."""

import os
import time
import uuid


def new_id() -> uuid.UUID:
    """Give a UUID version 7: 48 bits of Unix milliseconds, then chance (RFC 9562, section 5.7)."""
    value = int.from_bytes(os.urandom(10)) | (time.time_ns() // 1_000_000) << 80
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return uuid.UUID(int=value)
