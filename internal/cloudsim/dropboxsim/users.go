package dropboxsim

// rootInfo returns RootInfo:
// https://www.dropbox.com/developers/documentation/http/documentation#users-get_current_account
//
// root_namespace_id differs from home_namespace_id only in a team's space; a client that wants to see the team's
// folders then has to send the header Dropbox-API-Path-Root.
func (a *Account) rootInfo() map[string]any {
	out := map[string]any{".tag": "user", "root_namespace_id": a.RootNamespace(), "home_namespace_id": a.Home()}
	if a.inSpace() {
		out[".tag"], out["home_path"] = "team", "/"+a.name
	}
	return out
}

// currentAccount serves users/get_current_account. account_type is the only sign of the plan, and so of how long
// deleted files are kept: two plans of different length can have the same type.
func currentAccount(c *call) (any, error) {
	if err := c.args(&struct{}{}); err != nil {
		return nil, err
	}
	a := c.a
	out := map[string]any{
		"account_id": a.AccountID(), "email": a.email, "email_verified": true, "disabled": false,
		"locale": "en", "country": "CH",
		"name":          a.names(),
		"referral_link": "https://www.dropbox.com/referrals/rehearsal", "is_paired": false,
		"account_type": map[string]any{".tag": a.plan.accountType()}, "root_info": a.rootInfo(),
	}
	if a.team != nil {
		out["team"] = a.team.describe()
		out["team_member_id"] = a.MemberID()
	}
	return out, nil
}

// names returns the Name of the wire: the one name that an account has here, in each of the fields.
func (a *Account) names() map[string]any {
	return map[string]any{
		"given_name": a.name, "surname": a.name, "familiar_name": a.name, "display_name": a.name,
		"abbreviated_name": a.name[:1],
	}
}

// describe returns the FullTeam of the wire, with policies that have no effect here.
func (t *Team) describe() map[string]any {
	is := func(tag string) map[string]any { return map[string]any{".tag": tag} }
	return map[string]any{
		"id": t.ID(), "name": t.name, "office_addin_policy": is("disabled"), "top_level_content_policy": is("everyone"),
		"sharing_policies": map[string]any{
			"shared_folder_member_policy": is("anyone"), "shared_folder_join_policy": is("from_anyone"),
			"shared_link_create_policy":             is("default_public"),
			"group_creation_policy":                 is("admins_and_members"),
			"shared_folder_link_restriction_policy": is("anyone"),
			"enforce_link_password_policy":          is("optional"), "default_link_expiration_days_policy": is("none"),
			"shared_link_default_permissions_policy": is("default"),
		},
	}
}

// spaceUsage serves users/get_space_usage. used is in bytes, without deleted files. An account without a quota is
// shown with 1 PiB, as the field is required.
func spaceUsage(c *call) (any, error) {
	if err := c.args(&struct{}{}); err != nil {
		return nil, err
	}
	c.d.mu.Lock()
	defer c.d.mu.Unlock()
	used, limit := c.a.home.used, c.a.limit
	if limit == 0 {
		limit = 1 << 50
	}
	if c.a.team == nil {
		return map[string]any{"used": used, "allocation": map[string]any{".tag": "individual", "allocated": limit}}, nil
	}
	all := int64(0)
	for _, a := range c.d.accounts {
		if a.team == c.a.team {
			all += a.home.used
		}
	}
	return map[string]any{"used": used, "allocation": map[string]any{
		".tag": "team", "used": all, "allocated": limit, "user_within_team_space_allocated": 0,
		"user_within_team_space_limit_type": map[string]any{".tag": "off"}, "user_within_team_space_used_cached": used,
	}}, nil
}

// checkUser serves check/user.
func checkUser(c *call) (any, error) {
	var in struct {
		Query string `json:"query"`
	}
	if err := c.args(&in); err != nil {
		return nil, err
	}
	return map[string]any{"result": in.Query}, nil
}
