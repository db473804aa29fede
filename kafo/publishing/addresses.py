"""Addresses as text: needs neither Django nor the database, so that serving can use it too."""

from urllib.parse import parse_qsl, urlencode

# What an old address could say besides which page it meant.
_IDLE = {"print", "PHPSESSID", "sid", "lang_changed"}
_OLD_NAMES = {"lang": "language", "lg": "language"}


def normalised(path: str, query: str = "") -> str:
    """Give one spelling for all that mean the same address.

    A plain path loses its query. An old `index.php?…` keeps the parameters that say which page is
    meant, sorted by name, so that neither their order nor a `print=true` matters.
    """
    path = path.strip("/")
    if not path.endswith(".php"):
        return f"{path}/" if path and "." not in path.rpartition("/")[2] else path
    script = path.rpartition("/")[2]
    pairs = {
        _OLD_NAMES.get(name, name): value.strip().lower()
        for name, value in parse_qsl(query.replace("&amp;", "&"))
        if name not in _IDLE and value.strip()
    }
    return f"{script}?{urlencode(sorted(pairs.items()))}"


def without_language(address: str) -> str:
    """Give a normalised old address without the language it asks for."""
    script, mark, query = address.partition("?")
    pairs = [(name, value) for name, value in parse_qsl(query) if name != "language"]
    return f"{script}{mark}{urlencode(pairs)}"


def relative(target: str, start: str) -> str:
    """Give the link from the page at `start` to `target`, both within one site."""
    ups = start.count("/")
    common = 0
    for one, other in zip(start.split("/")[:-1], target.split("/")[:-1], strict=False):
        if one != other:
            break
        common += 1
    below = "/".join(target.split("/")[common:])
    return ("../" * (ups - common) + below) or "./"
