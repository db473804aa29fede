"""Rich text in a plain field, and back."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kafo.publishing.notation import is_safe_address, to_html, to_notation


@pytest.mark.parametrize(
    "html",
    [
        '<p>Bonjour <b>gras</b> et <i>penché</i>, <a href="https://a.ml/?a=1&amp;b=2">lien</a></p>',
        "<p>deux<br/>lignes</p><p>puis</p>",
        "<ul><li>a</li><li>b <b>c</b></li></ul><p>*étoile* [x] - y</p>",
        "<ol><li>un</li><li>deux</li></ol>",
        "<p>- pas une liste</p><p>1. ni ici</p><p># 5</p>",
        '<p><a id="3" linktype="page">page</a> <a id="4" linktype="document">texte</a></p>',
        "<p>1 &lt; 2 &amp; 3</p>",
    ],
)
def test_it_comes_back_as_it_was(html: str) -> None:
    assert to_html(to_notation(html)) == html


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,<b>)",
        '[x](https://a.ml/"onclick="alert(1))',
        "[x](vbscript:x)",
        "[<img src=x onerror=alert(1)>](https://a.ml)",
        "**<b onclick=x>**",
        "[x](page:1x)",
    ],
)
def test_it_lets_no_tag_and_no_script_through(text: str) -> None:
    html = to_html(text)
    for tag in re.findall(r"<[^>]*>", html):
        assert re.fullmatch(
            r"</?(?:p|b|i|ul|ol|li)>|<br/>|</a>"
            r'|<a href="https://[^"<>]*">|<a id="\d+" linktype="\w+">',
            tag,
        ), tag


def test_it_names_the_safe_addresses() -> None:
    for address in ("https://a.ml", "http://a.ml/x", "mailto:a@b.ml", "tel:+223 20 00", "page:4"):
        assert is_safe_address(address)
    for address in ("javascript:x", "//a.ml", "/x", "ftp://a", "mailto:", "page:", "tel:x"):
        assert not is_safe_address(address)


@given(st.text(alphabet="ab *[]()\\<>&\n-1.#:/é\ue02a", max_size=60))
@settings(max_examples=300, deadline=None)
def test_it_is_the_same_the_second_time(text: str) -> None:
    once = to_html(text)
    assert to_html(to_notation(once)) == once
