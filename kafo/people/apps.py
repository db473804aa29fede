from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "kafo.people"
    label = "people"

    def ready(self) -> None:
        from kafo.people.enums import Role
        from kafo.people.mandates import grant_rights

        for role in Role:
            grant_rights(role, "people.enter")
        for role in (Role.DIRECTOR, Role.BOARD_MEMBER, Role.COORDINATOR, Role.TECHNICIAN):
            grant_rights(role, "people.view")
        for role in (Role.DIRECTOR, Role.COORDINATOR):
            grant_rights(role, "people.edit")
        grant_rights(
            Role.DIRECTOR, "people.mandate", "people.protect", "people.invite", "people.acts"
        )
        for role in (Role.DIRECTOR, Role.BOARD_MEMBER):
            grant_rights(role, "people.approve")
        grant_rights(Role.DIRECTOR, "people.recover")
        grant_rights(Role.DIRECTOR, "people.adopt", "people.template")
        grant_rights(Role.BOARD_MEMBER, "people.mandate", "people.acts", "people.adopt")
        grant_rights(Role.COORDINATOR, "people.invite")
        grant_rights(Role.BOARD_MEMBER, "people.invite")
        grant_rights(Role.TECHNICIAN, "people.recover", "people.acts")

        from kafo.people.services.acts import register_acts

        register_acts()

        from kafo.people import protection  # noqa: F401 - registers people.E001
        from kafo.people.menu import register_frame
        from kafo.people.panels import register_panels
        from kafo.people.receivers import connect
        from kafo.people.services.invitations import forget_invitations
        from kafo.people.services.sessions import forget_sessions
        from kafo.records.loop import register_loop

        register_frame()
        register_panels()
        connect()
        register_loop("people.sessions", forget_sessions)
        register_loop("people.invitations", forget_invitations)
