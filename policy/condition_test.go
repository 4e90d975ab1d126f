package policy

import (
	"reflect"
	"testing"
)

// A field of Condition without a clause would be read and then ignored.
func TestEachFieldOfAConditionIsRequired(t *testing.T) {
	for i := range reflect.TypeFor[Condition]().NumField() {
		var c Condition
		name, field := reflect.TypeFor[Condition]().Field(i).Name, reflect.ValueOf(&c).Elem().Field(i)
		if name == "AgeBy" {
			c.OlderThan = 1
		}
		before := c.asOne(true).text.String()
		switch field.Kind() {
		case reflect.Slice:
			field.Set(reflect.MakeSlice(field.Type(), 1, 1))
		case reflect.Pointer:
			field.Set(reflect.New(field.Type().Elem()))
		case reflect.String:
			field.SetString(string(ByMade))
		case reflect.Uint8:
			field.SetUint(1)
		case reflect.Int64:
			field.SetInt(1)
		case reflect.Struct:
			field.Set(reflect.ValueOf(Pixels{N: 1}))
		}
		if c.asOne(true).text.String() == before {
			t.Errorf("%s requires nothing of a file: it needs a clause", name)
		}
	}
}

func TestAComparisonHoldsAtItsEdges(t *testing.T) {
	for op, want := range map[string][3]bool{
		"":   {false, true, false},
		">=": {false, true, true},
		"<=": {true, true, false},
		">":  {false, false, true},
		"<":  {true, false, false},
	} {
		c := Pixels{Op: op, N: 10}
		if got := [3]bool{c.holds(9), c.holds(10), c.holds(11)}; got != want {
			t.Errorf("%q of 9, 10, 11: got %v, want %v", op, got, want)
		}
	}
}
