// Draws templates/media/clip.webm, the sample of the video templates: cars and a cyclist on a street, four seconds.
// The frames are ours; only their VP8 compression is left to a browser (WebCodecs), so this generator needs Chromium
// and `npm install` in web/. Run: node samples/generate/template-clip.mjs
import { writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { Canvas } from './canvas.mjs'
import { randomFrom } from './random.mjs'
import { ground, houses, skyline, sky } from './street/backdrop.mjs'
import { MOODS } from './street/moods.mjs'
import { bicycle, lamp, person, rider, shadow, tree } from './street/things.mjs'
import { bus, car } from './street/vehicles.mjs'
import { muxWebm } from './webm.mjs'
import { SAMPLES } from './write.mjs'

const [WIDTH, HEIGHT, FRAME_RATE, FRAMES] = [480, 320, 24, 96]
const mood = MOODS.find((m) => m.name === 'day')

/** The frame at `t` from 0 to 1; every part draws from its own stream, so that only places change. */
function frame(t) {
  const canvas = new Canvas(WIDTH, HEIGHT)
  const layout = { houses: 194, kerb: 210, near: 280, crossing: 300 }
  const scenery = randomFrom(41)
  sky(canvas, mood, scenery, layout.houses)
  skyline(canvas, mood, scenery, layout.houses)
  houses(canvas, mood, scenery, layout.houses, 'town')
  ground(canvas, mood, scenery, layout)
  const at = (x, y, scale, flip) => {
    const pen = canvas.at(x, y, scale, flip)
    shadow(pen, 40)
    return pen
  }
  tree(at(70, 206, 0.6), mood, randomFrom(5), 'summer')
  lamp(at(250, 206, 0.6), mood)
  person(at(150 + t * 60, 207, 0.56), mood, randomFrom(17), 'walk')
  bus(canvas.at(430 - t * 420, 240, 0.56, true), mood, randomFrom(8))
  car(canvas.at(-70 + t * 640, 275, 0.68), mood, randomFrom(6))
  if (t > 0.3) car(canvas.at(-270 + t * 560, 275, 0.68), mood, randomFrom(11))
  const rides = canvas.at(380 - t * 120, 266, 0.66, true)
  bicycle(rides, randomFrom(4))
  rider(rides, mood, randomFrom(4))
  return canvas.toRgb()
}

async function compress(frames) {
  const { chromium } = createRequire(join(SAMPLES, '..', 'web', 'package.json'))('playwright-core')
  // WebCodecs exists in secure contexts only; a page of the loopback address is one.
  const server = createServer((_, answer) => answer.setHeader('content-type', 'text/html').end('<!doctype html>')).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] })
  try {
    const page = await browser.newPage()
    await page.goto(`http://127.0.0.1:${server.address().port}/`)
    await page.evaluate(([width, height, framerate]) => {
      window.chunks = []
      window.encoder = new VideoEncoder({
        output(chunk) {
          const data = new Uint8Array(chunk.byteLength)
          chunk.copyTo(data)
          window.chunks.push({ key: chunk.type === 'key', data: btoa(String.fromCharCode(...data)) })
        },
        error(fault) {
          throw fault
        },
      })
      window.encoder.configure({ codec: 'vp8', width, height, framerate, bitrate: 450_000 })
    }, [WIDTH, HEIGHT, FRAME_RATE])
    for (const [index, rgb] of frames.entries()) {
      const rgba = Buffer.alloc(WIDTH * HEIGHT * 4, 255)
      for (let p = 0, q = 0; p < rgb.length; p += 3, q += 4) rgba.set(rgb.subarray(p, p + 3), q)
      await page.evaluate(([base64, width, height, timestamp, keyFrame]) => {
        const data = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
        const picture = new VideoFrame(data, { format: 'RGBA', codedWidth: width, codedHeight: height, timestamp })
        window.encoder.encode(picture, { keyFrame })
        picture.close()
      }, [rgba.toString('base64'), WIDTH, HEIGHT, Math.round((index * 1e6) / FRAME_RATE), index % 24 === 0])
    }
    const chunks = await page.evaluate(async () => {
      await window.encoder.flush()
      return window.chunks
    })
    return chunks.map(({ key, data }) => ({ key, data: Buffer.from(data, 'base64') }))
  } finally {
    await browser.close()
    server.close()
  }
}

const frames = await compress(Array.from({ length: FRAMES }, (_, i) => frame(i / (FRAMES - 1))))
writeFileSync(join(SAMPLES, '..', 'templates', 'media', 'clip.webm'), muxWebm({ width: WIDTH, height: HEIGHT, frameRate: FRAME_RATE, frames }))
