"""Draw the pictures of the demonstration: flat posters, no faces, a few colours each.

Run ``python -m kafo.welcome.demo.draw_pictures`` to draw them all, or add keys to draw only those.
"""

import sys
from collections.abc import Callable
from pathlib import Path

from kafo.welcome.demo.drawing import indoors, outdoors
from kafo.welcome.demo.drawing.poster import Poster

FOLDER = Path(__file__).parent / "pictures"

PICTURES: dict[str, Callable[[], Poster]] = {
    "august-calendar": indoors.august_calendar,
    "baobab": outdoors.baobab,
    "board-table": indoors.board_table,
    "dakar-call": outdoors.dakar_call,
    "library-shelf": indoors.library_shelf,
    "many-computers": indoors.many_computers,
    "map-communes": indoors.map_communes,
    "market": outdoors.market,
    "mud-mosque": outdoors.mud_mosque,
    "muizenberg": outdoors.muizenberg,
    "radio-phone": indoors.radio_phone,
    "river-bridge": outdoors.river_bridge,
    "school-tent": outdoors.school_tent,
    "server-solar": indoors.server_solar,
    "town-hall": outdoors.town_hall,
    "two-desks": indoors.two_desks,
    "two-pirogues": outdoors.two_pirogues,
    "workshop-table": indoors.workshop_table,
}


def main(keys: list[str]) -> None:
    """Draw the pictures named by `keys`, or all of them."""
    FOLDER.mkdir(exist_ok=True)
    for key in keys or PICTURES:
        PICTURES[key]().save(FOLDER / f"{key}.webp")


if __name__ == "__main__":
    main(sys.argv[1:])
