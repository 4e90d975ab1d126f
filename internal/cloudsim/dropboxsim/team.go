package dropboxsim

import (
	"fmt"
	"path"
	"strings"
)

// Team is a Dropbox for business. Its members' files are their own, but a team-linked app may act for each of them.
type Team struct {
	d      *Dropbox
	number int
	name   string
	plan   Plan
	space  *namespace // in which the members' homes are folders; nil: none
	groups []*Group   // in the order in which they were added
}

// AddTeam adds a team without members. If space is true, its members see one root folder, with their own and the
// team's folders (https://developers.dropbox.com/dbx-team-files-guide).
func (d *Dropbox) AddTeam(name string, plan Plan, space bool) (*Team, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if plan != Standard && plan != Advanced {
		return nil, fmt.Errorf("a team does not have the plan %q", plan)
	}
	t := &Team{d: d, number: len(d.teams), name: name, plan: plan}
	if space {
		t.space = d.newNamespace(name, nil, plan, viewer)
	}
	d.teams = append(d.teams, t)
	return t, nil
}

// ID returns the team's id on the wire.
func (t *Team) ID() string { return newID("dbtid:", 35, uint64(t.number)) }

// join makes a a member: in a space, its home is a folder there. Each member has a tree of the space of its own,
// in which the team's folders and its own home are mounted, but not the homes of others.
func (d *Dropbox) join(a *Account, t *Team) {
	if t.space == nil {
		return
	}
	now := d.now()
	a.root = d.newTree(t.space, viewer)
	for _, s := range t.space.tree.below(t.space.tree.slots[""], nil) {
		a.root.set(s.lower, s.display, s.node, now)
		a.root.touch(s.lower)
	}
	for _, m := range t.space.tree.mounts[1:] { // the team's folders
		m.ns.mountAt(a.root, m.at, m.display, m.role, now)
	}
	top := d.newNode(true)
	top.ns, top.rel, top.display, top.shares = t.space, "/"+strings.ToLower(a.name), "/"+a.name, a.home
	a.root.set(top.rel, top.display, top, now)
	a.root.touch(top.rel)
	a.home.mountAt(a.root, top.rel, top.display, owner, now)
}

// Folder creates a team folder: all members may change the files in it. It returns an error for a team without a
// space, and for a name that is taken or no name.
func (t *Team) Folder(name string) error {
	t.d.mu.Lock()
	defer t.d.mu.Unlock()
	rel := "/" + strings.ToLower(name)
	if t.space == nil || path.Clean(rel) != rel || t.space.at(rel) != nil {
		return fmt.Errorf("%s cannot be a team folder", name)
	}
	now := t.d.now()
	n := t.d.newNode(true)
	n.ns, n.rel, n.display = t.space, rel, "/"+name
	n.shares = t.d.newNamespace(name, nil, t.plan, editor)
	n.shares.shared = true
	t.space.put(n, now)
	t.space.touch(rel)
	n.shares.mountIn(t.space, rel, n.display, editor, now)
	return nil
}

// teamInfo serves team/get_info, with policies that have no effect here:
// https://www.dropbox.com/developers/documentation/http/teams#team-get_info
func teamInfo(c *call) (any, error) {
	if err := c.args(&struct{}{}); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	members := 0
	for _, a := range c.d.accounts {
		if a.team == c.team {
			members++
		}
	}
	about := c.team.describe()
	return map[string]any{
		"name": c.team.name, "team_id": c.team.ID(), "num_licensed_users": members, "num_provisioned_users": members,
		"policies": map[string]any{
			"sharing": about["sharing_policies"], "emm_state": map[string]any{".tag": "disabled"},
			"office_addin": about["office_addin_policy"], "suggest_members_policy": map[string]any{".tag": "enabled"},
		},
	}, nil
}
