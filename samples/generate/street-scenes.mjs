// Draws the pictures of samples/street-scenes and writes their boxes: exact ones as annotations, slightly wrong
// ones with scores as predictions. Run: node samples/generate/street-scenes.mjs
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodePng } from './png.mjs'
import { randomFrom } from './random.mjs'
import { drawScene, HEIGHT, WIDTH } from './street/scene.mjs'
import { COUNTS, round, SAMPLES, tasks, writeTasks } from './write.mjs'

const SLUG = 'street-scenes'
const MODEL = 'street-boxes-0.3'
const MISTAKEN = { Car: 'Bus', Bus: 'Car', Person: 'Bicycle', Bicycle: 'Person', Tree: 'Traffic light', 'Traffic light': 'Person' }

const random = randomFrom(20240501)
const folder = join(SAMPLES, SLUG, 'images')
mkdirSync(folder, { recursive: true })

const scenes = []
for (let number = 1; number <= COUNTS.tasks; number++) {
  // A picture with almost nothing on the road teaches little: draw again until there is something to label.
  let scene
  do scene = drawScene(random)
  while (scene.objects.length < 5)
  const name = `${String(number).padStart(4, '0')}.png`
  writeFileSync(join(folder, name), encodePng(WIDTH, HEIGHT, scene.canvas.toRgb(), 200))
  scenes.push({ name, objects: scene.objects })
}

function region({ label, x, y, width, height }, score) {
  const [left, top] = [Math.max(0, x), Math.max(0, y)]
  const [right, bottom] = [Math.min(WIDTH, x + width), Math.min(HEIGHT, y + height)]
  const item = {
    id: random.id(),
    from_name: 'label',
    to_name: 'image',
    type: 'rectanglelabels',
    original_width: WIDTH,
    original_height: HEIGHT,
    image_rotation: 0,
    value: {
      x: round((left / WIDTH) * 100, 4),
      y: round((top / HEIGHT) * 100, 4),
      width: round(((right - left) / WIDTH) * 100, 4),
      height: round(((bottom - top) / HEIGHT) * 100, 4),
      rotation: 0,
      rectanglelabels: [label],
    },
  }
  if (score !== undefined) item.score = score
  return item
}

/** What a fair detector would say: small things are missed more often and scored lower. */
function guess(objects) {
  const found = []
  for (const object of objects) {
    const size = Math.min(1, Math.sqrt(object.width * object.height) / 90)
    if (random.chance(0.16 * (1 - size))) continue
    const wobble = 0.02 + 0.05 * (1 - size)
    const shift = () => random.between(-wobble, wobble)
    const wrong = random.chance(0.05)
    const score = wrong ? random.between(0.32, 0.58) : 0.62 + 0.33 * size + random.between(-0.12, 0.04)
    found.push(region({
      label: wrong ? MISTAKEN[object.label] : object.label,
      x: object.x + object.width * shift(),
      y: object.y + object.height * shift(),
      width: object.width * (1 + shift()),
      height: object.height * (1 + shift()),
    }, round(score)))
  }
  return found
}

writeTasks(SLUG, tasks({
  random,
  items: scenes.map(({ name }) => ({ image: `images/${name}` })),
  annotate: (i) => scenes[i].objects.map((object) => region(object)),
  predict: (i) => guess(scenes[i].objects),
  modelVersion: MODEL,
  seconds: (result) => 6 + 4.2 * result.length,
}))
