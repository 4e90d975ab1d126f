"""Uses a team of a rehearsal through Dropbox's own Python client: team.py TOKEN MEMBER ADMIN NAMESPACE.

HTTPS_PROXY and REQUESTS_CA_BUNDLE say where it is. MEMBER has one file, whose namespace is NAMESPACE.
"""
import os
import sys

import dropbox
from dropbox import common, exceptions

token, member, admin, namespace = sys.argv[1:]
session = dropbox.create_session(proxies={"https": os.environ["HTTPS_PROXY"]})
team = dropbox.DropboxTeam(token, session=session, max_retries_on_error=0, max_retries_on_rate_limit=0)


def same(got, want):
    if got != want:
        raise SystemExit("%r, not %r" % (got, want))


page = team.team_members_list_v2(limit=2)
members = page.members
while page.has_more:
    page = team.team_members_list_continue_v2(page.cursor)
    members += page.members
same([m.profile.status._tag for m in members], ["active", "active", "suspended"])
same([len(m.roles) for m in members], [0, 1, 0])
same([m.profile.team_member_id for m in members][:2], [member, admin])
try:
    team.team_members_list_continue_v2("no cursor")
    raise SystemExit("a wrong cursor was not refused")
except exceptions.ApiError as e:
    same(e.error._tag, "invalid_cursor")

same([e.name for e in team.as_user(member).files_list_folder("").entries], ["a.png"])
there = team.as_admin(admin).with_path_root(common.PathRoot.namespace_id(namespace))
same([e.name for e in there.files_list_folder("").entries], ["a.png"])
for call, tag in ((lambda: team.as_admin(member).files_list_folder(""), "invalid_select_admin"),
                  (lambda: team.as_user(members[2].profile.team_member_id).files_list_folder(""), "user_suspended"),
                  (lambda: team.as_user("dbmid:nobody").files_list_folder(""), "invalid_select_user")):
    try:
        call()
        raise SystemExit("%s was not refused" % tag)
    except exceptions.AuthError as e:
        same(e.error._tag, tag)
