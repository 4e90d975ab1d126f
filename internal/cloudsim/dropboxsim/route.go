package dropboxsim

import "strings"

// style is how a route receives its argument and sends its answer:
// https://www.dropbox.com/developers/documentation/http/documentation#formats
type style int

const (
	rpc      style = iota // JSON in the body, JSON back
	upload                // JSON in a header, bytes in the body
	download              // JSON in a header, bytes back
)

// route is one function of the API. It is served at one host only, and takes a token with scope ("": any token,
// except at notifyHost, where none is allowed). writes means that it holds the namespace while it runs.
type route struct {
	host    string
	style   style
	scope   string
	team    bool // of a team: it takes a team's token, and no other
	admin   bool // it also takes Dropbox-API-Select-Admin
	writes  bool
	crowded union // the error of a write while another is under way
	serve   func(c *call) (any, error)
}

// routes returns all routes that are served, by URL path, with their documented scopes.
func routes() map[string]*route {
	all := map[string]*route{}
	add := func(name, host string, st style, scope string, serve func(c *call) (any, error)) *route {
		all["/2/"+name] = &route{host: host, style: st, scope: scope, serve: serve}
		return all["/2/"+name]
	}
	const read, contents, write = "files.metadata.read", "files.content.read", "files.content.write"
	add("files/list_folder", apiHost, rpc, read, listFolder)
	add("files/list_folder/continue", apiHost, rpc, read, listContinue)
	add("files/list_folder/get_latest_cursor", apiHost, rpc, read, latestCursor)
	add("files/list_folder/longpoll", notifyHost, rpc, "", longpoll)
	add("files/get_metadata", apiHost, rpc, read, getMetadata)
	add("files/list_revisions", apiHost, rpc, read, listRevisions)
	add("files/download", contentHost, download, contents, getContent)

	writing := func(crowded union, r *route) { r.writes, r.crowded = true, crowded }
	writing("path_write/"+tooManyOps, add("files/delete_v2", apiHost, rpc, write, deleteV2))
	writing("path_write/"+tooManyOps, add("files/restore", apiHost, rpc, write, restoreRev))
	writing(tooManyOps, add("files/permanently_delete", apiHost, rpc, "files.permanent_delete", permanentlyDelete))

	writing("path/"+tooManyOps, add("files/upload", contentHost, upload, write, uploadFile))
	add("files/upload_session/start", contentHost, upload, write, sessionStart)
	add("files/upload_session/append_v2", contentHost, upload, write, sessionAppend)
	writing("path/"+tooManyOps, add("files/upload_session/finish", contentHost, upload, write, sessionFinish))
	writing(tooManyOps, add("files/upload_session/finish_batch_v2", apiHost, rpc, write, finishBatch))
	finish := add("files/upload_session/finish_batch", apiHost, rpc, write, later(finishBatch))
	writing(tooManyOps, finish)
	add("files/upload_session/finish_batch/check", apiHost, rpc, write, checkOf(finish))
	writing("path/"+tooManyOps, add("files/create_folder_v2", apiHost, rpc, write, createFolder))
	writing("to/"+tooManyOps, add("files/move_v2", apiHost, rpc, write, moveV2))
	writing("to/"+tooManyOps, add("files/copy_v2", apiHost, rpc, write, copyV2))
	batch := add("files/delete_batch", apiHost, rpc, write, later(deleteBatch))
	writing(tooManyOps, batch)
	add("files/delete_batch/check", apiHost, rpc, write, checkOf(batch))

	add("files/get_thumbnail_v2", contentHost, download, contents, getThumbnail)
	add("files/get_thumbnail_batch", contentHost, rpc, contents, thumbnailBatch)

	add("users/get_current_account", apiHost, rpc, "account_info.read", currentAccount)
	add("users/get_space_usage", apiHost, rpc, "account_info.read", spaceUsage)
	add("check/user", apiHost, rpc, "account_info.read", checkUser)
	add("auth/token/revoke", apiHost, rpc, "", revokeToken)

	for name, rt := range all {
		rt.admin = strings.HasPrefix(name, "/2/files/") // "whole team" in the documentation of each
	}
	add("team/get_info", apiHost, rpc, teamInfoRead, teamInfo).team = true
	add("team/members/list_v2", apiHost, rpc, membersRead, listMembers).team = true
	add("team/members/list/continue_v2", apiHost, rpc, membersRead, moreMembers).team = true
	add("team/members/get_info_v2", apiHost, rpc, membersRead, memberInfo).team = true
	add("team/groups/list", apiHost, rpc, groupsRead, listGroups).team = true
	add("team/groups/list/continue", apiHost, rpc, groupsRead, moreGroups(false)).team = true
	add("team/groups/members/list", apiHost, rpc, groupsRead, listGroupMembers).team = true
	add("team/groups/members/list/continue", apiHost, rpc, groupsRead, moreGroups(true)).team = true
	return all
}
