// Trees, lamps, traffic lights, people and bicycles. All stand on y = 0 of their pen and look to the right.
import { mix } from '../canvas.mjs'
import { AUTUMN, CLOTHES, GREENS, HAIR, SKIN, TROUSERS } from './moods.mjs'

export function shadow(pen, width, depth = 3) {
  pen.ellipse(0, 0, width / 2, depth, '#1c2230', { alpha: 0.22 })
}

export function tree(pen, mood, random, season) {
  const trunk = random.pick(['#6f4f3a', '#7d5b43', '#5c4636'])
  const leaf = mood.snow ? random.pick(['#dfe9ee', '#cfdde4', '#e9f0f3']) : random.pick(season === 'autumn' ? AUTUMN : GREENS)
  const dark = mix(leaf, mood.snow ? '#8fa6b3' : '#20402f', 0.24)
  const light = mix(leaf, '#fff6c8', 0.22)
  const kind = random.next()
  if (kind < 0.22) {
    const green = mood.snow ? '#7f9c93' : random.pick(['#3d7355', '#356a58', '#47805a'])
    pen.rect(-4, -22, 8, 22, trunk)
    for (let i = 0; i < 4; i++) {
      const half = 34 - i * 7
      const y = -18 - i * 25
      pen.poly([[-half, y], [0, y - 46], [half, y]], mix(green, '#ffffff', i * 0.05))
      pen.poly([[0, y - 46], [half, y], [half * 0.2, y]], mix(green, '#10261f', 0.2))
      if (mood.snow) pen.poly([[-half * 0.42, y - 27], [0, y - 46], [half * 0.42, y - 27], [0, y - 31]], '#f4f8fa')
    }
    return
  }
  pen.poly([[-5.5, 0], [-3.4, -62], [3.4, -62], [5.5, 0]], trunk)
  if (kind < 0.45) {
    pen.ellipse(0, -86, 25, 47, dark)
    pen.ellipse(-3, -89, 21, 42, leaf)
    pen.ellipse(-8, -100, 10, 20, light)
    return
  }
  pen.line(0, -46, -15, -66, 3.4, trunk)
  pen.line(0, -50, 14, -68, 3.4, trunk)
  const puffs = [[-22, -74, 22], [22, -76, 22], [0, -98, 29], [-2, -76, 26]]
  for (const [x, y, r] of puffs) pen.circle(x + 2, y + 3, r, dark)
  for (const [x, y, r] of puffs) pen.circle(x - 1, y - 1, r - 2.5, leaf)
  pen.circle(-9, -107, 11, light)
  pen.circle(-26, -80, 7, light)
  if (random.chance(0.12) && !mood.snow) {
    for (let i = 0; i < 11; i++) {
      const [a, r] = [random.between(0, 2 * Math.PI), random.between(3, 23)]
      pen.circle(Math.cos(a) * r, -88 + Math.sin(a) * r, 2, '#f3d7df')
    }
  }
}

export function lamp(pen, mood) {
  pen.rect(-4, -6, 8, 6, '#3f464f')
  pen.rect(-1.5, -118, 3, 116, '#4a525c')
  pen.path([[-1.5, -116], [-1.5, -128, 14, -128], [22, -128], [22, -125], [14, -125], [1.5, -125, 1.5, -116]], '#4a525c')
  pen.poly([[13, -125], [31, -125], [28, -119], [16, -119]], '#3f464f')
  if (!mood.lamps) return
  pen.ellipse(22, -118, 7, 2.6, '#fff3c2', { glow: true })
  pen.poly([[15, -117], [29, -117], [58, 0], [-14, 0]], '#ffe9a8', { glow: true, alpha: 0.1 })
  pen.circle(22, -117, 18, '#ffe9a8', { glow: true, alpha: 0.14 })
}

export function trafficLight(pen, random) {
  const lit = random.pick(['red', 'amber', 'green', 'red', 'green'])
  pen.rect(-4.5, -5, 9, 5, '#343a42')
  pen.rect(-1.8, -74, 3.6, 74, '#4b535d')
  pen.round(-9, -112, 18, 42, 4, '#2a2f36')
  pen.round(-7.4, -110.4, 14.8, 38.8, 3, '#363d46')
  const lights = [['red', '#e5473f', -103], ['amber', '#f0b429', -91], ['green', '#43b872', -79]]
  for (const [name, color, y] of lights) {
    if (name === lit) {
      pen.circle(0, y, 4.8, color, { glow: true })
      pen.circle(-1.4, y - 1.5, 1.4, '#ffffff', { glow: true, alpha: 0.7 })
    } else pen.circle(0, y, 4.6, mix(color, '#20252b', 0.78))
  }
  for (const [name, color, y] of lights) if (name === lit) pen.circle(0, y, 11, color, { glow: true, alpha: 0.14 })
}

/** A person of about 70 units; `pose` is walk, stand or wave. */
export function person(pen, mood, random, pose = random.pick(['walk', 'walk', 'stand', 'wave'])) {
  const look = wardrobe(mood, random)
  const stride = pose === 'walk' ? random.between(6, 10) : 2.6
  const hip = -33
  if (pose === 'walk') {
    pen.line(0, hip, -stride, -3, 6, mix(look.trousers, '#000000', 0.18))
    pen.line(-stride, -2.4, -stride + 4.5, -2.2, 4, look.shoes)
    pen.line(0, hip, stride, -3, 6, look.trousers)
    pen.line(stride, -2.4, stride + 5, -2.2, 4, look.shoes)
  } else {
    for (const x of [-stride, stride]) {
      pen.line(x * 0.8, hip, x, -3, 6, x < 0 ? mix(look.trousers, '#000000', 0.14) : look.trousers)
      pen.line(x, -2.2, x + 3.6, -2.2, 4, look.shoes)
    }
  }
  const swing = pose === 'walk' ? stride * 0.9 : 3
  pen.line(-2, -52, -2 - swing, -34, 4.6, mix(look.coat, '#000000', 0.2))
  pen.circle(-2 - swing, -32.6, 2.3, look.skin)
  if (look.skirt) pen.path([[-6, -40], [6, -40], [9.5, -23], [-9.5, -23]], look.coat)
  pen.path([[-7.6, -32], [-8.4, -50], [-8, -56, -3, -56.5], [3, -56.5], [8, -56, 8.2, -50], [7.6, -32]], look.coat)
  if (look.stripe) pen.rect(-7.9, -46, 15.9, 4.4, look.stripe)
  pen.rect(-2.4, -60, 4.8, 5, mix(look.skin, '#5b3a2a', 0.15))
  pen.ellipse(0.4, -64.6, 6, 6.8, look.skin)
  head(pen, look)
  if (look.bag) {
    pen.line(-6, -55, 6, -38, 1.5, mix(look.bag, '#000000', 0.2))
    pen.round(3, -41, 9, 10, 2, look.bag)
  }
  const hand = pose === 'wave' ? [11, -66] : [2 + swing, -35]
  pen.line(2.5, -52, hand[0], hand[1], 4.6, mix(look.coat, '#ffffff', 0.1))
  pen.circle(hand[0], hand[1] + (pose === 'wave' ? -1 : 1.6), 2.4, look.skin)
  if (look.umbrella) {
    const [x, y] = [hand[0] + 1, -84]
    pen.line(x, hand[1], x, y, 1.3, '#3a3f46')
    pen.path([[x - 23, y + 9], [x - 20, y - 14, x, y - 14], [x + 20, y - 14, x + 23, y + 9], [x + 15, y + 3, x + 8, y + 8], [x, y + 2, x - 8, y + 8], [x - 15, y + 3, x - 23, y + 9]], look.umbrella)
  }
}

function wardrobe(mood, random) {
  return {
    skin: random.pick(SKIN),
    hair: random.pick(HAIR),
    cut: random.pick(['short', 'short', 'long', 'bun', 'bald', mood.snow ? 'hat' : 'short', 'hat']),
    hat: random.pick(CLOTHES),
    coat: random.pick(CLOTHES),
    trousers: random.pick(TROUSERS),
    shoes: random.pick(['#2b2b30', '#5a4334', '#e6e2da', '#7d3f3a']),
    skirt: random.chance(0.22),
    stripe: random.chance(0.2) ? random.pick(CLOTHES) : null,
    bag: random.chance(0.3) ? random.pick(['#8a5a3c', '#3d5a6c', '#a94b4b', '#4a4a52']) : null,
    umbrella: mood.rain && random.chance(0.6) ? random.pick(CLOTHES) : null,
  }
}

function head(pen, look) {
  const { hair } = look
  if (look.cut === 'bald') return
  pen.path([[-6.2, -63], [-7.4, -73, 0.4, -72.4], [7.4, -72.6, 6.6, -66.4], [2, -69.4, -2.4, -66.6], [-3, -64, -6.2, -63]], hair)
  if (look.cut === 'long') pen.path([[-6.4, -67], [-9, -60, -7.6, -53.5], [-2.4, -55], [-4, -62, -2.6, -67.5]], hair)
  if (look.cut === 'bun') pen.circle(-5.6, -71.4, 3.3, hair)
  if (look.cut === 'hat') {
    pen.path([[-6.8, -66.6], [-7, -75, 0.4, -74.6], [7.6, -75, 7, -66.6]], look.hat)
    pen.round(-7.6, -68.4, 15.4, 3.2, 1.4, mix(look.hat, '#000000', 0.2))
  }
}

/** A bicycle of about 62 by 40 units, without its rider. */
export function bicycle(pen, random, color = random.pick(CLOTHES)) {
  const wheel = 14.5
  for (const x of [-20, 20]) {
    pen.ring(x, -wheel, wheel, 2.2, '#2b3037')
    for (let i = 0; i < 4; i++) {
      const a = (i * Math.PI) / 4 + 0.3
      pen.line(x - Math.cos(a) * 12, -wheel - Math.sin(a) * 12, x + Math.cos(a) * 12, -wheel + Math.sin(a) * 12, 0.6, '#9aa4ae')
    }
    pen.circle(x, -wheel, 2, '#59626c')
  }
  const bars = [[-20, -14.5, -6, -34], [-20, -14.5, -2, -14.5], [-2, -14.5, -7, -36], [-2, -14.5, 14, -34], [-6, -33, 14, -34], [20, -14.5, 13, -37]]
  for (const [x1, y1, x2, y2] of bars) pen.line(x1, y1, x2, y2, 2.5, color)
  pen.line(-7.5, -36, -8.5, -40, 2, '#3a3f46')
  pen.round(-15, -42.4, 13, 3.4, 1.7, '#2f343b')
  pen.line(13, -37, 11.6, -42, 2, '#3a3f46')
  pen.line(11.6, -42, 17.5, -43.4, 2.4, '#2f343b')
  pen.circle(-2, -14.5, 4, '#4a525b')
  pen.line(-2, -14.5, 2.4, -9.6, 1.7, '#39404a')
}

/** The rider of that bicycle; drawn by itself, because it is an object of its own. */
export function rider(pen, mood, random) {
  const look = wardrobe(mood, random)
  pen.line(-9, -43, 0, -29, 6, mix(look.trousers, '#000000', 0.2))
  pen.line(0, -29, -4.6, -18, 5, mix(look.trousers, '#000000', 0.2))
  pen.line(-9, -43, 4, -30, 6.2, look.trousers)
  pen.line(4, -30, 2.6, -12.5, 5, look.trousers)
  pen.line(2.6, -10.4, 7, -10, 3.8, look.shoes)
  pen.path([[-14, -43], [-12, -58, -2, -67], [3, -69, 6.4, -64], [1, -52, -4, -41]], look.coat)
  pen.line(2.6, -61, 8, -50, 4.4, mix(look.coat, '#ffffff', 0.1))
  pen.line(8, -50, 15.4, -45.4, 4, mix(look.coat, '#ffffff', 0.1))
  pen.circle(16.4, -45, 2.3, look.skin)
  pen.ellipse(7, -73.4, 5.8, 6.5, look.skin)
  const helmet = random.pick(CLOTHES)
  pen.path([[0.4, -74], [0, -82.6, 7, -82.4], [14, -82.4, 13.6, -75], [7, -77.4, 0.4, -74]], helmet)
}
