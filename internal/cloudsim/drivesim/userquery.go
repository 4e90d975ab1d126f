package drivesim

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// clause is one condition of the search language of users.list (the parameter query):
// https://developers.google.com/workspace/admin/directory/v1/guides/search-users
//
// A text is compared regardless of case. The operator ":" looks for the value anywhere in the attribute, "=" compares
// all of it; a value that ends in * after ":" is the beginning of the attribute. A clause without a field looks into
// the names and the address.
type clause struct {
	field, op string // op: "=", ":" or "*"; both "": any field
	value     string
}

// operators returns the operators that the page gives a field; "" for a field that is not supported. One that no user
// here has, such as phone, is refused like one that does not exist, because no answer to it would be true.
func operators(field string) string {
	switch field {
	case "name":
		return "=:"
	case "email", "givenName", "familyName":
		return "=:*"
	case "orgUnitPath", "isAdmin", "isDelegatedAdmin", "isSuspended", "isArchived":
		return "="
	}
	return ""
}

// parseUsers parses a query: clauses with spaces between, of which every one has to match. An unknown field, an
// operator that it does not have and an unfinished quotation are errors, never a match.
func parseUsers(query string) (all []clause, err error) {
	for rest := strings.TrimLeft(query, " "); rest != ""; rest = strings.TrimLeft(rest, " ") {
		var c clause
		if strings.ContainsRune("=:", rune(rest[0])) {
			return nil, errors.New("an operator has no field")
		}
		if at := strings.IndexAny(rest, "=: '"); at > 0 && strings.ContainsRune("=:", rune(rest[at])) {
			c.field, c.op, rest = rest[:at], rest[at:at+1], rest[at+1:]
		}
		quoted := strings.HasPrefix(rest, "'")
		if c.value, rest, err = valueOf(rest); err != nil {
			return nil, err
		}
		if prefix, ok := strings.CutSuffix(c.value, "*"); ok && c.op == ":" && !quoted {
			c.op, c.value = "*", prefix
		}
		if err := c.check(); err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// valueOf returns the value at the beginning of a text, and the rest of the text: the value ends at a space, or it is a
// text between single quotes in which a backslash stands before a quote.
func valueOf(text string) (value, rest string, err error) {
	if !strings.HasPrefix(text, "'") {
		value, _, _ = strings.Cut(text, " ")
		return value, text[len(value):], nil
	}
	var b strings.Builder
	for i := 1; i < len(text); i++ {
		switch {
		case text[i] == '\\' && i+1 < len(text) && text[i+1] == '\'':
			i++
			b.WriteByte('\'')
		case text[i] != '\'':
			b.WriteByte(text[i])
		case i+1 < len(text) && text[i+1] != ' ':
			return "", "", errors.New("something follows a quotation")
		default:
			return b.String(), text[i+1:], nil
		}
	}
	return "", "", errors.New("a quotation does not end")
}

// check returns an error for a clause that the page does not allow.
func (c clause) check() error {
	switch {
	case c.value == "":
		return fmt.Errorf("%s has no value", c.field)
	case c.field == "" && c.op == "":
		return nil
	case !strings.Contains(operators(c.field), c.op):
		return fmt.Errorf("%s cannot be searched by %q", c.field, c.op)
	case strings.HasPrefix(c.field, "is") && c.value != "true" && c.value != "false":
		return fmt.Errorf("%s is true or false", c.field)
	case c.field == "orgUnitPath" && !strings.HasPrefix(c.value, "/"):
		return errors.New("the path of an organizational unit begins with a slash")
	}
	return nil
}

// matches reports whether the user meets the condition. A unit stands for those below it too, so "/" is everyone.
func (c clause) matches(a *Account) bool {
	given, family := a.names()
	switch c.field {
	case "":
		return slices.ContainsFunc([]string{given, family, a.email}, func(s string) bool { return c.holds(s) })
	case "name":
		return c.holds(given + " " + family)
	case "givenName":
		return c.holds(given)
	case "familyName":
		return c.holds(family)
	case "email":
		return c.holds(a.email)
	case "orgUnitPath":
		unit := strings.TrimSuffix(c.value, "/")
		return strings.HasPrefix(strings.ToLower(a.unit+"/"), strings.ToLower(unit+"/"))
	case "isAdmin":
		return strconv.FormatBool(a.admin) == c.value
	case "isSuspended":
		return strconv.FormatBool(a.suspended) == c.value
	}
	return c.value == "false" // isDelegatedAdmin, isArchived: no user is
}

// holds reports whether the text meets the condition.
func (c clause) holds(text string) bool {
	text, value := strings.ToLower(text), strings.ToLower(c.value)
	switch c.op {
	case "=":
		return text == value
	case "*":
		return strings.HasPrefix(text, value)
	}
	return strings.Contains(text, value)
}
