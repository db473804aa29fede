"""Record the log of an office, as this release says it: python -m kafo.federation.tests.make_log

Run it only for a new release of the format, into a new folder: an old log is what peers keep.
"""

import json
import os
import tempfile
from pathlib import Path

FOLDER = Path(__file__).parent / "vectors" / "1" / "log"


def main():
    os.environ["DJANGO_SETTINGS_MODULE"] = "kafo.federation.tests.settings"
    import django

    django.setup()

    from kafo.federation.models import Frame, Log
    from kafo.federation.services.sealing import seal_waiting
    from kafo.federation.services.snapshots import write_snapshot
    from kafo.federation.tests.databases import make_template
    from kafo.federation.tests.offices import office_id
    from kafo.federation.tests.toy.models import Person, Project, Step
    from kafo.federation.tests.world import World

    FOLDER.mkdir(parents=True)
    with tempfile.TemporaryDirectory() as folder:
        world = World(Path(folder), make_template(Path(folder)), ("dakar",))
        fields = {"home_office": office_id("dakar"), "visibility": "federation"}
        leader = Person.objects.using("dakar").create(name="Awa Test", phone="+221 1", **fields)
        made = [
            Project.objects.using("dakar").create(
                title=f"Séminaire {number}",
                text="Deux jours. " * number,
                begins_on=f"2026-03-{number + 1:02}",
                budget=f"{number}.50",
                tags=["eau", "école"][: number % 3],
                leader=leader if number % 2 else None,
                **fields,
            )
            for number in range(20)
        ]
        Step.objects.using("dakar").create(project=made[3], words="un", **fields)
        seal_waiting(world.nodes["dakar"])
        made[4].title = "Séminaire de juin"
        made[4].save()
        made[5].delete()
        seal_waiting(world.nodes["dakar"])
        log = Log.objects.using("dakar").get()
        frames = Frame.objects.using("dakar").order_by("sequence")
        (FOLDER / "frames.cborseq").write_bytes(b"".join(bytes(f.data) for f in frames))
        (FOLDER / "state.cborseq").write_bytes(b"".join(write_snapshot(log)))
        (FOLDER / "log.json").write_text(
            json.dumps(
                {
                    "office": log.office.hex,
                    "audience": log.audience,
                    "key": world.keys["dakar"][0][0].hex(),
                    "sequence": log.sequence,
                    "hash": bytes(log.head_hash).hex(),
                    "root": bytes(log.root).hex(),
                    "projects": rows_of("dakar"),
                },
                indent=1,
                ensure_ascii=False,
            )
            + "\n"
        )
        world.close()


def rows_of(name):
    """Give the projects that a node has, as they are written down."""
    from kafo.federation.tests.toy.models import Project

    return [
        [
            str(p.pk),
            p.title,
            p.text,
            str(p.begins_on),
            str(p.budget),
            p.tags,
            p.leader.name if p.leader else None,
            [step.words for step in p.steps.all()],
        ]
        for p in Project.objects.using(name).order_by("pk")
    ]


if __name__ == "__main__":
    main()
