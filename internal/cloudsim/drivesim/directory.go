package drivesim

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/sweepd/sweepd/internal/cloudsim/drivesim/fields"
)

// directoryMethods returns the methods of the Admin SDK's Directory API that are served; a test compares them with its
// discovery document. The others are answered with 404.
// https://developers.google.com/workspace/admin/directory/reference/rest/v1
func directoryMethods() []method {
	const users = "admin.directory.user admin.directory.user.readonly"
	return []method{
		{
			"users.list", "GET", "users",
			"customFieldMask customer domain event maxResults orderBy pageToken projection query showDeleted " +
				"sortOrder viewType", users + " cloud-platform", "Users", false, usersList,
		},
		{
			"users.get", "GET", "users/{userKey}", "customFieldMask projection viewType", users, "User", false,
			usersGet,
		},
		{
			"members.list", "GET", "groups/{groupKey}/members", "includeDerivedMembership maxResults pageToken roles",
			"admin.directory.group admin.directory.group.member admin.directory.group.member.readonly " +
				"admin.directory.group.readonly", "Members", false, membersList,
		},
		{
			"members.hasMember", "GET", "groups/{groupKey}/hasMember/{memberKey}", "",
			"admin.directory.group admin.directory.group.member admin.directory.group.member.readonly " +
				"admin.directory.group.readonly", "MembersHasMember", false, membersHasMember,
		},
	}
}

// The names of the document's schemas, as fileNames are those of Drive's.
const (
	userNames = `
	addresses, agreedToTerms, aliases, archivalTime, archived, changePasswordAtNextLogin, creationTime,
	customSchemas(*(*)), customerId, deletionTime, emails, etag, externalIds, gender,
	guestAccountInfo(primaryGuestEmail), hashFunction, id, ims, includeInGlobalAddressList, ipWhitelisted, isAdmin,
	isDelegatedAdmin, isEnforcedIn2Sv, isEnrolledIn2Sv, isGuestUser, isMailboxSetup, keywords, kind, languages,
	lastLoginTime, locations, name(displayName, familyName, fullName, givenName), nonEditableAliases, notes,
	orgUnitPath, organizations, password, phones, posixAccounts, primaryEmail, recoveryEmail, recoveryPhone,
	relations, sshPublicKeys, suspended, suspensionReason, suspensionTime, thumbnailPhotoEtag, thumbnailPhotoUrl,
	websites`
	memberNames = "delivery_settings, email, etag, id, kind, role, status, type"
)

// directorySchemas returns the answers of the Directory API that a mask can be applied to.
func directorySchemas() map[string]fields.Schema {
	return map[string]fields.Schema{
		"User": fields.Names(userNames),
		"Users": fields.Names("etag, kind, nextPageToken, trigger_event").
			With("users", fields.Names(userNames)),
		"Members":          fields.Names("etag, kind, nextPageToken").With("members", fields.Names(memberNames)),
		"MembersHasMember": fields.Names("isMember"),
	}
}

// notAuthorized returns the refusal of a caller who is no administrator, or not that of the domain.
func notAuthorized() error {
	return forbidden("forbidden", "Not Authorized to access this resource/api")
}

// missing returns the refusal of a user or a group that does not exist: what is the parameter that names it.
func missing(what string) error {
	return &refusal{status: http.StatusNotFound, reason: "notFound", message: "Resource Not Found: " + what}
}

// administered returns the domain that the caller administers. A user without that right gets 403, also for what every
// user may read in the real service with viewType=domain_public, which is not simulated.
func (c *call) administered() (*Domain, error) {
	if c.a.domain == nil || !c.a.admin {
		return nil, notAuthorized()
	}
	return c.a.domain, nil
}

// oneOf refuses a parameter that is set to none of the values.
func (c *call) oneOf(name string, values ...string) error {
	if v := c.q.Get(name); v != "" && !slices.Contains(values, v) {
		return invalid(name, "Invalid value '"+v+"'. Values must match the following regular expression: '"+
			strings.Join(values, "|")+"'")
	}
	return nil
}

// usersLife is how long a page token is valid: the description of pageToken in the document.
const usersLife = 3 * 24 * time.Hour

// userList is a call of users.list.
type userList struct {
	*call
	domain *Domain
	all    []clause // every one has to match
	from   int64    // the place of the last account before the page; 0: the first page
	size   int
}

// usersList serves users.list. Without an order the users come by their addresses; the document leaves that open.
func usersList(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	l, err := c.userList()
	if err != nil {
		return nil, err
	}
	users, next := l.page()
	out := map[string]any{"kind": "admin#directory#users", "etag": etag("users")}
	if len(users) > 0 { // an empty list is left out
		out["users"] = users
	}
	if next > 0 {
		out["nextPageToken"] = c.d.seal(l.what(), next<<40|c.d.now().Unix())
	}
	return c.mask.Cut(out), nil
}

// userList reads the parameters.
func (c *call) userList() (*userList, error) {
	domain, err := c.administered()
	if err == nil {
		err = c.inDomain(domain)
	}
	for name, values := range map[string][]string{
		"orderBy": {"email", "familyName", "givenName"}, "sortOrder": {"ASCENDING", "DESCENDING"},
		"projection": {"basic", "full"}, "viewType": {"admin_view"}, "showDeleted": {"true", "false"},
		"event": {}, "customFieldMask": {}, // of watches, and of a schema that no user here has
	} {
		if err == nil {
			err = c.oneOf(name, values...)
		}
	}
	if err != nil {
		return nil, err
	}
	l := &userList{call: c, domain: domain}
	if l.size, err = c.number("maxResults", 100, 500); err != nil {
		return nil, err
	}
	if l.all, err = parseUsers(c.q.Get("query")); err != nil {
		return nil, invalid("query", "Invalid Input: "+c.q.Get("query"))
	}
	if token := c.q.Get("pageToken"); token != "" {
		place, ok := c.d.unseal(l.what(), token)
		l.from = place >> 40
		if !ok || c.d.now().Sub(time.Unix(place&(1<<40-1), 0)) > usersLife {
			return nil, invalid("pageToken", "Invalid Input: pageToken")
		}
	}
	return l, nil
}

// inDomain checks customer and domain, of which a list needs one. A domain that does not exist is 404; another
// organization is 403.
func (c *call) inDomain(own *Domain) error {
	customer, domain := c.q.Get("customer"), c.q.Get("domain")
	switch {
	case (customer == "") == (domain == ""):
		return badRequest("Bad Request")
	case customer != "" && customer != "my_customer" && customer != own.CustomerID():
		return notAuthorized()
	case domain != "" && c.d.domainOf(domain) == nil:
		return &refusal{status: http.StatusNotFound, reason: "notFound", message: "Domain not found."}
	case domain != "" && c.d.domainOf(domain) != own:
		return notAuthorized()
	}
	return nil
}

// what names the list for its page tokens: the caller, and all that selects or sorts.
func (l *userList) what() string {
	q := l.q
	return strings.Join([]string{
		l.m.name, l.a.email, q.Get("customer"), q.Get("domain"), q.Get("query"), q.Get("showDeleted"), q.Get("orderBy"),
		q.Get("sortOrder"),
	}, "\x00")
}

// page returns the users of the page, and the place of the last of them if others follow. A place is that of an account
// in the Drive, from 1, and not a number of users: one who joins between two pages shifts nothing.
func (l *userList) page() (users []any, next int64) {
	var all []int // places
	for i, a := range l.d.accounts {
		if a.domain == l.domain {
			all = append(all, i)
		}
	}
	slices.SortFunc(all, func(i, j int) int { return l.compare(l.d.accounts[i], l.d.accounts[j]) })
	begin := slices.Index(all, int(l.from)-1) + 1
	last := int64(0)
	for _, i := range all[begin:] {
		a := l.d.accounts[i]
		if l.q.Get("showDeleted") == "true" || // no user is ever deleted here
			slices.ContainsFunc(l.all, func(c clause) bool { return !c.matches(a) }) {
			continue
		}
		if len(users) == l.size {
			return users, last
		}
		users, last = append(users, a.user()), int64(i+1)
	}
	return users, 0
}

// compare orders two users by orderBy and sortOrder, regardless of case, and by their addresses, which are unique.
func (l *userList) compare(a, b *Account) int {
	key := func(a *Account) string {
		given, family := a.names()
		switch l.q.Get("orderBy") {
		case "givenName":
			return strings.ToLower(given)
		case "familyName":
			return strings.ToLower(family)
		}
		return ""
	}
	order := cmp.Or(strings.Compare(key(a), key(b)),
		strings.Compare(strings.ToLower(a.email), strings.ToLower(b.email)))
	if l.q.Get("sortOrder") == "DESCENDING" {
		return -order
	}
	return order
}

// usersGet serves users.get, by the address or the id of a user.
func usersGet(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	domain, err := c.administered()
	for name, values := range map[string][]string{
		"projection": {"basic", "full"}, "viewType": {"admin_view"}, "customFieldMask": {},
	} {
		if err == nil {
			err = c.oneOf(name, values...)
		}
	}
	if err != nil {
		return nil, err
	}
	key := c.in["userKey"]
	for _, a := range c.d.accounts {
		switch {
		case !strings.EqualFold(a.email, key) && a.UserID() != key:
		case a.domain != domain:
			return nil, notAuthorized()
		default:
			return c.mask.Cut(a.user()), nil
		}
	}
	return nil, missing("userKey")
}

// names returns the given and the family name: the name up to its first space, and the rest, or the same if it has no
// space.
func (a *Account) names() (given, family string) {
	given, family, two := strings.Cut(a.name, " ")
	if !two {
		family = given
	}
	return given, family
}

// user returns the User of the wire. The caller holds the lock.
func (a *Account) user() map[string]any {
	given, family := a.names()
	out := map[string]any{
		"kind": "admin#directory#user", "id": a.UserID(), "etag": etag(a.email), "primaryEmail": a.email,
		"name":    map[string]any{"givenName": given, "familyName": family, "fullName": a.name},
		"isAdmin": a.admin, "isDelegatedAdmin": false, "suspended": a.suspended, "archived": false,
		"creationTime": stamp(a.created), "lastLoginTime": stamp(time.Unix(0, 0)), "agreedToTerms": true,
		"changePasswordAtNextLogin": false, "ipWhitelisted": false, "isMailboxSetup": true, "isEnrolledIn2Sv": false,
		"isEnforcedIn2Sv": false, "includeInGlobalAddressList": true, "orgUnitPath": a.unit,
		"customerId": a.domain.CustomerID(), "emails": []any{map[string]any{"address": a.email, "primary": true}},
	}
	if a.suspended {
		out["suspensionReason"] = "ADMIN"
	}
	if len(a.aliases) > 0 {
		out["aliases"] = a.aliases
	}
	return out
}

// etag returns a quoted tag. It is no hash of the state: no request here depends on it.
func etag(of string) string { return strconv.Quote(newID("", 27, int64(len(of)))) }

// membersList serves members.list, by the address or the id of a group. With includeDerivedMembership the members of
// groups in it follow the direct ones, and the groups themselves stay; the document leaves that open.
func membersList(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	domain, err := c.administered()
	if err != nil {
		return nil, err
	}
	g := domain.groupOf(c.in["groupKey"])
	if g == nil {
		return nil, missing("groupKey")
	}
	all, err := c.chosen(g)
	if err != nil {
		return nil, err
	}
	size, err := c.number("maxResults", 200, 200)
	if err != nil {
		return nil, err
	}
	what := strings.Join([]string{
		c.m.name, c.a.email, g.email, c.q.Get("roles"), c.q.Get("includeDerivedMembership"),
	}, "\x00")
	from := 0
	if token := c.q.Get("pageToken"); token != "" {
		place, ok := c.d.unseal(what, token)
		if from = int(place); !ok || from > len(all) {
			return nil, invalid("pageToken", "Invalid Input: pageToken")
		}
	}
	out := map[string]any{"kind": "admin#directory#members", "etag": etag(g.email)}
	to := min(from+size, len(all))
	var list []any
	for _, m := range all[from:to] {
		list = append(list, m.describe())
	}
	if len(list) > 0 { // an empty list is left out
		out["members"] = list
	}
	if to < len(all) {
		out["nextPageToken"] = c.d.seal(what, int64(to))
	}
	return c.mask.Cut(out), nil
}

// membersHasMember serves members.hasMember, by the address, an alias or the id of a user. A user of another domain who
// is in a group of the group is refused, as its description states.
func membersHasMember(c *call) (any, error) {
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	domain, err := c.administered()
	if err != nil {
		return nil, err
	}
	g := domain.groupOf(c.in["groupKey"])
	if g == nil {
		return nil, missing("groupKey")
	}
	key := c.in["memberKey"]
	is := func(a *Account) bool {
		return strings.EqualFold(a.email, key) || a.UserID() == key ||
			slices.ContainsFunc(a.aliases, func(x string) bool { return strings.EqualFold(x, key) })
	}
	i := slices.IndexFunc(c.d.accounts, is)
	if i < 0 {
		return nil, missing("memberKey")
	}
	in := func(all []member) bool {
		return slices.ContainsFunc(all, func(m member) bool { return m.user == c.d.accounts[i] })
	}
	nested := in(g.derived()) && !in(g.all)
	if nested && c.d.accounts[i].domain != domain {
		return nil, invalid("memberKey", "Invalid Input: memberKey")
	}
	out := map[string]any{}
	if nested || in(g.all) { // false is left out
		out["isMember"] = true
	}
	return c.mask.Cut(out), nil
}

// chosen returns the members of a group that the parameters select.
func (c *call) chosen(g *Group) ([]member, error) {
	wanted, all := roles(), slices.Clone(g.all)
	if s := c.q.Get("roles"); s != "" {
		wanted = strings.Split(s, ",")
	}
	if slices.ContainsFunc(wanted, func(r string) bool { return !slices.Contains(roles(), r) }) {
		return nil, invalid("roles", "Invalid Input: roles")
	}
	if c.flag("includeDerivedMembership") {
		all = g.derived()
	}
	return slices.DeleteFunc(all, func(m member) bool { return !slices.Contains(wanted, m.role) }), nil
}

// describe returns the Member of the wire. Only a user has a status.
func (m member) describe() map[string]any {
	out := map[string]any{"kind": "admin#directory#member", "role": m.role}
	if m.group != nil {
		out["type"], out["id"], out["email"], out["etag"] = "GROUP", m.group.ID(), m.group.email, etag(m.group.email)
		return out
	}
	out["type"], out["id"], out["email"], out["etag"] = "USER", m.user.UserID(), m.user.email, etag(m.user.email)
	out["status"] = "ACTIVE"
	if m.user.suspended {
		out["status"] = "SUSPENDED"
	}
	return out
}
