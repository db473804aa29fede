"""What a page may load and run."""

import base64
import hashlib
import json
import re

DESK = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; frame-src 'self'; "
    "frame-ancestors 'self'; base-uri 'none'"
)

_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
# How Wagtail's templates start a date or picture chooser beside its field.
_START = re.compile(r"(?:init(?:Date|DateTime|Time)Chooser|new \w+Chooser)\((.*)\);", re.DOTALL)
_TEXT_EDITOR = "/draftail.js"


def editor_policy(html: str) -> str:
    """Give the policy for a page of Wagtail's back office.

    It needs the small scripts in the page that start its choosers. Only those are let through, by
    their digest: a known starter whose arguments are plain values. Whatever else stands in the page
    does not run. Where text is edited, its editor writes style elements, never the same ones.
    """
    digests = " ".join(sorted({_digest(each) for each in _INLINE.findall(html) if _starts(each)}))
    styles = "style-src 'self'"
    if _TEXT_EDITOR in html:
        styles += " 'unsafe-inline'; style-src-attr 'none'"
    return (
        DESK.replace("script-src 'self'", f"script-src 'self' {digests}".rstrip())
        .replace("style-src 'self'", styles)
        .replace("img-src 'self' data:", "img-src 'self' data: blob:")
    )


def _starts(script: str) -> bool:
    found = _START.fullmatch(script.strip())
    if found is None:
        return False
    try:
        json.loads(f"[{found[1]}]")
    except ValueError:
        return False
    return True


def _digest(script: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
