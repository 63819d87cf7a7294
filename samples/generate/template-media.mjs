// Draws the pictures and the sound of the sample tasks in templates/media.
// Run: node samples/generate/template-media.mjs
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Canvas, mix } from './canvas.mjs'
import { letters } from './letters.mjs'
import { encodePng } from './png.mjs'
import { randomFrom } from './random.mjs'
import { MOODS } from './street/moods.mjs'
import { drawScene } from './street/scene.mjs'
import { person } from './street/things.mjs'
import { SAMPLES } from './write.mjs'

const folder = join(SAMPLES, '..', 'templates', 'media')
mkdirSync(folder, { recursive: true })

/** A stream that gives the figure hair, and clothes that stand out from its hands. */
const FIGURE = 17

/** Draws one picture with its own random stream, so that a change in one leaves the others as they are. */
function picture(name, width, height, background, draw) {
  const canvas = new Canvas(width, height)
  const pen = canvas.at()
  pen.rect(0, 0, width, height, background)
  draw(pen, randomFrom([...name].reduce((sum, c) => sum * 31 + c.charCodeAt(0), 7)), canvas)
  writeFileSync(join(folder, `${name}.png`), encodePng(width, height, canvas.toRgb(), 96))
}

const street = drawScene(randomFrom(17), { mood: 'day' })
writeFileSync(join(folder, 'street.png'), encodePng(street.canvas.width, street.canvas.height, street.canvas.toRgb(), 160))

picture('aerial', 480, 360, '#8fae7a', (pen, random, canvas) => {
  for (let i = 0; i < 26; i++) pen.ellipse(random.between(0, 480), random.between(0, 360), random.between(10, 40), random.between(8, 30), random.pick(['#85a571', '#98b684', '#7d9d6a']), { alpha: 0.6 })
  pen.poly([[-10, 250], [180, 190], [300, 120], [490, 90], [490, 130], [312, 158], [192, 230], [-10, 292]], '#7b828b')
  for (let i = 0; i < 16; i++) {
    const t = i / 16
    const [x, y] = [t * 480, 268 - t * 160 - Math.sin(t * 3) * 12]
    pen.line(x, y, x + 14, y - 6, 1.6, '#e8e3d4')
  }
  pen.rect(40, 30, 170, 112, '#8b9199')
  for (let i = 0; i < 9; i++) pen.rect(48 + i * 18, 36, 1.4, 34, '#dfe2e4')
  for (let i = 0; i < 9; i++) pen.rect(48 + i * 18, 102, 1.4, 34, '#dfe2e4')
  const paints = ['#d64545', '#3b73c4', '#f2f2ee', '#2f3640', '#e0a526', '#3f8f6b', '#b9c1c9']
  const top = (x, y, length, angle, paint) => {
    const a = (angle * Math.PI) / 180
    const turn = (px, py) => [x + px * Math.cos(a) - py * Math.sin(a), y + px * Math.sin(a) + py * Math.cos(a)]
    const box = (x1, y1, x2, y2, color) => canvas.fill([turn(x1, y1), turn(x2, y1), turn(x2, y2), turn(x1, y2)], color)
    const half = length / 2
    canvas.fill([[-half + 2, -5], [half + 2, -5], [half + 2, 9], [-half + 2, 9]].map(([px, py]) => turn(px, py)), '#333b33', { alpha: 0.25 })
    box(-half, -7, half, 7, paint)
    box(-half + 1, -5.4, -half + 4, 5.4, mix(paint, '#000000', 0.25))
    box(half * 0.2, -5.8, half * 0.48, 5.8, '#43505c')
    box(-half * 0.62, -5.6, -half * 0.42, 5.6, '#43505c')
    box(half - 2, -6, half, -3, '#fbf3cf')
    box(half - 2, 3, half, 6, '#fbf3cf')
  }
  for (let i = 0; i < 8; i++) if (random.chance(0.68)) top(57 + i * 18, 54, 29, 90, random.pick(paints))
  for (let i = 0; i < 8; i++) if (random.chance(0.6)) top(57 + i * 18, 119, 29, 90, random.pick(paints))
  top(90, 246, 32, -18, '#d64545')
  top(214, 186, 54, -31, '#e7e2d6')
  top(350, 118, 30, -11, '#3b73c4')
  top(420, 119, 30, 169, '#e0a526')
  for (const [x, y, w, h, roof] of [[250, 20, 80, 50, '#b0604a'], [380, 190, 70, 66, '#7a5a52'], [250, 250, 96, 56, '#a9553f']]) {
    pen.rect(x + 5, y + 5, w, h, '#45553f', { alpha: 0.35 })
    pen.rect(x, y, w, h, roof)
    pen.poly([[x, y], [x + w, y], [x + w - h / 2, y + h / 2], [x + h / 2, y + h / 2]], mix(roof, '#ffffff', 0.16))
    pen.poly([[x, y + h], [x + w, y + h], [x + w - h / 2, y + h / 2], [x + h / 2, y + h / 2]], mix(roof, '#000000', 0.14))
  }
  for (let i = 0; i < 30; i++) {
    const [x, y] = [random.between(0, 480), random.between(150, 360)]
    if ((y < 300 - x * 0.38 + 70 && y > 300 - x * 0.38 - 90) || (x > 236 && x < 360 && y > 236 && y < 320) || (x > 366 && y > 176 && y < 270)) continue
    pen.circle(x + 3, y + 3, 12, '#45553f', { alpha: 0.3 })
    pen.circle(x, y, random.between(9, 13), random.pick(['#4f8656', '#5f955a', '#457a4c']))
    pen.circle(x - 3, y - 3, 5, '#76a257', { alpha: 0.7 })
  }
})

picture('cells', 480, 360, '#f1e6ee', (pen, random) => {
  for (let i = 0; i < 30; i++) pen.circle(random.between(0, 480), random.between(0, 360), random.between(1, 3), '#d8c3d6', { alpha: 0.6 })
  for (let i = 0; i < 30; i++) {
    const [x, y, rx] = [random.between(20, 460), random.between(20, 340), random.between(18, 34)]
    const ry = rx * random.between(0.72, 1)
    const body = random.pick(['#c795c0', '#b885bd', '#d3a3c4'])
    pen.ellipse(x, y, rx, ry, mix(body, '#6d4780', 0.35))
    pen.ellipse(x, y, rx - 2, ry - 2, body)
    const split = random.chance(0.14)
    for (const dx of split ? [-rx * 0.36, rx * 0.36] : [random.between(-4, 4)]) {
      pen.ellipse(x + dx, y, rx * (split ? 0.24 : 0.42), ry * 0.4, '#6b3f86')
      pen.circle(x + dx + 2, y - 2, 2.4, '#9a6fb2')
    }
  }
})

picture('leaf', 480, 360, '#f3f0e6', (pen, random) => {
  const outline = [[240, 330], [110, 290, 110, 190], [112, 90, 240, 26], [368, 90, 370, 190], [370, 290, 240, 330]]
  pen.path(outline.map((s) => s.map((v) => v + 5)), '#8f927c', { alpha: 0.3 })
  pen.path(outline, '#5d9a53')
  pen.path([[240, 330], [370, 290, 370, 190], [368, 90, 240, 26]], '#6ba85c')
  pen.line(240, 352, 240, 40, 4, '#cddca0')
  for (let i = 0; i < 7; i++) {
    const y = 300 - i * 36
    const reach = 104 * Math.sin(Math.PI * (0.18 + i * 0.115))
    for (const side of [-1, 1]) pen.line(240, y, 240 + side * reach, y - 38, 1.8, '#b5cf8b')
  }
  for (const [x, y, r] of [[172, 214, 13], [300, 140, 10], [318, 232, 16], [206, 110, 8]]) {
    pen.circle(x, y, r, '#b98a3f')
    pen.circle(x - 1, y, r * 0.6, '#7f5a2b')
    pen.circle(x + random.between(-3, 3), y + 2, r * 0.3, '#f3f0e6')
  }
})

picture('figure', 320, 400, '#dfe6ea', (pen, _, canvas) => {
  pen.rect(0, 330, 320, 70, '#c3ccd1')
  pen.ellipse(160, 372, 70, 9, '#1c2230', { alpha: 0.2 })
  person(canvas.at(160, 372, 4.6), MOODS[1], randomFrom(FIGURE), 'walk')
})

picture('tile', 480, 360, '#d8d4cc', (pen, random) => {
  pen.round(50, 20, 380, 320, 10, '#b9b3a8')
  pen.round(46, 16, 380, 320, 10, '#f1ece0')
  pen.round(60, 30, 352, 292, 6, '#e8e1d2')
  for (const [cx, cy] of [[236, 176], [96, 66], [376, 66], [96, 286], [376, 286]]) {
    for (let i = 0; i < 8; i++) {
      const a = (i * Math.PI) / 4
      pen.ellipse(cx + Math.cos(a) * (cx === 236 ? 44 : 16), cy + Math.sin(a) * (cx === 236 ? 44 : 16), cx === 236 ? 22 : 9, cx === 236 ? 22 : 9, i % 2 ? '#4d7fa8' : '#6fa0c4')
    }
    pen.circle(cx, cy, cx === 236 ? 24 : 9, '#d9a441')
  }
  pen.line(280, 60, 350, 128, 2, '#a79e8d')
  pen.line(286, 60, 352, 124, 1, '#ffffff')
  pen.path([[60, 250], [84, 252, 92, 276], [80, 284], [72, 310, 60, 312]], '#b7a88e')
  pen.ellipse(316, 250, 20, 13, '#c3ab77', { alpha: 0.8 })
  let [x, y] = [120, 322]
  for (let i = 0; i < 9; i++) {
    const [nx, ny] = [x + random.between(5, 17), y - random.between(6, 16)]
    pen.line(x, y, nx, ny, 1.6, '#6d655a')
    ;[x, y] = [nx, ny]
  }
})

picture('scan', 400, 400, '#0e1114', (pen) => {
  pen.ellipse(200, 205, 165, 175, '#2c3238')
  pen.ellipse(200, 205, 152, 162, '#1a1f24')
  for (const side of [-1, 1]) {
    pen.path([[200 + side * 24, 70], [200 + side * 130, 70, 200 + side * 136, 240], [200 + side * 136, 330, 200 + side * 60, 330], [200 + side * 24, 300, 200 + side * 24, 70]], '#3b434b')
    for (let i = 0; i < 8; i++) {
      const y = 92 + i * 29
      for (let k = 0; k < 12; k++) pen.line(200 + side * (20 + k * 9.6), y + k * k * 0.16, 200 + side * (29.6 + k * 9.6), y + (k + 1) ** 2 * 0.16, 5, '#58626c', { alpha: 0.42 })
    }
  }
  pen.round(186, 50, 28, 310, 12, '#7b858f', { alpha: 0.75 })
  for (let i = 0; i < 11; i++) pen.round(184, 58 + i * 27, 32, 17, 5, '#98a2ab', { alpha: 0.6 })
  pen.ellipse(232, 262, 52, 60, '#6a747e', { alpha: 0.55 })
  for (const [x, y, r] of [[118, 148, 15], [290, 170, 9]]) {
    pen.circle(x, y, r * 1.5, '#9aa4ad', { alpha: 0.25 })
    pen.circle(x, y, r, '#c6ced5', { alpha: 0.7 })
  }
})

picture('shelf', 480, 360, '#efe9df', (pen, random) => {
  pen.rect(16, 10, 448, 340, '#c9b79c')
  pen.rect(26, 20, 428, 320, '#e9dfcd')
  const rows = [126, 232, 338]
  const next = random.deck([0, 1, 2, 3])
  rows.forEach((base, row) => {
    pen.rect(20, base, 440, 10, '#b49c7b')
    pen.rect(20, base + 10, 440, 4, '#8d7657', { alpha: 0.5 })
    let x = 36
    while (x < 420) {
      const kind = next()
      if (random.chance(0.12)) {
        x += 40
        continue
      }
      const count = random.whole(2, 4)
      const paint = ['#c76a15', '#3f7fd6', '#d9ae3a', '#2f9461'][kind]
      for (let i = 0; i < count && x < 424; i++) {
        if (kind === 0) {
          pen.round(x, base - 62, 20, 62, [5, 5, 3, 3], paint)
          pen.rect(x + 5, base - 74, 10, 13, '#f4efe4')
          pen.rect(x + 2, base - 42, 16, 22, '#fff3dc')
          pen.circle(x + 10, base - 31, 6, '#e9912f')
          x += 24
        } else if (kind === 1) {
          pen.poly([[x, base], [x, base - 56], [x + 6, base - 72], [x + 18, base - 72], [x + 24, base - 56], [x + 24, base]], '#f7f7f4')
          pen.rect(x, base - 40, 24, 22, paint)
          pen.rect(x + 6, base - 74, 12, 4, paint)
          x += 28
        } else if (kind === 2) {
          pen.rect(x, base - 82, 36, 82, paint)
          pen.rect(x + 32, base - 82, 4, 82, mix(paint, '#000000', 0.15))
          pen.ellipse(x + 16, base - 28, 12, 9, '#f6ecd2')
          pen.rect(x + 4, base - 70, 24, 8, '#b5482f')
          x += 40
        } else {
          pen.rect(x, base - 38, 34, 38, paint)
          pen.rect(x, base - 38, 34, 9, mix(paint, '#ffffff', 0.4))
          pen.path([[x + 10, base - 10], [x + 8, base - 24, x + 22, base - 25], [x + 26, base - 12, x + 10, base - 10]], '#bfe0b1')
          x += 38
        }
      }
      x += row === 1 ? 8 : 4
    }
  })
})

/** The same valley before and after a year of building. */
function valley(name, later) {
  picture(name, 480, 360, '#cfe6f2', (pen, random) => {
    for (let i = 0; i < 14; i++) pen.rect(0, i * 10, 480, 11, mix('#8fc3e8', '#e9f3f6', i / 13))
    pen.path([[120, 60], [118, 42, 142, 42], [156, 24, 176, 40], [200, 36, 200, 60]], '#ffffff', { alpha: 0.85 })
    pen.path([[-10, 190], [60, 90, 150, 150], [240, 70, 330, 140], [420, 90, 490, 160], [490, 200], [-10, 200]], '#9fb6c2')
    pen.path([[-10, 220], [120, 130, 250, 190], [380, 140, 490, 200], [490, 360], [-10, 360]], '#9cbb78')
    pen.path([[-10, 270], [160, 215, 490, 262], [490, 360], [-10, 360]], '#86a964')
    pen.path([[300, 360], [280, 300, 330, 262], [380, 235, 350, 196], [372, 196], [410, 240, 366, 276], [340, 300, 380, 360]], '#6fb0cf')
    const house = (x, y, roof, wall = '#efe2cf') => {
      pen.rect(x, y - 24, 38, 24, wall)
      pen.poly([[x - 5, y - 24], [x + 19, y - 44], [x + 43, y - 24]], roof)
      pen.rect(x + 15, y - 14, 9, 14, '#7a5a44')
      pen.rect(x + 4, y - 18, 7, 8, '#8fb2c6')
      pen.rect(x + 28, y - 18, 7, 8, '#8fb2c6')
    }
    house(70, 262, '#8a4b3c')
    house(128, 276, '#6b4a47', '#e3b58a')
    if (later) {
      house(196, 262, '#4d5663', '#d9d3c6')
      pen.poly([[-10, 318], [490, 300], [490, 318], [-10, 338]], '#8b8f94')
      for (let x = 6; x < 480; x += 40) pen.line(x, 328 - x * 0.04, x + 16, 327.4 - x * 0.04, 2, '#eee7d6')
      pen.line(430, 250, 430, 120, 4, '#d8dde0')
      for (const a of [0.4, 2.5, 4.6]) pen.line(430, 120, 430 + Math.cos(a) * 44, 120 + Math.sin(a) * 44, 3.4, '#eef2f4')
    }
    for (const [x, y] of [[30, 256], [240, 292], [262, 300], [286, 268], [420, 290], [448, 300], [20, 312], [180, 316]]) {
      if (later && (x === 240 || x === 262 || x === 180)) continue
      pen.rect(x - 2, y - 16, 4, 16, '#6f4f3a')
      pen.circle(x, y - 26, 14, random.pick(['#4b8b5b', '#5c9e58']))
      pen.circle(x - 4, y - 30, 6, '#79ad55')
    }
  })
}
valley('before', false)
valley('after', true)

const FRUIT = [
  ['fruit-1', '#c8483f', 'round'], ['fruit-2', '#7da63c', 'round'], ['fruit-3', '#e7c53a', 'lemon'], ['fruit-4', '#b9b23e', 'pear'],
]
for (const [name, paint, shape] of FRUIT) {
  picture(name, 360, 300, '#f2eee6', (pen) => {
    pen.rect(0, 210, 360, 90, '#ded5c5')
    pen.ellipse(184, 250, 88, 12, '#5b5044', { alpha: 0.25 })
    const dark = mix(paint, '#3a1f16', 0.22)
    const light = mix(paint, '#ffffff', 0.35)
    const body = shape === 'lemon'
      ? [[72, 168], [84, 150, 100, 138], [180, 60, 256, 138], [276, 148, 290, 160], [276, 186, 256, 194], [180, 284, 100, 200], [84, 188, 72, 168]]
      : shape === 'pear'
        ? [[180, 66], [222, 66, 220, 120], [268, 170, 258, 208], [244, 254, 180, 252], [116, 254, 102, 208], [92, 170, 140, 120], [138, 66, 180, 66]]
        : [[180, 92], [230, 66, 262, 110], [286, 170, 244, 226], [212, 260, 180, 246], [148, 260, 116, 226], [74, 170, 98, 110], [130, 66, 180, 92]]
    pen.path(body, dark)
    pen.path(body.map((s) => s.map((v, i) => 180 + (v - 180) * 0.93 - (i % 2 ? 6 : 5))).map((s, k) => s.map((v, i) => (i % 2 ? 165 + (body[k][i] - 165) * 0.93 - 3 : v))), paint)
    pen.ellipse(shape === 'pear' ? 140 : 132, shape === 'pear' ? 196 : 148, 15, 30, light, { alpha: 0.55 })
    if (shape !== 'lemon') pen.line(180, shape === 'pear' ? 70 : 96, 190, shape === 'pear' ? 38 : 60, 6, '#6a4b33')
    pen.path(shape === 'lemon' ? [[286, 156], [300, 116, 340, 118], [330, 160, 286, 156]] : [[188, 70], [206, 34, 252, 44], [240, 80, 188, 70]], '#5c9e58')
  })
}

/** Grey bars in place of words: pages whose layout matters, not their text. */
function lines(pen, random, x, y, width, count, color = '#9aa1a8') {
  for (let i = 0; i < count; i++) pen.round(x, y + i * 11, i === count - 1 ? width * random.between(0.4, 0.8) : width * random.between(0.95, 1), 5, 2, color)
  return y + count * 11
}

picture('page-1', 420, 560, '#d9dcdf', (pen, random) => {
  pen.rect(14, 14, 396, 536, '#9fa5ab', { alpha: 0.5 })
  pen.rect(10, 10, 396, 536, '#fdfdfb')
  pen.rect(40, 34, 90, 5, '#b9bfc5')
  pen.rect(340, 34, 36, 5, '#b9bfc5')
  letters(pen, 'RIVERS OF THE NORTH', 40, 62, 2.6, '#2b3138')
  lines(pen, random, 40, 102, 336, 5)
  lines(pen, random, 40, 176, 160, 12)
  pen.rect(216, 176, 160, 110, '#bcd6e4')
  pen.path([[216, 286], [216, 246], [256, 206, 296, 244], [336, 214, 376, 250], [376, 286]], '#7fa37c')
  pen.path([[286, 286], [276, 262, 300, 250], [310, 250], [296, 266, 312, 286]], '#5f9dc0')
  lines(pen, random, 226, 294, 140, 2, '#b4bac0')
  letters(pen, '1 SOURCES', 40, 330, 1.9, '#2b3138')
  lines(pen, random, 40, 356, 336, 6)
  for (let i = 0; i < 4; i++) {
    pen.circle(48, 441 + i * 18, 2.4, '#5d656d')
    pen.round(60, 438 + i * 18, random.between(180, 290), 5, 2, '#9aa1a8')
  }
  letters(pen, '12', 200, 524, 1.5, '#6d747b')
})

picture('table', 420, 300, '#d9dcdf', (pen, random) => {
  pen.rect(10, 10, 400, 280, '#fdfdfb')
  letters(pen, 'TABLE 2  RAINFALL', 30, 30, 1.9, '#2b3138')
  pen.rect(30, 58, 360, 30, '#e3e8ec')
  const columns = [30, 140, 202, 264, 326]
  ;['STATION', 'JAN', 'APR', 'JUL', 'OCT'].forEach((word, i) => letters(pen, word, columns[i] + 8, 67, 1.5, '#2b3138'))
  const names = ['ALDERSEA', 'KALDMERE', 'TARVIK', 'WESTMERE', 'NORTHGATE']
  names.forEach((name, row) => {
    const y = 96 + row * 32
    pen.rect(30, y + 23, 360, 1, '#c3c9cf')
    letters(pen, name, 38, y + 6, 1.5, '#3a4149')
    for (let i = 1; i < 5; i++) letters(pen, String(random.whole(18, 140)), columns[i] + 8, y + 6, 1.5, '#3a4149')
  })
  for (const x of columns.slice(1)) pen.rect(x, 58, 1, 190, '#d5dadf')
  lines(pen, random, 30, 262, 220, 1, '#b4bac0')
})

picture('receipt', 320, 460, '#8e8071', (pen) => {
  for (let y = 0; y < 460; y += 46) pen.rect(0, y, 320, 2, '#7d7062')
  const paper = [[44, 24], [272, 14], [282, 438], [268, 430], [254, 439], [240, 431], [226, 440], [212, 432], [198, 441], [184, 433], [170, 442], [156, 434], [142, 443], [128, 435], [114, 444], [100, 436], [86, 445], [72, 437], [58, 446]]
  pen.poly(paper.map(([x, y]) => [x + 5, y + 6]), '#3f372f', { alpha: 0.35 })
  pen.poly(paper, '#fbf9f2')
  const ink = '#33363b'
  letters(pen, 'CORNER BAKERY', 76, 44, 2.1, ink)
  letters(pen, '7 MILL LANE, ALDERSEA', 80, 70, 1.3, ink)
  letters(pen, '2025-05-12   08:41', 86, 90, 1.3, ink)
  pen.rect(64, 110, 204, 1.4, ink)
  const items = [['RYE BREAD', '4.20'], ['SEED ROLL X 4', '3.60'], ['PLUM CAKE', '2.80'], ['COFFEE', '2.50'], ['OAT BISCUIT', '1.40']]
  items.forEach(([name, price], i) => {
    letters(pen, name, 66, 126 + i * 26, 1.6, ink)
    letters(pen, price, 226, 126 + i * 26, 1.6, ink)
  })
  pen.rect(66, 262, 202, 1.4, ink)
  letters(pen, 'TAX 7%', 66, 276, 1.4, ink)
  letters(pen, '0.95', 230, 276, 1.4, ink)
  letters(pen, 'TOTAL', 66, 302, 2.4, ink)
  letters(pen, '14.50', 198, 302, 2.4, ink)
  letters(pen, 'PAID IN CASH', 66, 340, 1.4, ink)
  letters(pen, 'THANK YOU!', 112, 382, 1.8, ink)
})

/** Three seconds of invented bird song and bells: 8-bit mono WAV at 8,000 samples a second. */
function sound() {
  const rate = 8000
  const samples = Buffer.alloc(rate * 3, 128)
  const tone = (start, length, from, to, loudness) => {
    let phase = 0
    for (let i = 0; i < length * rate; i++) {
      const t = i / (length * rate)
      phase += (2 * Math.PI * (from + (to - from) * t)) / rate
      const at = Math.floor(start * rate) + i
      const envelope = Math.min(1, t * 12) * (1 - t) ** 1.4
      if (at < samples.length) samples[at] = Math.max(0, Math.min(255, Math.round(samples[at] + Math.sin(phase) * envelope * loudness * 127)))
    }
  }
  for (const start of [0.1, 0.32, 0.54]) tone(start, 0.16, 2100, 2900, 0.5)
  for (const start of [1.0, 1.7]) for (const [f, l] of [[520, 0.35], [1047, 0.2], [1568, 0.1]]) tone(start, 0.9, f, f, l)
  for (const start of [2.35, 2.5, 2.65]) tone(start, 0.12, 3000, 1900, 0.4)
  const header = Buffer.alloc(44)
  header.write('RIFF', 0)
  header.writeUInt32LE(36 + samples.length, 4)
  header.write('WAVEfmt ', 8)
  header.writeUInt32LE(16, 16)
  header.writeUInt16LE(1, 20)
  header.writeUInt16LE(1, 22)
  header.writeUInt32LE(rate, 24)
  header.writeUInt32LE(rate, 28)
  header.writeUInt16LE(1, 32)
  header.writeUInt16LE(8, 34)
  header.write('data', 36)
  header.writeUInt32LE(samples.length, 40)
  writeFileSync(join(folder, 'sounds.wav'), Buffer.concat([header, samples]))
}
sound()

/** A page of one paragraph, written by hand as the smallest PDF that readers open without complaint. */
function pdf() {
  const text = ['Notes from the salt road', '', 'From Oster to Kaldmere the old road follows the dyke.', 'We met nobody before noon, and then only geese.']
  const content = `BT /F1 20 Tf 72 760 Td (${text[0]}) Tj /F1 12 Tf 0 -40 Td (${text[2]}) Tj 0 -18 Td (${text[3]}) Tj ET`
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [3 0 R] /Count 1 >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>',
    `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
  ]
  let out = '%PDF-1.4\n'
  const offsets = objects.map((object, i) => {
    const at = out.length
    out += `${i + 1} 0 obj\n${object}\nendobj\n`
    return at
  })
  const start = out.length
  out += `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${offsets.map((o) => `${String(o).padStart(10, '0')} 00000 n \n`).join('')}`
  out += `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R >>\nstartxref\n${start}\n%%EOF\n`
  writeFileSync(join(folder, 'note.pdf'), out)
}
pdf()
