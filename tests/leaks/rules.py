"""Who may go where: the one table the matrix is held against.

It is written from what the roles are for, not from the code. An address that is not here makes the
tests fail: whoever adds one says here who may open it. What is not allowed is a 404.

Each line: name of the address, the record that stands in it ("" for none), who may open it. The
cast opens records of its own organisation only; those in `SHARED` belong to all.
"""

ALL = {"reader", "journalist", "editor", "coordinator", "technician", "board", "director"}
TEAM = {"coordinator", "technician", "board", "director"}
KEEPERS = {"coordinator", "director"}
LEADERS = {"board", "director"}
LOG = {"board", "director", "technician"}
INVITERS = {"coordinator", "board", "director"}
RECOVERERS = {"technician", *INVITERS}
DIRECTOR = {"director"}
WRITERS = {"journalist", "editor", "coordinator", "director"}
PUBLISHERS = {"editor", "director"}
SIGNED_IN = {"stranger", *ALL}
ANYONE = {"anonymous", *SIGNED_IN}
NOBODY: set[str] = set()

SHARED = {"", "skill", "template", "copy", "proposal", "alarm", "handover"}

PEOPLE = {
    "organizations": ("", ALL),
    "organization-add": ("", KEEPERS),
    "organization": ("organization", ALL),
    "organization-change": ("organization", KEEPERS),
    "office-change": ("organization", KEEPERS),
    "body-add": ("organization", KEEPERS),
    "bodies": ("", ALL),
    "body": ("body", ALL),
    "body-change": ("body", KEEPERS),
    "membership-end": ("membership", KEEPERS),
    "membership-restore": ("membership", KEEPERS),
    # Everyone has one's own record, which is what a list of persons then holds.
    "persons": ("", TEAM),
    "person-add": ("", KEEPERS),
    "person": ("person", TEAM),
    "person-change": ("person", KEEPERS),
    "person-seat": ("person", KEEPERS),
    "mandate-add": ("person", LEADERS),
    "person-skill": ("person", KEEPERS),
    "person-language": ("person", KEEPERS),
    "skill-drop": ("held_skill", KEEPERS),
    "language-drop": ("spoken", KEEPERS),
    "skills": ("", ALL),
    "skill-add": ("", KEEPERS),
    "skill-change": ("skill", KEEPERS),
    "matrix": ("", TEAM),
    "posts": ("", ALL),
    "post-add": ("", KEEPERS),
    "post": ("post", ALL),
    "post-change": ("post", KEEPERS),
    "post-difference": ("post", ALL),
    "post-requirement": ("post", KEEPERS),
    "requirement-drop": ("requirement", KEEPERS),
    "templates": ("", ALL),
    "template-add": ("", DIRECTOR),
    "template": ("template", ALL),
    "template-publish": ("template", DIRECTOR),
    "mandates": ("", TEAM),
    "mandate": ("mandate", TEAM),
    "mandate-end": ("mandate", LEADERS),
    "mandate-again": ("mandate", LEADERS),
    "acts": ("", LOG),
}
OFFICES = {
    "offices": ("", TEAM),
    "exchange": ("", KEEPERS | {"technician"}),
    "line": ("", NOBODY),  # the switch of the demonstration
    "limit": ("", KEEPERS | {"technician"}),
    "alarm-settle": ("alarm", DIRECTOR),
    "erasures": ("", TEAM),
    "stick": ("", KEEPERS | {"technician"}),
    "proposals": ("", TEAM | WRITERS),
    "proposal": ("proposal", TEAM | WRITERS),
    "proposal-accept": ("proposal", DIRECTOR),
    "proposal-decline": ("proposal", DIRECTOR),
    "propose": ("copy", WRITERS),
    "handovers": ("", TEAM),
    "handover": ("handover", TEAM),
    "invite": ("", DIRECTOR),
    "roster": ("", DIRECTOR),
    "take-back": ("handover", DIRECTOR),
    "lay-down": ("handover", DIRECTOR),
    "take-up": ("handover", DIRECTOR),
    "give-back": ("handover", DIRECTOR),
    "forget": ("handover", DIRECTOR),
    "look-again": ("handover", KEEPERS | {"technician"}),
}

# What all offices share is not for partners: they neither write skills nor read or write templates.
FOR_OFFICES = {
    "people:skill-add",
    "people:skill-change",
    "people:templates",
    "people:template-add",
    "people:template",
    "people:template-publish",
    *(f"federation:{name}" for name in OFFICES),
}

ACCOUNT = {
    "enter": ("", ANYONE),
    "enter-account": ("", ANYONE),
    "erased": ("", ANYONE),
    "me-data": ("", SIGNED_IN),
    "me-consents": ("", SIGNED_IN),
    "me-copy": ("", SIGNED_IN),
    "me-erase": ("", SIGNED_IN),
    "me-correct": ("", SIGNED_IN),
    "me-email": ("", SIGNED_IN),
    "held-data": ("person", DIRECTOR),
    "held-consents": ("person", DIRECTOR),
    "held-copy": ("person", DIRECTOR),
    "held-erase": ("person", DIRECTOR),
    "invitations": ("", RECOVERERS),
    "invitation-revoke": ("invitation", RECOVERERS),
    "invite": ("person", INVITERS),
    "recover": ("person", RECOVERERS),
    "authorizations": ("", KEEPERS | LEADERS),
    "authorize": ("person", KEEPERS),
    "authorization-approve": ("authorization", LEADERS),
    "authorization-withdraw": ("authorization", DIRECTOR),
    "authorization-keep": ("authorization", DIRECTOR),
    "authorization-erase": ("authorization", DIRECTOR),
    "retention": ("", DIRECTOR),
    "person-keep": ("person", DIRECTOR),
    "register": ("", DIRECTOR),
    "processing": ("organization", DIRECTOR),
    "declaration": ("organization", DIRECTOR),
}

SIGN_IN = {
    "account_login": ("", ANYONE),
    "account_inactive": ("", ANYONE),
    "account_logout": ("", ANYONE),
    "mfa_authenticate": ("", ANYONE),
    "mfa_login_webauthn": ("", ANYONE),
    # There is no way back by mail on a node that sends none.
    "account_reset_password": ("", NOBODY),
    "account_reset_password_done": ("", NOBODY),
    "account_reset_password_from_key": ("", NOBODY),
    "account_reset_password_from_key_done": ("", NOBODY),
    "account_reauthenticate": ("", SIGNED_IN),
    "mfa_reauthenticate": ("", SIGNED_IN),
    "mfa_reauthenticate_webauthn": ("", SIGNED_IN),
    "account_change_password": ("", SIGNED_IN),
    "account_set_password": ("", SIGNED_IN),
    "usersessions_list": ("", SIGNED_IN),
    "mfa_index": ("", SIGNED_IN),
    "mfa_activate_totp": ("", SIGNED_IN),
    "mfa_deactivate_totp": ("", SIGNED_IN),
    "mfa_view_recovery_codes": ("", SIGNED_IN),
    "mfa_generate_recovery_codes": ("", SIGNED_IN),
    "mfa_download_recovery_codes": ("", SIGNED_IN),
    "mfa_list_webauthn": ("", SIGNED_IN),
    "mfa_add_webauthn": ("", SIGNED_IN),
    "mfa_edit_webauthn": ("", SIGNED_IN),
    "mfa_remove_webauthn": ("", SIGNED_IN),
}

PAGES = {
    "list": ("", WRITERS),
    "add": ("", WRITERS),
    "page": ("page", WRITERS),
    "write": ("page", WRITERS),
    "preview": ("page", WRITERS),
    "frame": ("page", WRITERS),
    "publish": ("page", PUBLISHERS),
    "submit": ("page", WRITERS),
    "schedule": ("page", PUBLISHERS),
    "cancel": ("page", PUBLISHERS),
    "return": ("page", PUBLISHERS),
    "unpublish": ("page", PUBLISHERS),
    "republish": ("page", PUBLISHERS),
    "translate": ("page", WRITERS),
    "confirm-translation": ("page", WRITERS),
    "still-true": ("page", WRITERS),
    "links": ("page", WRITERS),
    "versions": ("page", WRITERS),
    "version": ("page", WRITERS),
    "restore": ("page", WRITERS),
    # An erased person whom texts still name.
    "name": ("remaining_name", DIRECTOR),
    "name-replace": ("remaining_name", DIRECTOR),
    "name-leave": ("remaining_name", DIRECTOR),
    "pictures": ("", WRITERS),
    "picture-add": ("", WRITERS),
    "picture": ("picture", WRITERS),
    "picture-file": ("picture", WRITERS),
    "picture-change": ("picture", PUBLISHERS),
    "documents": ("", WRITERS),
    "document-add": ("", WRITERS),
    "document-file": ("document", WRITERS),
    "uploads": ("", WRITERS),
    # The upload of the director; others' uploads do not exist.
    "upload": ("upload", DIRECTOR),
}

PLACES = {
    "sites": ("", ALL),
    "copies": ("", ALL),
    "health": ("site", ALL),
    "tasks": ("site", WRITERS),
    "task-take": ("site", WRITERS),
    "readers": ("", ALL),
    "task-finish": ("task", WRITERS),
    "task-release": ("task", DIRECTOR),  # who took it
    "places": ("", ALL),
    "place": ("place", ALL),
    "place-change": ("place", WRITERS),
    "place-publish": ("place", PUBLISHERS),
    "fact": ("place", WRITERS),
    "fact-confirm": ("place", WRITERS),
    "fact-remove": ("place", WRITERS),
    "lists": ("", ALL),
    "list-import": ("", PUBLISHERS),
    "entries": ("", ALL),
    "entry-open": ("entry", WRITERS),
    "list": ("list", ALL),
    "list-activate": ("list", PUBLISHERS),
    "list-delete": ("list", PUBLISHERS),
}

FRAME = {
    "desk:start": ("", SIGNED_IN),
    "desk:language": ("", SIGNED_IN),
    "desk:asset": ("", ANYONE),
}

# Closed to everybody; a record that exists stands in the address, so that only the door shuts it.
CLOSED = {
    "editor/pages/": "page",
    "editor/images/": "picture",
    "editor/documents/": "document",
    "editor/users/": "account",
    "editor/sites/": "wagtail_site",
    "editor/collections/": "collection",
}
# Below /editor/: what is not here is closed to everybody, so that what an update of Wagtail brings
# is closed too.
EDITOR = {
    "wagtailadmin_home": ("", WRITERS),
    "wagtailadmin_dismissibles": ("", WRITERS),
    "wagtailadmin_logout": ("", WRITERS),
    "wagtailadmin_account": ("", WRITERS),
    "wagtailadmin_login": ("", ANYONE),
    "wagtailadmin_sprite": ("", ANYONE),
    "wagtailadmin_javascript_catalog": ("", ANYONE),
    "wagtailadmin_explore_root": ("", WRITERS),
    "wagtailadmin_explore": ("news_list", WRITERS),
    "wagtailadmin_explore_results": ("news_list", WRITERS),
    "wagtailadmin_api:pages:listing": ("", WRITERS),
    "wagtailadmin_pages:add": ("news_list", WRITERS),
    "wagtailadmin_pages:add_subpage": ("news_list", WRITERS),
    "wagtailadmin_pages:preview_on_add": ("news_list", WRITERS),
    "wagtailadmin_pages:edit": ("page", WRITERS),
    "wagtailadmin_pages:preview_on_edit": ("page", WRITERS),
    "wagtailadmin_pages:view_draft": ("page", WRITERS),
    "wagtailadmin_pages:delete": ("page", WRITERS),
    "wagtailadmin_pages:unpublish": ("page", WRITERS),
    "wagtailadmin_pages:search": ("", WRITERS),
    "wagtailadmin_pages:search_results": ("", WRITERS),
    "wagtailadmin_pages:workflow_action": ("waiting", WRITERS),
    "wagtailadmin_pages:collect_workflow_action_data": ("waiting", WRITERS),
    "wagtailadmin_pages:confirm_workflow_cancellation": ("waiting", WRITERS),
    "wagtailadmin_pages:workflow_preview": ("waiting", WRITERS),
    "wagtailadmin_pages:revisions_view": ("page", WRITERS),
    "wagtailadmin_pages:revisions_revert": ("page", WRITERS),
    "wagtailadmin_pages:revisions_compare": ("page", WRITERS),
    "wagtailadmin_pages:revisions_unschedule": ("page", WRITERS),
    "wagtailadmin_pages:history": ("page", WRITERS),
    "wagtailadmin_pages:history_results": ("page", WRITERS),
    "wagtailadmin_pages:lock": ("page", WRITERS),
    "wagtailadmin_pages:unlock": ("page", WRITERS),
    "wagtailadmin_choose_page": ("", WRITERS),
    "wagtailadmin_choose_page_child": ("news_list", WRITERS),
    "wagtailadmin_choose_page_search": ("", WRITERS),
    "wagtailadmin_choose_page_external_link": ("", WRITERS),
    "wagtailadmin_choose_page_email_link": ("", WRITERS),
    "wagtailadmin_choose_page_phone_link": ("", WRITERS),
    "wagtailadmin_editing_sessions:ping": ("page", WRITERS),
    "wagtailadmin_editing_sessions:release": ("", WRITERS),
    "wagtailimages:index": ("", WRITERS),
    "wagtailimages:index_results": ("", WRITERS),
    "wagtailimages:add": ("", WRITERS),
    "wagtailimages:add_multiple": ("", WRITERS),
    "wagtailimages:edit": ("picture", WRITERS),
    "wagtailimages:delete": ("picture", WRITERS),
    "wagtailimages_chooser:choose": ("", WRITERS),
    "wagtailimages_chooser:choose_results": ("", WRITERS),
    "wagtailimages_chooser:chosen": ("picture", WRITERS),
    "wagtailimages_chooser:create": ("", WRITERS),
    "wagtaildocs:index": ("", WRITERS),
    "wagtaildocs:index_results": ("", WRITERS),
    "wagtaildocs:add": ("", WRITERS),
    "wagtaildocs:add_multiple": ("", WRITERS),
    "wagtaildocs:edit": ("document", WRITERS),
    "wagtaildocs:delete": ("document", WRITERS),
    "wagtaildocs_chooser:choose": ("", WRITERS),
    "wagtaildocs_chooser:choose_results": ("", WRITERS),
    "wagtaildocs_chooser:chosen": ("document", WRITERS),
    "wagtaildocs_chooser:create": ("", WRITERS),
    "wagtaildocs_serve": ("document", WRITERS),
}
# Addresses without a name, by their route.
ROUTES = {
    "editor/sprite/": ("", ANYONE),
    "editor/words/<slug:name>/": ("", ANYONE),
    "editor/test404/": ("", NOBODY),
    "editor/^.*/$": ("", NOBODY),
    "static/<slug:version>/<path:path>": ("", ANYONE),
}
SITES = {
    # Only inside a site's own address, which the front of the node takes off.
    "site-search": ("site", NOBODY),
    "library-file": ("picture", WRITERS),
}

# A token of the exchange opens these, no account does; public logs are for all.
FEDERATION = {
    "federation-hello": ("", NOBODY),
    "federation-rosters": ("", NOBODY),
    "federation-join": ("", NOBODY),
    "federation-join-home": ("", NOBODY),
    "federation-join-held": ("", NOBODY),
    "federation-offered": ("", NOBODY),
    "federation-file": ("", NOBODY),
    "federation-state": ("", NOBODY),
    "federation-frames": ("", NOBODY),
}

RULES = {
    **{f"people:{name}": rule for name, rule in PEOPLE.items()},
    **{f"account:{name}": rule for name, rule in ACCOUNT.items()},
    **{f"pages:{name}": rule for name, rule in PAGES.items()},
    **{f"places:{name}": rule for name, rule in PLACES.items()},
    **{f"federation:{name}": rule for name, rule in OFFICES.items()},
    **SIGN_IN,
    **FRAME,
    **EDITOR,
    **ROUTES,
    **SITES,
    **FEDERATION,
}
# Allowed, and yet there is nothing in these at this moment: no code, no key, no approval waits.
EMPTY = {
    "account:enter-account",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
    "mfa_download_recovery_codes",
    "mfa_view_recovery_codes",
    "mfa_reauthenticate_webauthn",
    "mfa_deactivate_totp",
    "mfa_reauthenticate",
    # An invitation that nobody has answered.
    "federation:lay-down",
    "federation:forget",
    "federation:take-up",
    "federation:give-back",
    "federation:look-again",
    "wagtailadmin_editing_sessions:ping",
    "wagtailadmin_editing_sessions:release",
}
