"""Pages that need nothing: no site, no database, no catalogue. In both languages at once."""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

_STYLE = (
    "body{max-width:36em;margin:auto;padding:2em 1em;font:1.1em/1.6 sans-serif;"
    "color:#231a12;background:#fffbf4}a{color:#23307a}li{padding:.3em 0}"
)


def _page(title: str, body: str) -> bytes:
    return (
        '<!doctype html><html lang="fr"><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)}</title><style>{_STYLE}</style><main>{body}</main></html>"
    ).encode()


def list_of_sites(sites: Iterable[tuple[str, str]]) -> bytes:
    """Give links to the sites of the node, each by short name and name."""
    items = "".join(f'<li><a href="{escape(slug)}/">{escape(name)}</a>' for slug, name in sites)
    return _page(
        "Kafo",
        f"<h1>Sites</h1><ul>{items}</ul>"
        '<p><a href="desk/">Bureau · <span lang="en">Desk</span></a></p>',
    )


def list_of_copies(sites: Mapping[str, Mapping[str, Any]]) -> bytes:
    """Give links to the sites of other offices that can be read here."""
    items = "".join(
        f'<li><a href="{escape(name)}/">{escape(_called(site))}</a>{_of(site)}'
        for name, site in sites.items()
    )
    return _page(
        "Kafo",
        '<h1>Sites d’autres bureaux · <span lang="en">Sites of other offices</span></h1>'
        f"<ul>{items}</ul>",
    )


def _called(site: Mapping[str, Any]) -> str:
    names = site["name"]
    return next((names[code] for code in site["locales"] if names.get(code)), "?")


def _of(site: Mapping[str, Any]) -> str:
    day = escape(site.get("confirmed") or "")
    confirmed = f'confirmé · <span lang="en">confirmed</span> <time>{day}</time>' if day else ""
    known = [each for each in (escape(site.get("organization") or ""), confirmed) if each]
    return f"<br>{' · '.join(known)}" if known else ""


def thanks() -> bytes:
    """Give the page after an answer to “was this page useful?”."""
    return _page(
        "Merci",
        "<h1>Merci, c’est noté</h1><p>Seul le nombre des réponses est gardé. "
        '<a href="./">Retour à la page</a></p>'
        '<div lang="en"><h1>Thank you, it is noted</h1><p>Only the number of answers is kept. '
        '<a href="./">Back to the page</a></p></div>',
    )


def not_found(start: str = "") -> bytes:
    """Give the page for addresses that nobody knows here; `start` leads to where one may begin."""
    back = f' <a href="{escape(start)}">{{}}</a>.' if start else ""
    return _page(
        "404",
        f"<h1>Cette page n’est pas ici</h1><p>Vérifiez l’adresse.{back.format('Accueil')}</p>"
        '<div lang="en"><h1>This page is not here</h1>'
        f"<p>Check the address.{back.format('Home')}</p></div>",
    )


def is_starting() -> bytes:
    """Give the page for the first seconds, in which Django is being loaded."""
    return _page(
        "503",
        "<h1>Le bureau et la recherche démarrent</h1>"
        "<p>Encore quelques secondes. Cette page revient d’elle-même ; après un envoi, envoyez de "
        "nouveau. Les sites publics se lisent déjà.</p>"
        '<div lang="en"><h1>The desk and the search are starting</h1>'
        "<p>A few seconds more. This page comes back by itself; if you sent something, send it "
        "again. The public sites can be read already.</p></div>",
    )


def desk_is_closed() -> bytes:
    """Give the page for the time in which the database does not answer."""
    return _page(
        "503",
        "<h1>Le bureau est fermé pour le moment</h1>"
        "<p>Les sites publics se lisent comme d’habitude ; seuls le bureau et la recherche "
        "attendent que la base de données réponde. Réessayez dans quelques minutes.</p>"
        '<div lang="en"><h1>The desk is closed for the moment</h1>'
        "<p>The public sites can be read as always; only the desk and the search wait for the "
        "database to answer. Try again in a few minutes.</p></div>",
    )


def page_is_damaged() -> bytes:
    """Give the page for a baked file that the disk has damaged, while it is made anew."""
    return _page(
        "503",
        "<h1>Cette page est en train d’être refaite</h1>"
        "<p>Son fichier était abîmé. Réessayez dans une minute.</p>"
        '<div lang="en"><h1>This page is being made anew</h1>'
        "<p>Its file was damaged. Try again in a minute.</p></div>",
    )


def disk_is_full() -> bytes:
    """Give the page for a write that found no room."""
    return _page(
        "507",
        "<h1>Le disque est plein</h1>"
        "<p>Rien n’a été enregistré, et rien n’est perdu. Les sites publics se lisent comme "
        "d’habitude. Demandez à la personne qui tient le serveur de faire de la place, par exemple "
        "en déplaçant de vieilles sauvegardes, puis envoyez de nouveau.</p>"
        '<div lang="en"><h1>The disk is full</h1>'
        "<p>Nothing was saved, and nothing is lost. The public sites can be read as always. Ask "
        "the person who keeps the server to make room, for example by moving old backups, then "
        "send it again.</p></div>",
    )
