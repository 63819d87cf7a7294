// A tiny picture surface: filled polygons with anti-aliasing by supersampling, and a second layer that
// remembers which object owns each sample, so that boxes can be read off the picture itself.

const SAMPLES = 3 // per pixel and axis

/** '#rrggbb' to [r, g, b]. */
export function rgb(color) {
  if (typeof color !== 'string') return color
  const n = Number.parseInt(color.slice(1), 16)
  return [n >> 16, (n >> 8) & 255, n & 255]
}

/** The colour `part` of the way from a to b. */
export function mix(a, b, part) {
  const [from, to] = [rgb(a), rgb(b)]
  return from.map((v, i) => Math.round(v + (to[i] - v) * part))
}

export class Canvas {
  constructor(width, height) {
    this.width = width
    this.height = height
    this.columns = width * SAMPLES
    this.rows = height * SAMPLES
    this.pixels = new Uint8Array(this.columns * this.rows * 3)
    this.owners = new Uint16Array(this.columns * this.rows)
    /** Samples ever taken by each object, hidden or not: index is the owner. */
    this.drawn = [0]
    this.owner = 0
    this.tint = { color: [0, 0, 0], amount: 0 }
  }

  /** Runs `draw`; all that it paints belongs to a new object, whose number is returned. */
  object(draw) {
    this.owner = this.drawn.length
    this.drawn.push(0)
    draw()
    const made = this.owner
    this.owner = 0
    return made
  }

  /**
   * Fills a polygon (even-odd rule, points in pixels). `glow` leaves out the tint of the hour, for things that
   * shine; paint that is not opaque never takes ownership, so shadows and light belong to nobody.
   */
  fill(points, color, { alpha = 1, glow = false } = {}) {
    const { tint, columns, rows, pixels, owners, owner } = this
    const [r, g, b] = glow || tint.amount === 0 ? rgb(color) : mix(color, tint.color, tint.amount)
    const flat = points.map(([x, y]) => [x * SAMPLES, y * SAMPLES])
    const ys = flat.map((p) => p[1])
    const top = Math.max(0, Math.ceil(Math.min(...ys) - 0.5))
    const bottom = Math.min(rows - 1, Math.floor(Math.max(...ys) - 0.5))
    for (let row = top; row <= bottom; row++) {
      const y = row + 0.5
      const crossings = []
      for (let i = 0, j = flat.length - 1; i < flat.length; j = i++) {
        const [x1, y1] = flat[j]
        const [x2, y2] = flat[i]
        if (y1 <= y !== y2 <= y) crossings.push(x1 + ((y - y1) * (x2 - x1)) / (y2 - y1))
      }
      crossings.sort((m, n) => m - n)
      for (let i = 0; i + 1 < crossings.length; i += 2) {
        const from = Math.max(0, Math.ceil(crossings[i] - 0.5))
        const to = Math.min(columns - 1, Math.ceil(crossings[i + 1] - 0.5) - 1)
        for (let at = row * columns + from, end = row * columns + to; at <= end; at++) {
          const p = at * 3
          if (alpha === 1) {
            pixels[p] = r
            pixels[p + 1] = g
            pixels[p + 2] = b
            if (owners[at] !== owner) {
              owners[at] = owner
              this.drawn[owner]++
            }
          } else {
            pixels[p] += (r - pixels[p]) * alpha
            pixels[p + 1] += (g - pixels[p + 1]) * alpha
            pixels[p + 2] += (b - pixels[p + 2]) * alpha
          }
        }
      }
    }
  }

  /** A pen whose origin is (x, y) and whose unit is `scale` pixels; `flip` mirrors left and right. */
  at(x = 0, y = 0, scale = 1, flip = false) {
    return new Pen(this, x, y, scale, flip)
  }

  /** What is visible of each object: pixel box and the visible share of what was painted. */
  boxes() {
    const found = new Map()
    for (let row = 0, at = 0; row < this.rows; row++) {
      for (let column = 0; column < this.columns; column++, at++) {
        const owner = this.owners[at]
        if (owner === 0) continue
        let box = found.get(owner)
        if (!box) found.set(owner, (box = { left: column, right: column, top: row, bottom: row, seen: 0 }))
        if (column < box.left) box.left = column
        if (column > box.right) box.right = column
        box.bottom = row
        box.seen++
      }
    }
    return new Map([...found].map(([owner, box]) => [owner, {
      x: box.left / SAMPLES,
      y: box.top / SAMPLES,
      width: (box.right + 1 - box.left) / SAMPLES,
      height: (box.bottom + 1 - box.top) / SAMPLES,
      share: box.seen / this.drawn[owner],
    }]))
  }

  /** The finished picture: packed RGB, each pixel the mean of its samples. */
  toRgb() {
    const out = new Uint8Array(this.width * this.height * 3)
    const area = SAMPLES * SAMPLES
    for (let y = 0, to = 0; y < this.height; y++) {
      for (let x = 0; x < this.width; x++) {
        for (let channel = 0; channel < 3; channel++) {
          let sum = 0
          for (let dy = 0; dy < SAMPLES; dy++) {
            let p = ((y * SAMPLES + dy) * this.columns + x * SAMPLES) * 3 + channel
            for (let dx = 0; dx < SAMPLES; dx++, p += 3) sum += this.pixels[p]
          }
          out[to++] = Math.round(sum / area)
        }
      }
    }
    return out
  }
}

class Pen {
  constructor(canvas, x, y, scale, flip) {
    Object.assign(this, { canvas, x, y, scale, flip })
  }

  poly(points, color, options) {
    const side = this.flip ? -this.scale : this.scale
    this.canvas.fill(points.map(([px, py]) => [this.x + px * side, this.y + py * this.scale]), color, options)
  }

  rect(x, y, width, height, color, options) {
    this.poly([[x, y], [x + width, y], [x + width, y + height], [x, y + height]], color, options)
  }

  /** A rectangle with round corners; `radius` is one number or four (clockwise from top left). */
  round(x, y, width, height, radius, color, options) {
    const radii = Array.isArray(radius) ? radius : [radius, radius, radius, radius]
    const corners = [
      [x + radii[0], y + radii[0], 180, radii[0]],
      [x + width - radii[1], y + radii[1], 270, radii[1]],
      [x + width - radii[2], y + height - radii[2], 0, radii[2]],
      [x + radii[3], y + height - radii[3], 90, radii[3]],
    ]
    this.poly(corners.flatMap(([cx, cy, angle, r]) => arc(cx, cy, r, r, angle, angle + 90, 8)), color, options)
  }

  ellipse(cx, cy, rx, ry, color, options) {
    this.poly(arc(cx, cy, rx, ry, 0, 360, 40), color, options)
  }

  circle(cx, cy, r, color, options) {
    this.ellipse(cx, cy, r, r, color, options)
  }

  ring(cx, cy, r, thickness, color, options) {
    const outer = arc(cx, cy, r, r, 0, 360, 40)
    const inner = arc(cx, cy, r - thickness, r - thickness, 360, 0, 40)
    this.poly([...outer, outer[0], ...inner, inner[0]], color, options)
  }

  /** A thick line with round ends. */
  line(x1, y1, x2, y2, thickness, color, options) {
    const r = thickness / 2
    const angle = (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI
    this.poly([...arc(x1, y1, r, r, angle + 90, angle + 270, 8), ...arc(x2, y2, r, r, angle - 90, angle + 90, 8)], color, options)
  }

  /** A closed outline: [x, y] is a corner, [cx, cy, x, y] a quadratic curve to (x, y). */
  path(steps, color, options) {
    const points = []
    for (const step of steps) {
      if (step.length === 2) {
        points.push(step)
        continue
      }
      const [x0, y0] = points.at(-1)
      const [cx, cy, x, y] = step
      for (let i = 1; i <= 10; i++) {
        const t = i / 10
        const u = 1 - t
        points.push([u * u * x0 + 2 * u * t * cx + t * t * x, u * u * y0 + 2 * u * t * cy + t * t * y])
      }
    }
    this.poly(points, color, options)
  }
}

function arc(cx, cy, rx, ry, from, to, steps) {
  return Array.from({ length: steps + 1 }, (_, i) => {
    const angle = ((from + ((to - from) * i) / steps) * Math.PI) / 180
    return [cx + rx * Math.cos(angle), cy + ry * Math.sin(angle)]
  })
}
