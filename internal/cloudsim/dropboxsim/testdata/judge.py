"""Judges answers by the validators of Dropbox's own Python client.

Each line of stdin is an answer: {"path", "status", "type", "body", "result"}, where
result is the header Dropbox-API-Result. Each line of stdout says what is wrong with
it, as a JSON list of strings.
"""
import json
import sys

from dropbox import auth, check, common, files, stone_serializers, team, users

MODULES = {"auth": auth, "check": check, "files": files, "team": team, "users": users}

# What the API has been given since this client was made.
LATER = {
    "is_restorable", "top_level_content_policy", "group_creation_policy", "shared_folder_link_restriction_policy",
    "enforce_link_password_policy", "default_link_expiration_days_policy", "shared_link_default_permissions_policy",
    "root_folder_id",
}

LATER_AT = {"/2/files/list_revisions": {"has_more"}}


def known(v, later):
    if isinstance(v, dict):
        return {k: known(x, later) for k, x in v.items() if k not in later}
    return [known(x, later) for x in v] if isinstance(v, list) else v


def route(path):
    module, name = path.removeprefix("/2/").split("/", 1)
    for version in "23":
        if name.endswith("_v" + version):
            name = name[:-3] + ":" + version
    return MODULES[module].ROUTES[name]


def judge(x):
    r = route(x["path"])
    kind, body, status = x["type"], x.get("body"), x["status"]

    def decode(validator, v):
        v = known(v, LATER | LATER_AT.get(x["path"], set()))
        stone_serializers.json_compat_obj_decode(validator, v, strict=True)

    if status in (200, 206):
        if r.attrs["style"] == "download":
            decode(r.result_type, json.loads(x["result"]))
        elif kind != "application/json":
            raise ValueError("Content-Type is " + kind)
        else:
            decode(r.result_type, json.loads(body))
        return
    if status in (401, 403, 409, 422, 429) and (status != 429 or kind == "application/json"):
        if kind != "application/json":
            raise ValueError("Content-Type is " + kind)
        obj = json.loads(body)
        if not obj["error_summary"].split("/")[0]:
            raise ValueError("no error_summary")
        decode({
            401: auth.AuthError_validator, 403: auth.AccessError_validator, 409: r.error_type,
            422: common.PathRootError_validator, 429: auth.RateLimitError_validator,
        }[status], obj["error"])
        return
    if kind == "application/json":
        raise ValueError("%d is no JSON" % status)


for line in sys.stdin:
    wrong = []
    try:
        judge(json.loads(line))
    except Exception as e:  # whatever it is, it is the answer's fault
        wrong = ["%s: %s" % (type(e).__name__, e)]
    print(json.dumps(wrong), flush=True)
