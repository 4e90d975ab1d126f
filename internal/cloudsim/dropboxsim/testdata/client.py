"""Uses a rehearsal through Dropbox's own Python client: client.py TOKEN KEY REFRESH.

HTTPS_PROXY and REQUESTS_CA_BUNDLE say where it is. It fails where anything is not as the client, or a
line of this file, has it.
"""
import datetime
import os
import sys

import dropbox
from dropbox import exceptions, files

token, key, refresh = sys.argv[1:]
session = dropbox.create_session(proxies={"https": os.environ["HTTPS_PROXY"]})
dbx = dropbox.Dropbox(token, session=session, max_retries_on_error=0, max_retries_on_rate_limit=0)


def same(got, want):
    if got != want:
        raise SystemExit("%r, not %r" % (got, want))


def fails(call, *tags):
    try:
        call()
    except exceptions.ApiError as e:
        v = e.error
        for tag in tags:
            same(v._tag, tag)
            v = v._value
        return
    raise SystemExit("%s was not refused" % (tags,))


same(dbx.check_user("hello").result, "hello")
same(dbx.users_get_current_account().account_type._tag, "basic")

# Up, in one request and in several.
small = dbx.files_upload(b"small", "/Pictures/Zoë.png", client_modified=datetime.datetime(2026, 1, 2, 3, 4, 5))
same((small.name, small.size, small.client_modified), ("Zoë.png", 5, datetime.datetime(2026, 1, 2, 3, 4, 5)))
s = dbx.files_upload_session_start(b"a" * 5)
at = files.UploadSessionCursor(s.session_id, 5)
dbx.files_upload_session_append_v2(b"b" * 5, at)
at.offset = 7
fails(lambda: dbx.files_upload_session_append_v2(b"c", at), "incorrect_offset")
at.offset = 10
large = dbx.files_upload_session_finish(b"c" * 5, at, files.CommitInfo("/large.bin"))
same(large.size, 15)

# Conflicts.
same(dbx.files_upload(b"small", "/Pictures/zoë.PNG").rev, small.rev)
fails(lambda: dbx.files_upload(b"other", "/Pictures/Zoë.png"), "path")
same(dbx.files_upload(b"other", "/Pictures/Zoë.png", autorename=True).name, "Zoë (1).png")
fails(lambda: dbx.files_upload(b"other", "/Pictures/Zoë.png", mode=files.WriteMode.update(large.rev)), "path")
newer = dbx.files_upload(b"newer", "/Pictures/Zoë.png", mode=files.WriteMode.update(small.rev))
same((newer.id, newer.rev != small.rev), (small.id, True))
fails(lambda: dbx.files_create_folder_v2("/Pictures"), "path", "conflict", "folder")

# Down.
meta, body = dbx.files_download("rev:" + small.rev)
same((body.content, meta.rev), (b"small", small.rev))
fails(lambda: dbx.files_download("/nowhere"), "path", "not_found")
fails(lambda: dbx.files_download("/Pictures"), "path", "not_file")

# A listing, page by page, and what comes after it.
def rest(page):
    entries = page.entries
    while page.has_more:
        page = dbx.files_list_folder_continue(page.cursor)
        same(len(page.entries) <= 1, True)
        entries += page.entries
    return sorted((type(e).__name__, e.name) for e in entries), page.cursor


entries, cursor = rest(dbx.files_list_folder("", recursive=True, limit=1))
same([name for _, name in entries], ["Zoë (1).png", "Zoë.png", "large.bin", "picture.png", "Pictures"])
dbx.files_move_v2("/large.bin", "/Pictures/moved.bin")
dbx.files_copy_v2("/Pictures/moved.bin", "/copied.bin")
entries, cursor = rest(dbx.files_list_folder_continue(cursor))
same(entries, [("DeletedMetadata", "large.bin"), ("FileMetadata", "copied.bin"), ("FileMetadata", "moved.bin")])
same(dbx.files_list_folder_longpoll(cursor, 30).changes, False)

# Deleting what was seen, and nothing else.
fails(lambda: dbx.files_delete_v2("/Pictures/Zoë.png", parent_rev=small.rev), "path_write", "conflict", "file")
same(dbx.files_delete_v2("/Pictures/Zoë.png", parent_rev=newer.rev).metadata.rev, newer.rev)
fails(lambda: dbx.files_delete_v2("/Pictures/Zoë.png", parent_rev=newer.rev), "path_lookup", "not_found")
gone = dbx.files_get_metadata("/Pictures/Zoë.png", include_deleted=True)
same(type(gone).__name__, "DeletedMetadata")
was = dbx.files_list_revisions("/Pictures/Zoë.png")
same((was.is_deleted, [e.rev for e in was.entries]), (True, [newer.rev, small.rev]))
same(dbx.files_list_folder_continue(cursor).entries[0].name, "Zoë.png")
back = dbx.files_restore("/Pictures/Zoë.png", small.rev)
same((back.id, back.content_hash, back.rev != small.rev), (small.id, small.content_hash, True))
fails(lambda: dbx.files_restore("/Pictures/Zoë.png", large.rev), "invalid_revision")
job = dbx.files_delete_batch([files.DeleteArg("/copied.bin"), files.DeleteArg("/nowhere")])
done = dbx.files_delete_batch_check(job.get_async_job_id()).get_complete()
same([e._tag for e in done.entries], ["success", "failure"])

# Thumbnails.
preview, body = dbx.files_get_thumbnail_v2(files.PathOrLink.path("/picture.png"), size=files.ThumbnailSize.w64h64)
same((preview.file_metadata.name, body.content[:2]), ("picture.png", b"\xff\xd8"))
batch = dbx.files_get_thumbnail_batch([files.ThumbnailArg("/picture.png"), files.ThumbnailArg("/Pictures/moved.bin")])
same([e._tag for e in batch.entries], ["success", "failure"])
same(batch.entries[1].get_failure()._tag, "unsupported_extension")

# Nobody without the scope, and nobody at all.
try:
    dbx.files_permanently_delete("/picture.png")
    raise SystemExit("permanently_delete was not refused")
except exceptions.AuthError as e:
    same(e.error.get_missing_scope().required_scope, "files.permanent_delete")
try:
    dbx.files_get_metadata("no-slash")
    raise SystemExit("a path without a slash was not refused")
except Exception as e:
    same(type(e).__name__, "ValidationError")

# A refresh token and no secret.
again = dropbox.Dropbox(oauth2_refresh_token=refresh, app_key=key, session=session)
same(again.users_get_space_usage().allocation.get_individual().allocated, 2 << 30)
again.auth_token_revoke()
try:
    again.check_user("x")
    raise SystemExit("a revoked token was not refused")
except exceptions.AuthError as e:
    same(e.error._tag, "invalid_access_token")
