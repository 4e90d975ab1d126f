package lookalikes

import (
	"image"
	"math"
	"math/rand/v2"
	"slices"
)

// colour is red, green and blue from 0 to 1.
type colour [3]float64

// mix returns the colour between c, at 0, and o, at 1.
func (c colour) mix(o colour, at float64) colour {
	at = min(max(at, 0), 1)
	for i := range c {
		c[i] += (o[i] - c[i]) * at
	}
	return c
}

// lit returns the colour with that much light.
func (c colour) lit(by float64) colour { return colour{c[0] * by, c[1] * by, c[2] * by} }

// scene returns the colour at a place: x from 0 to the ratio of the picture, y from 0, the top, to 1.
type scene func(x, y float64) colour

// maker makes the parts of one made-up picture from a seed.
type maker struct {
	*rand.Rand
	ratio float64
}

func (m maker) between(a, b float64) float64 { return a + (b-a)*m.Float64() }

// paint returns a colour of the picture's own range of hues.
func (m maker) paint() colour { return colour{m.Float64(), m.Float64(), m.Float64()} }

// cloud returns noise with the spectrum of photographs, about 0 to 1, whose largest forms have that size.
func (m maker) cloud(size float64, octaves int) func(x, y float64) float64 {
	var corners [256]float64
	for i := range corners {
		corners[i] = m.Float64()
	}
	at := func(x, y int) float64 { return corners[uint(x*197+y*8191+(x^y)*31)%256] }
	return func(x, y float64) float64 {
		sum, weight, scale := 0.0, 0.5, 1/size
		for o := range octaves {
			fx, fy := x*scale+float64(o)*17.3, y*scale+float64(o)*5.7
			ix, iy := math.Floor(fx), math.Floor(fy)
			u, v := fx-ix, fy-iy
			u, v = u*u*(3-2*u), v*v*(3-2*v)
			i, j := int(ix), int(iy)
			sum += weight * (at(i, j)*(1-u)*(1-v) + at(i+1, j)*u*(1-v) + at(i, j+1)*(1-u)*v + at(i+1, j+1)*u*v)
			weight, scale = weight/2, scale*2
		}
		return sum
	}
}

// landscape has a sky with a sun, and mountains one behind the other.
func (m maker) landscape() scene {
	top, low, near := m.paint(), m.paint(), m.paint().lit(0.4)
	sx, sy, sr := m.between(0, m.ratio), m.between(0.05, 0.5), m.between(0.02, 0.1)
	sky, ground := m.cloud(0.3, 4), m.cloud(0.08, 4)
	type ridge struct {
		at, height float64
		line       func(x, y float64) float64
	}
	var ridges []ridge
	for n := 2 + m.IntN(4); len(ridges) < n; {
		ridges = append(ridges, ridge{
			0.3 + 0.6*float64(len(ridges)+1)/float64(n+1), m.between(0.1, 0.5), m.cloud(m.between(0.2, 1), 5),
		})
	}
	return func(x, y float64) colour {
		for i, r := range slices.Backward(ridges) {
			if y > r.at+r.height*(0.5-r.line(x, float64(i))) {
				return low.mix(near, float64(i+1)/float64(len(ridges))).lit(0.6 + 0.8*ground(x, y))
			}
		}
		if math.Hypot(x-sx, y-sy) < sr {
			return colour{1, 0.95, 0.8}
		}
		return top.mix(low, y+0.6*(sky(x, 2*y)-0.5)).mix(colour{1, 1, 1}, 1.6*(sky(x, 2*y)-0.55))
	}
}

// portrait has a head and shoulders before something blurred.
func (m maker) portrait() scene {
	back, far := m.paint(), m.paint()
	skin := colour{m.between(0.3, 0.95), m.between(0.25, 0.75), m.between(0.2, 0.6)}
	hair, cloth := m.paint().lit(0.6), m.paint()
	cx, cy := m.ratio*m.between(0.35, 0.65), m.between(0.3, 0.45)
	rx, ry, light := m.between(0.1, 0.2), m.between(0.15, 0.27), m.between(-1, 1)
	behind, grain := m.cloud(m.between(0.2, 0.6), 3), m.cloud(0.05, 4)
	return func(x, y float64) colour {
		u, v := (x-cx)/rx, (y-cy)/ry
		shade := 0.75 + 0.25*light*u + 0.4*(grain(x, y)-0.5)
		switch d := math.Hypot(u, v); {
		case math.Hypot((math.Abs(u)-0.4)*5, (v+0.1)*8) < 1:
			return colour{0.1, 0.1, 0.15}
		case math.Hypot(u*3, (v-0.55)*12) < 1:
			return skin.mix(colour{0.7, 0.1, 0.2}, 0.6)
		case d < 1 && v > -0.6+0.3*grain(x, 0):
			return skin.lit(shade)
		case math.Hypot(u/1.25, (v+0.2)/1.2) < 1 && v < 0.7:
			return hair.lit(shade)
		case math.Hypot((x-cx)/(2.3*rx), (y-cy-2.4*ry)/(1.6*ry)) < 1:
			return cloth.lit(shade)
		}
		return back.mix(far, 1.5*behind(x, y))
	}
}

// room has walls in perspective, pictures, windows and furniture.
func (m maker) room() scene {
	vx, vy := m.ratio*m.between(0.3, 0.7), m.between(0.3, 0.6)
	walls := [4]colour{m.paint(), m.paint(), m.paint(), m.paint()}
	depth, texture := m.between(0.15, 0.5), m.cloud(0.06, 4)
	boxes := m.boxes(3+m.IntN(8), 0.05, 0.4)
	return func(x, y float64) colour {
		light := 0.6 + 0.8*texture(x, y)
		for _, b := range boxes {
			if b.has(x, y) {
				return b.paint.lit(light)
			}
		}
		u, v := (x-vx)/m.ratio, y-vy
		far := max(math.Abs(u), math.Abs(v))
		switch {
		case far < depth/2:
			return walls[0].lit(light)
		case math.Abs(u) > math.Abs(v):
			return walls[1].lit(light * (0.5 + far))
		case v < 0:
			return walls[2].lit(light * (0.5 + far))
		}
		return walls[3].lit(light * (0.6 + 0.3*math.Copysign(1, math.Sin(40*u/v))))
	}
}

// box is an upright rectangle.
type box struct {
	x, y, w, h float64
	paint      colour
}

func (b box) has(x, y float64) bool { return x > b.x && x < b.x+b.w && y > b.y && y < b.y+b.h }

func (m maker) boxes(n int, least, most float64) (all []box) {
	for range n {
		all = append(all, box{
			m.between(-0.1, m.ratio), m.between(-0.1, 1), m.between(least, most), m.between(least, most), m.paint(),
		})
	}
	return all
}

// drawing has flat forms with outlines on paper.
func (m maker) drawing() scene {
	paper := colour{1, 1, 1}.mix(m.paint(), 0.3*m.Float64())
	type form struct {
		x, y, r, turn float64
		corners       float64
		paint         colour
	}
	var forms []form
	for n := 5 + m.IntN(20); len(forms) < n; {
		forms = append(forms, form{
			m.between(0, m.ratio), m.between(0, 1), m.between(0.04, 0.3), m.between(0, 7), float64(3 + m.IntN(6)),
			m.paint(),
		})
	}
	return func(x, y float64) colour {
		for _, f := range forms {
			angle := math.Atan2(y-f.y, x-f.x) + f.turn
			side := 2 * math.Pi / f.corners
			d := math.Hypot(x-f.x, y-f.y) * math.Cos(math.Mod(angle+20*side, side)-side/2) / f.r
			if d < 0.95 {
				return f.paint
			} else if d < 1 {
				return colour{0.05, 0.05, 0.05}
			}
		}
		return paper
	}
}

// page has headings, lines of text and diagrams on white.
func (m maker) page() scene {
	blocks := m.boxes(2+m.IntN(5), 0.1, 0.5)
	left, step, words := m.between(0.05, 0.2), m.between(0.02, 0.05), m.cloud(0.03, 2)
	return func(x, y float64) colour {
		for _, b := range blocks {
			if b.has(x, y) {
				return b.paint.mix(colour{1, 1, 1}, 0.3)
			}
		}
		line := math.Mod(y, step) / step
		if x > left && x < m.ratio-left && line < 0.5 && words(x, math.Floor(y/step)*7) > 0.3 {
			return colour{0.15, 0.15, 0.15}
		}
		return colour{1, 1, 1}
	}
}

// texture has leaves, water, stone or clouds all over.
func (m maker) texture() scene {
	a, b, c := m.paint(), m.paint(), m.paint()
	field, warp := m.cloud(m.between(0.1, 0.6), 6), m.cloud(m.between(0.2, 0.8), 3)
	return func(x, y float64) colour {
		d := field(x+0.5*warp(x, y), y+0.5*warp(y, x))
		return a.mix(b, 3*(d-0.3)).mix(c, 4*(d-0.55))
	}
}

// still has balls in the light on a table.
func (m maker) still() scene {
	wall, table, edge := m.paint(), m.paint(), m.between(0.4, 0.75)
	grain := m.cloud(0.07, 4)
	type ball struct {
		x, y, r float64
		paint   colour
	}
	var balls []ball
	for n := 2 + m.IntN(7); len(balls) < n; {
		balls = append(balls,
			ball{m.between(0, m.ratio), edge + m.between(-0.1, 0.25), m.between(0.06, 0.25), m.paint()})
	}
	lx, ly := m.between(-1, 1), m.between(-1, 0)
	return func(x, y float64) colour {
		for _, b := range balls {
			u, v := (x-b.x)/b.r, (y-b.y)/b.r
			if d := u*u + v*v; d < 1 {
				light := max(0, lx*u+ly*v+0.7*math.Sqrt(1-d))
				return b.paint.lit(0.25+0.8*light).mix(colour{1, 1, 1}, math.Pow(light, 12)/3)
			}
		}
		if y > edge {
			return table.lit(0.5 + grain(x, 4*y))
		}
		return wall.lit(1 - 0.4*math.Hypot(x-m.ratio/2, y-0.3) + 0.3*(grain(x, y)-0.5))
	}
}

// sizes are the shapes in which ChatGPT makes pictures.
var sizes = []image.Point{{1024, 1024}, {1536, 1024}, {1024, 1536}, {1672, 941}}

// madeUp returns a made-up picture, always the same for a seed, whose longer side has that many pixels.
func madeUp(seed uint64, longer int) *image.RGBA {
	m := maker{Rand: rand.New(rand.NewPCG(seed, 7))}
	size := sizes[m.IntN(len(sizes))]
	w, h := size.X*longer/max(size.X, size.Y), size.Y*longer/max(size.X, size.Y)
	m.ratio = float64(w) / float64(h)
	kinds := []func() scene{m.landscape, m.portrait, m.room, m.drawing, m.page, m.texture, m.still}
	at := kinds[seed%uint64(len(kinds))]()
	to := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := at((float64(x)+0.5)/float64(h), (float64(y)+0.5)/float64(h))
			noise := m.between(-0.01, 0.01) // of a sensor
			for i := range c {
				to.Pix[y*to.Stride+4*x+i] = uint8(255 * min(max(c[i]+noise, 0), 1))
			}
			to.Pix[y*to.Stride+4*x+3] = 255
		}
	}
	return to
}
