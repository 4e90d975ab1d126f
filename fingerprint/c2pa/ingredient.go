package c2pa

import "fmt"

// ingredient is another picture that went into this one (C2PA 2.2, 18.15).
type ingredient struct {
	Relationship string    `cbor:"relationship"`
	V1           hashedURI `cbor:"c2pa_manifest"`
	V3           hashedURI `cbor:"activeManifest"`
}

// manifest returns the reference to the ingredient's own manifest; its URL is "" if there is none.
func (i *ingredient) manifest() hashedURI {
	if i.V3.URL != "" {
		return i.V3
	}
	return i.V1
}

// ingredients returns the ingredients that the manifest names, or an error if one cannot be decoded.
func (m *manifest) ingredients() ([]ingredient, error) {
	var all []ingredient
	for _, a := range m.assertions {
		switch a.kind() {
		case "c2pa.ingredient", "c2pa.ingredient.v2", "c2pa.ingredient.v3":
			var one ingredient
			if err := decode(a.cbor, &one); err != nil {
				return nil, fmt.Errorf("assertion %q: %w", a.label, err)
			}
			all = append(all, one)
		}
	}
	return all, nil
}
