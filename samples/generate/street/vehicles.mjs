// Cars and buses, seen from the side. They stand on y = 0 of their pen and drive to the right.
import { mix } from '../canvas.mjs'
import { BUSES, CARS } from './moods.mjs'

const GLASS = '#a9c6d6'

function wheel(pen, x, r) {
  pen.circle(x, -r, r, '#22262c')
  pen.circle(x, -r, r * 0.58, '#b9c1c9')
  pen.circle(x, -r, r * 0.42, '#8b949e')
  for (let i = 0; i < 5; i++) {
    const a = (i * 2 * Math.PI) / 5
    pen.line(x, -r, x + Math.cos(a) * r * 0.46, -r + Math.sin(a) * r * 0.46, r * 0.12, '#d5dbe0')
  }
  pen.circle(x, -r, r * 0.14, '#59626c')
}

/** Outlines of the body and of the windows, in units; the car is 2 × `half` long. */
const BODIES = {
  sedan: {
    half: 66, wheels: [-41, 42], r: 12.5,
    body: [[-65, -11], [-67, -27], [-66, -33, -56, -34.5], [-42, -36], [-30, -51, -12, -51.5], [8, -51.5], [22, -51, 36, -36], [56, -32.5], [67, -30, 66.5, -18], [66, -11]],
    windows: [[[-37, -36], [-27, -47.5, -13, -47.8], [-5, -47.8], [-5, -36]], [[-1.5, -47.8], [8, -47.8], [18, -47.4, 29.5, -36], [-1.5, -36]]],
  },
  hatchback: {
    half: 54, wheels: [-33, 34], r: 12.5,
    body: [[-53, -11], [-55, -32], [-55, -38, -50, -44], [-46, -54.5, -34, -55], [2, -55], [17, -54, 30, -38], [47, -34.5], [55, -32, 54.5, -19], [54, -11]],
    windows: [[[-46, -38], [-44, -50, -34, -51], [-12, -51], [-12, -38]], [[-8.5, -51], [2, -51], [13, -50, 23.5, -38], [-8.5, -38]]],
  },
  estate: {
    half: 68, wheels: [-43, 43], r: 13,
    body: [[-66, -12], [-69, -34], [-68, -40, -64, -45], [-60, -56.5, -48, -57], [8, -57], [23, -56, 37, -39], [58, -35], [69, -32, 68, -20], [67, -12]],
    windows: [[[-60, -40], [-58, -52, -48, -53], [-34, -53], [-34, -40]], [[-30.5, -53], [-7, -53], [-7, -40], [-30.5, -40]], [[-3.5, -53], [8, -53], [19, -52, 30, -40], [-3.5, -40]]],
  },
  van: {
    half: 74, wheels: [-46, 47], r: 13.5,
    body: [[-73, -12], [-75, -66], [-75, -73, -67, -73], [24, -73], [38, -72, 50, -46], [66, -40], [75, -37, 74.5, -24], [74, -12]],
    windows: [[[14, -67], [24, -67], [34, -66, 42.5, -46], [14, -46]]],
  },
}

export function car(pen, mood, random) {
  const kind = random.pick(['sedan', 'sedan', 'hatchback', 'hatchback', 'estate', 'van'])
  const { half, wheels, r, body, windows } = BODIES[kind]
  const paint = random.pick(CARS)
  const dark = mix(paint, '#14181f', 0.28)
  pen.path(body, paint)
  pen.rect(-half + 1, -17, half * 2 - 2.4, 6, dark)
  pen.rect(-half + 2, -28.5, half * 2 - 6, 1.8, mix(paint, '#ffffff', 0.4))
  const glass = mood.lamps ? mix(GLASS, '#ffe7ad', 0.22) : GLASS
  for (const outline of windows) {
    pen.path(outline, glass)
    const xs = outline.map((p) => p.at(-2))
    const x = (Math.min(...xs) + Math.max(...xs)) / 2 - 12
    const y = Math.max(...outline.map((p) => p.at(-1)))
    if (random.chance(0.8)) pen.poly([[x + 7, y], [x + 11, y], [x + 15, y - 7], [x + 11, y - 7]], '#e6f1f6', { alpha: 0.6 })
  }
  if (kind === 'van' && random.chance(0.6)) pen.round(-62, -60, 62, 26, 3, mix(paint, random.pick(['#ffffff', '#e0a526', '#3f8f6b']), 0.4))
  const seams = kind === 'van' ? [8] : kind === 'hatchback' ? [-10] : [-33, -4]
  for (const x of seams) {
    pen.rect(x, -35, 1.2, 22, dark)
    pen.round(x + 4, -32.5, 7, 2, 1, dark)
  }
  for (const x of wheels) pen.circle(x, -r, r + 3, dark)
  for (const x of wheels) wheel(pen, x, r)
  const low = kind === 'van' ? -34 : -30
  pen.round(half - 8, low, 7, 6.4, 2.6, mood.lamps ? '#fff3c4' : '#f4ecc9', { glow: !!mood.lamps })
  pen.round(-half - 0.6, low - 1, 5, 8, 2, mood.lamps ? '#ff5a4e' : '#c9352f', { glow: !!mood.lamps })
  pen.circle(kind === 'hatchback' ? 26 : kind === 'van' ? 43 : 32, -38.5, 3, dark)
  if (kind !== 'van' && random.chance(0.07)) pen.round(-12, -60, 22, 6, 2, '#f1c40f')
  if (mood.snow && random.chance(0.6)) pen.round(kind === 'van' ? -66 : -30, (kind === 'van' ? -75 : kind === 'sedan' ? -53.5 : kind === 'hatchback' ? -57 : -59), kind === 'van' ? 86 : 34, 4.4, 2.2, '#f7fafc')
  if (mood.lamps) pen.poly([[half - 2, low + 2], [half + 92, -26], [half + 112, 0], [half + 4, -8]], '#fff0bd', { glow: true, alpha: 0.08 })
  return half
}

export function bus(pen, mood, random) {
  const half = random.pick([112, 124, 136])
  const paint = random.pick(BUSES)
  const top = -92
  pen.round(-half, top, half * 2, 80, [9, 13, 4, 4], paint)
  pen.rect(-half + 0.8, -24, half * 2 - 1.6, 12, mix(paint, '#14181f', 0.3))
  const band = random.pick(['#f6f1e6', mix(paint, '#ffffff', 0.55), '#f3d36b'])
  pen.rect(-half + 0.8, -39, half * 2 - 1.6, 6, band)
  pen.round(-half + 18, top - 5, half * 0.9, 6, 2.5, mix(paint, '#14181f', 0.18))
  const glass = mood.lamps ? '#ffe2a1' : GLASS
  const options = { glow: !!mood.lamps }
  pen.round(-half + 7, top + 10, half * 2 - 16, 38, 4, '#2c333b')
  for (let x = -half + 10; x < half - 62; x += 29) {
    pen.round(x, top + 13, 25, 32, 2.5, glass, options)
    if (random.chance(0.55)) {
      const hair = random.pick(['#2b211c', '#7a5230', '#8d8d8d', '#9c4a2b'])
      pen.path([[x + 5, top + 45], [x + 6, top + 36, x + 12, top + 36], [x + 18, top + 36, x + 19, top + 45]], random.pick(['#4f6a86', '#8b5c62', '#5d7d66', '#8a7b52']))
      pen.circle(x + 12, top + 31.5, 5, hair)
      pen.ellipse(x + 13.4, top + 32.4, 3.8, 4.2, random.pick(['#e4b48f', '#a56c45', '#7c4d31', '#f3cfb3']))
    }
  }
  pen.round(half - 20, top + 12, 18, 40, [3, 9, 3, 3], glass, options)
  for (const x of [-half * 0.12, half - 48]) {
    pen.round(x, top + 12, 24, 66, 2.5, '#333b44')
    for (const side of [2, 13]) pen.round(x + side, top + 14.5, 9, 60, 2, glass, options)
  }
  const wheels = [-half + 40, half - 66]
  for (const x of wheels) pen.circle(x, -15, 18.5, mix(paint, '#14181f', 0.5))
  for (const x of wheels) wheel(pen, x, 15)
  pen.round(half - 5, -32, 5, 8, 2, mood.lamps ? '#fff3c4' : '#f4ecc9', { glow: !!mood.lamps })
  pen.round(-half - 0.4, -36, 4.4, 12, 2, mood.lamps ? '#ff5a4e' : '#c9352f', { glow: !!mood.lamps })
  if (mood.snow) pen.round(-half + 6, top - 3, half * 2 - 14, 4.6, 2.3, '#f7fafc')
  if (mood.lamps) pen.poly([[half, -31], [half + 100, -30], [half + 124, 0], [half + 4, -10]], '#fff0bd', { glow: true, alpha: 0.08 })
  return half
}
