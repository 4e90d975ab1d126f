package losefs

import (
	"maps"
	"math/rand/v2"
	"slices"
)

// naming is one change of one name that is not durable yet.
type naming struct {
	dir  uint64
	name string
	id   uint64 // 0: the name is removed
	step int    // the number of its change: a rename makes two namings
}

// volume is a disk in use.
type volume struct {
	*disk
	halves  bool
	step    int
	namings []naming // since they were durable, in order
}

// name changes one name of a directory; if id is 0 it removes the name.
func (v *volume) name(dir *inode, name string, id uint64) {
	set(dir.now.names, name, id)
	v.namings = append(v.namings, naming{dir.id, name, id, v.step})
}

// set sets or removes one name.
func set(names map[string]uint64, name string, id uint64) {
	if id == 0 {
		delete(names, name)
		return
	}
	names[name] = id
}

// write changes the bytes of a file.
func (n *inode) write(w write) {
	n.now.data = w.apply(n.now.data)
	n.writes = append(n.writes, w)
}

// apply returns the content after the write; it may change the old one in place.
func (w write) apply(content []byte) []byte {
	if w.size < 0 {
		content = grow(content, w.at+len(w.data))
		copy(content[w.at:], w.data)
		return content
	}
	return grow(content, w.size)[:w.size:w.size]
}

// sync makes a file's bytes durable and, except for fdatasync, its attributes.
func (n *inode) sync(attributes bool) {
	fresh := n.now.clone()
	n.durable.data, n.writes = fresh.data, nil
	if attributes {
		n.durable.attr = fresh.attr
	}
}

// syncDir makes the names in a directory durable.
func (v *volume) syncDir(dir *inode) {
	dir.durable.attr = dir.now.attr
	v.commit(func(c naming) bool { return c.dir == dir.id })
}

// syncAll makes everything durable.
func (v *volume) syncAll() {
	for _, n := range v.inodes {
		n.sync(true)
	}
	v.commit(func(naming) bool { return true })
}

// commit makes the picked changes of names durable, and those that have to be durable with them: earlier ones of the
// same name, and the other half of a rename.
func (v *volume) commit(pick func(naming) bool) {
	picked := make([]bool, len(v.namings))
	for i, c := range v.namings {
		picked[i] = pick(c)
	}
	for again := true; again; {
		again = false
		for i := range v.namings {
			if !picked[i] && v.drawn(i, picked) {
				picked[i], again = true, true
			}
		}
	}
	var rest []naming
	for i, c := range v.namings {
		if picked[i] {
			set(v.inodes[c.dir].durable.names, c.name, c.id)
		} else {
			rest = append(rest, c)
		}
	}
	v.namings = rest
}

// drawn reports whether a picked change needs the one at i.
func (v *volume) drawn(i int, picked []bool) bool {
	a := v.namings[i]
	for j, b := range v.namings {
		if !picked[j] {
			continue
		}
		if j > i && a.dir == b.dir && a.name == b.name || !v.halves && a.step == b.step {
			return true
		}
	}
	return false
}

// survivor returns a disk after a power cut. For seed 0 it has none of the changes that were not synced, else a
// part that the seed chooses: any sectors of the bytes, any attributes, and any changes of names with those that
// they need. Inodes without a name that survived are left out.
func (v *volume) survivor(seed uint64) *disk {
	c := &volume{disk: &disk{inodes: map[uint64]*inode{}, next: v.next}, halves: v.halves, namings: v.namings}
	random := rand.New(rand.NewPCG(seed, 0))
	for id := range c.next { // in a fixed order, so that the seed determines the result
		n := v.inodes[id]
		if n == nil {
			continue
		}
		kept := &inode{id: id, durable: n.durable}
		kept.durable.names = maps.Clone(n.durable.names)
		c.inodes[id] = kept
		if seed == 0 {
			continue
		}
		if len(n.writes) > 0 {
			kept.durable.data = tear(slices.Clone(kept.durable.data), n.writes, random)
		}
		if random.IntN(2) == 0 {
			kept.durable.attr = n.now.attr
		}
	}
	c.commit(func(naming) bool { return seed != 0 && random.IntN(2) == 0 })
	return c.disk.reachable()
}

// tear applies some sectors of some writes.
func tear(content []byte, writes []write, random *rand.Rand) []byte {
	for _, w := range writes {
		if w.size >= 0 {
			if random.IntN(2) == 0 {
				content = w.apply(content)
			}
			continue
		}
		size, longer := len(content), random.IntN(2) == 0
		for from := 0; from < len(w.data); {
			to := min(len(w.data), from+sector-(w.at+from)%sector)
			if random.IntN(2) == 0 {
				content = write{at: w.at + from, data: w.data[from:to], size: -1}.apply(content)
			}
			from = to
		}
		if !longer {
			content = content[:min(size, len(content))]
		}
	}
	return content
}

// reachable returns the disk without inodes that have no name.
func (d *disk) reachable() *disk {
	c := &disk{inodes: map[uint64]*inode{}, next: d.next}
	var visit func(id uint64)
	visit = func(id uint64) {
		if c.inodes[id] != nil || d.inodes[id] == nil {
			return
		}
		c.inodes[id] = d.inodes[id]
		for _, child := range d.inodes[id].durable.names {
			visit(child)
		}
	}
	visit(rootID)
	return c
}
