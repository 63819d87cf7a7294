// Composes one street: backdrop, then rows of things from far to near, and returns the boxes of what can be seen.
import { Canvas } from '../canvas.mjs'
import { ground, houses, skyline, sky, weather } from './backdrop.mjs'
import { MOODS } from './moods.mjs'
import { bicycle, lamp, person, rider, shadow, trafficLight, tree } from './things.mjs'
import { bus, car } from './vehicles.mjs'

export const WIDTH = 720
export const HEIGHT = 480

/** What must be visible of an object for it to be labeled. */
const LEAST_SHARE = 0.3
const LEAST_SIDE = 9

/** Draws a scene; `options.mood` forces an hour or weather by name. */
export function drawScene(random, options = {}) {
  const canvas = new Canvas(WIDTH, HEIGHT)
  const mood = options.mood ? MOODS.find((m) => m.name === options.mood) : random.pick(MOODS.flatMap((m) => Array(m.weight).fill(m)))
  const style = random.pick(['town', 'town', 'town', 'suburb', 'suburb', 'park'])
  const season = random.chance(0.25) ? 'autumn' : 'summer'
  const zoom = random.between(0.86, 1.2)
  const lift = random.between(-22, 16)
  const layout = { houses: 292 + lift, kerb: 316 + lift, near: 418 + lift * 0.4 }
  if (random.chance(0.45)) layout.crossing = random.between(90, WIDTH - 190)

  sky(canvas, mood, random, layout.houses)
  canvas.tint = { color: mood.tint, amount: mood.amount }
  skyline(canvas, mood, random, layout.houses)
  houses(canvas, mood, random, layout.houses, style)
  ground(canvas, mood, random, layout)

  const labels = new Map()
  const add = (label, draw) => labels.set(canvas.object(draw), label)
  const scene = { canvas, mood, season, random, zoom, layout, add }
  pavement(scene, layout.kerb - 6, 0.74 * zoom, style === 'park' ? [4, 7] : [1, 4], [1, 5])
  lane(scene, layout.kerb + (layout.near - layout.kerb) * 0.42, 0.84 * zoom, true)
  lane(scene, layout.near - 7, 1.02 * zoom, false)
  pavement(scene, layout.near + (HEIGHT - layout.near) * 0.62, 1.12 * zoom, [0, 1], [0, 3])
  weather(canvas, mood, random)

  const objects = []
  for (const [owner, box] of canvas.boxes()) {
    const { x, y, width, height, share } = box
    if (share >= LEAST_SHARE && width >= LEAST_SIDE && height >= LEAST_SIDE) objects.push({ label: labels.get(owner), x, y, width, height })
  }
  return { canvas, objects, mood: mood.name }
}

/** Takes free places along a line, so that things of one row do not stand inside each other. */
function places(random) {
  const taken = []
  return (half, gap) => {
    for (let attempt = 0; attempt < 24; attempt++) {
      const x = random.between(-half * 0.4, WIDTH + half * 0.4)
      if (taken.every(([at, reach]) => Math.abs(at - x) > reach + half + gap)) {
        taken.push([x, half])
        return x
      }
    }
    return null
  }
}

function pavement({ canvas, mood, season, random, layout, add }, y, scale, trees, people) {
  const free = places(random)
  const things = []
  const put = (half, gap, draw) => {
    const x = free(half * scale, gap)
    if (x !== null) things.push({ x, y: y + random.between(-4, 4), draw })
  }
  if (layout.crossing !== undefined && random.chance(0.85)) {
    things.push({ x: layout.crossing - 16, y: y - 2, draw: (pen) => add('Traffic light', () => trafficLight(pen, random)) })
  } else if (random.chance(0.3)) put(12, 10, (pen) => add('Traffic light', () => trafficLight(pen, random)))
  for (let i = random.whole(0, 2); i > 0; i--) put(26, 20, (pen) => lamp(pen, mood))
  for (let i = random.whole(...trees); i > 0; i--) {
    put(34, 2, (pen) => {
      shadow(pen, 46, 4)
      add('Tree', () => tree(pen, mood, random, season))
    })
  }
  for (let i = random.whole(...people); i > 0; i--) {
    put(13, 1, (pen) => {
      shadow(pen, 22)
      const small = random.chance(0.16) ? 0.66 : random.between(0.93, 1.06)
      add('Person', () => person(canvas.at(pen.x, pen.y, pen.scale * small, pen.flip), mood, random))
    })
  }
  if (random.chance(0.28)) {
    put(36, 4, (pen) => {
      shadow(pen, 62)
      add('Bicycle', () => bicycle(pen, random))
    })
  }
  for (const { x, y: at, draw } of things.sort((a, b) => a.y - b.y)) draw(canvas.at(x, at, scale, random.chance(0.5)))
}

function lane({ canvas, mood, random, add }, y, scale, flip) {
  const free = places(random)
  const count = random.pick([1, 1, 2, 2, 3, 3, 4])
  for (let i = 0; i < count; i++) {
    const kind = random.next()
    const half = (kind < 0.16 ? 128 : kind < 0.36 ? 34 : 72) * scale
    const x = free(half, 10)
    if (x === null) continue
    const pen = canvas.at(x, y + random.between(-3, 3), scale, flip)
    shadow(pen, (half * 2) / scale, 4.5)
    if (kind < 0.16) add('Bus', () => bus(pen, mood, random))
    else if (kind < 0.36) {
      add('Bicycle', () => bicycle(pen, random))
      add('Person', () => rider(pen, mood, random))
    } else add('Car', () => car(pen, mood, random))
  }
}
