package policyfile

import (
	"reflect"
	"testing"

	"github.com/sweepd/sweepd/policy"
)

// A key that is read and not copied into the policy would be ignored.
func TestEachKeyHasAMeaning(t *testing.T) {
	eachKey(t, func(c *condition) any { return c.meaning() })
	eachKey(t, func(s *storageForm) any {
		if s.Type == nil {
			s.Type = new(storageType(policy.Local))
		} else {
			*s.Type = policy.Dropbox
		}
		return s.storage()
	})
	eachKey(t, func(f *trashForm) any { return f.ages() })
	eachKey(t, func(f *limitsForm) any { return f.limits() })
}

// eachKey sets the fields of a form that have a key, one at a time, and compares what is made of it with what is made
// of an empty form.
func eachKey[F any](t *testing.T, meaning func(*F) any) {
	t.Helper()
	without := meaning(new(F))
	for _, key := range keysOf(fieldsOf(reflect.TypeFor[F]())) {
		f := new(F)
		v := reflect.ValueOf(f).Elem().FieldByIndex(fieldsOf(reflect.TypeFor[F]())[key].Index)
		if v.Kind() == reflect.Slice {
			v.Set(reflect.MakeSlice(v.Type(), 1, 1))
			v = v.Index(0)
		}
		if v.Kind() == reflect.Pointer {
			v.Set(reflect.New(v.Type().Elem()))
			v = v.Elem()
		}
		setAny(v)
		if reflect.DeepEqual(meaning(f), without) {
			t.Errorf("%T: %s means nothing", *f, key)
		}
	}
}

// setAny sets v to a value that is not zero, if it knows one.
func setAny(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("x")
	case reflect.Bool:
		v.SetBool(v.Type() != reflect.TypeFor[purging]()) // off is what has a meaning
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Uint8:
		v.SetUint(1)
	case reflect.Float64:
		v.SetFloat(0.25)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Field(i); f.CanSet() {
				setAny(f)
			}
		}
	}
}
