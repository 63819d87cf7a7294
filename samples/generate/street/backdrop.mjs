// Sky, far skyline, houses, pavement and road: what nobody labels.
import { mix } from '../canvas.mjs'
import { FACADES, ROOFS } from './moods.mjs'

export function sky(canvas, mood, random, horizon) {
  const pen = canvas.at()
  const bands = 28 // visible steps keep the files small and suit the flat style
  for (let i = 0; i < bands; i++) {
    const place = (i / (bands - 1)) * (mood.sky.length - 1)
    const at = Math.min(Math.floor(place), mood.sky.length - 2)
    const top = (horizon * i) / bands
    pen.rect(0, top, canvas.width, horizon / bands + 1, mix(mood.sky[at], mood.sky[at + 1], place - at), { glow: true })
  }
  if (mood.stars) {
    for (let i = 0; i < 60; i++) {
      pen.circle(random.between(0, canvas.width), random.between(0, horizon * 0.75), random.between(0.5, 1.3), '#e8ecff', { glow: true, alpha: random.between(0.4, 0.95) })
    }
  }
  const x = random.between(60, canvas.width - 60)
  if (mood.moon) {
    const y = random.between(40, 100)
    pen.circle(x, y, 34, '#dfe6ff', { glow: true, alpha: 0.1 })
    pen.circle(x, y, 22, '#f1efdc', { glow: true })
    pen.circle(x - 7, y - 5, 4.5, '#dcd9c4', { glow: true })
    pen.circle(x + 6, y + 6, 3.2, '#dcd9c4', { glow: true })
  } else if (mood.sun) {
    const y = mood.lowSun ? horizon * random.between(0.5, 0.75) : random.between(50, 110)
    const r = mood.lowSun ? 36 : 26
    for (const [grow, alpha] of [[2.1, 0.1], [1.5, 0.16]]) pen.circle(x, y, r * grow, mood.sun, { glow: true, alpha })
    pen.circle(x, y, r, mood.sun, { glow: true })
  }
  const clouds = mood.stars ? random.whole(0, 2) : mood.name === 'overcast' || mood.rain ? random.whole(5, 8) : random.whole(1, 5)
  for (let i = 0; i < clouds; i++) cloud(canvas.at(random.between(0, canvas.width), random.between(25, horizon * 0.55), random.between(0.6, 1.4)), mood, random)
}

function cloud(pen, mood, random) {
  const alpha = mood.stars ? 0.14 : mood.name === 'day' || mood.name === 'morning' ? 0.85 : 0.5
  const puffs = random.whole(3, 5)
  const tallest = random.whole(1, puffs - 2)
  let x = -puffs * 13
  const outline = [[x, 0], [x - 9, -1, x - 8, -8], [x - 6, -15, x + 3, -14]]
  for (let i = 0; i < puffs; i++) {
    const width = i === tallest ? 34 : random.between(17, 25)
    const rise = i === tallest ? 30 : random.between(13, 20)
    outline.push([x + 2 + width * 0.1, -14 - rise, x + 3 + width * 0.6, -14 - rise * 0.55], [x + width * 1.05, -14 - rise * 0.5, x + width, -13])
    x += width
  }
  outline.push([x + 10, -13, x + 9, -6], [x + 8, 0, x, 0])
  pen.path(outline, mood.clouds, { glow: true, alpha })
}

/** Two rows of silhouettes, paler the farther. */
export function skyline(canvas, mood, random, ground) {
  for (const [depth, height] of [[0.35, 190], [0.7, 130]]) {
    const color = mix(mood.sky.at(-1), mood.haze, depth)
    const pen = canvas.at(0, ground)
    if (random.chance(0.3)) {
      const crest = random.between(60, 120)
      const steps = [[-20, 0], [-20, -crest * 0.6]]
      for (let x = 0; x <= canvas.width + 160; x += 160) steps.push([x - 80, -crest * random.between(0.9, 1.6), x, -crest * random.between(0.5, 0.9)])
      pen.path([...steps, [canvas.width + 160, 0]], color, { glow: true })
      continue
    }
    for (let x = -30; x < canvas.width; ) {
      const width = random.between(34, 80)
      const tall = random.between(0.45, 1) * height
      pen.rect(x, -tall, width, tall, color, { glow: true })
      const top = random.next()
      if (top < 0.2) pen.poly([[x, -tall], [x + width / 2, -tall - width * 0.4], [x + width, -tall]], color, { glow: true })
      else if (top < 0.35) pen.rect(x + width / 2 - 1.5, -tall - 26, 3, 26, color, { glow: true })
      else if (top < 0.5) pen.rect(x + width * 0.2, -tall - 10, width * 0.6, 10, color, { glow: true })
      if (mood.lit > 0.25) {
        for (let wy = -tall + 10; wy < -12; wy += 13) {
          for (let wx = x + 7; wx < x + width - 8; wx += 11) {
            if (random.chance(mood.lit * 0.35)) pen.rect(wx, wy, 4, 6, '#f6d487', { glow: true, alpha: 0.7 })
          }
        }
      }
      x += width + random.between(-6, 14)
    }
  }
}

/** A closed row of houses along the far pavement; sometimes with gaps for gardens. */
export function houses(canvas, mood, random, ground, style) {
  const gaps = style === 'suburb' ? 0.55 : style === 'park' ? 0.85 : 0.08
  let last = ''
  for (let x = random.between(-60, 0); x < canvas.width; ) {
    const width = random.between(style === 'suburb' ? 100 : 78, style === 'suburb' ? 150 : 140)
    if (random.chance(gaps) && !(style === 'suburb' && random.chance(0.4))) {
      hedge(canvas.at(x, ground), width, mood, random)
      x += width
      continue
    }
    let facade = random.pick(FACADES)
    while (facade === last) facade = random.pick(FACADES)
    last = facade
    if (style === 'suburb') cottage(canvas.at(x, ground), width, facade, mood, random)
    else townHouse(canvas.at(x, ground), width, facade, mood, random)
    x += width + (style === 'suburb' ? random.between(8, 26) : 0)
  }
}

function glass(mood, random) {
  return random.chance(mood.lit)
    ? [random.pick(['#ffdf8e', '#ffd070', '#fbe6b0']), { glow: true }]
    : [random.pick(['#8fb2c6', '#7f9fb5', '#a3c1d0']), {}]
}

function window(pen, x, y, width, height, mood, random, frame) {
  pen.rect(x - 1.6, y - 1.6, width + 3.2, height + 3.2, frame)
  const [color, options] = glass(mood, random)
  pen.rect(x, y, width, height, color, options)
  pen.rect(x + width / 2 - 0.6, y, 1.2, height, frame)
  pen.rect(x - 3, y + height + 1.6, width + 6, 2.2, mix(frame, '#6b6259', 0.25))
}

function townHouse(pen, width, facade, mood, random) {
  const floors = random.whole(2, 5)
  const storey = random.between(35, 42)
  const base = random.between(46, 54)
  const height = base + floors * storey
  const frame = random.pick(['#f4efe6', '#e7e2d8', mix(facade, '#3a342f', 0.45)])
  const roof = random.pick(ROOFS)
  const kind = random.next()
  const edge = mood.snow ? '#f6f9fb' : mix(facade, '#ffffff', 0.35)
  if (kind < 0.3) {
    pen.poly([[0, -height], [width / 2, -height - width * 0.36], [width, -height]], roof)
    pen.rect(width * 0.7, -height - width * 0.3, 10, 26, mix(roof, '#000000', 0.2))
    pen.poly([[0, -height], [width / 2, -height - width * 0.36], [width / 2, -height - width * 0.36 + 5], [8, -height]], edge, { alpha: mood.snow ? 1 : 0.35 })
    pen.circle(width / 2, -height - width * 0.12, 7, frame)
    pen.circle(width / 2, -height - width * 0.12, 5, ...glass(mood, random))
  } else if (kind < 0.55) {
    pen.poly([[0, -height], [7, -height - 26], [width - 7, -height - 26], [width, -height]], roof)
    if (mood.snow) pen.poly([[6, -height - 20], [7, -height - 27], [width - 7, -height - 27], [width - 6, -height - 20]], edge)
    for (const at of [0.25, 0.65]) {
      pen.rect(width * at - 1, -height - 20, 15, 20, frame)
      pen.rect(width * at + 1.5, -height - 17, 10, 14, ...glass(mood, random))
    }
  }
  pen.rect(0, -height, width, height, facade)
  pen.rect(width - 4, -height, 4, height, mix(facade, '#3b3040', 0.16))
  pen.rect(-1.5, -height - 4, width + 3, 7, edge)
  const columns = Math.max(2, Math.round(width / 32))
  const pitch = width / columns
  for (let floor = 0; floor < floors; floor++) {
    const y = -height + 11 + floor * storey
    for (let column = 0; column < columns; column++) {
      const x = column * pitch + pitch / 2 - 7
      window(pen, x, y, 14, storey - 19, mood, random, frame)
      if (random.chance(0.1)) {
        for (let bar = -4; bar <= 18; bar += 3.6) pen.rect(x + bar, y + storey - 29, 1.1, 11, '#4a4a50')
        pen.rect(x - 5, y + storey - 30, 25, 1.6, '#4a4a50')
        pen.rect(x - 6, y + storey - 18, 27, 2.6, mix(facade, '#2f2a28', 0.35))
      } else if (random.chance(0.08)) {
        pen.ellipse(x + 7, y + storey - 19, 9, 3.4, '#5d9256')
        for (const dx of [2, 7, 12]) pen.circle(x + dx, y + storey - 21, 1.7, random.pick(['#e2695f', '#f0c04a', '#e59ac0']))
      }
    }
  }
  if (random.chance(0.65)) shop(pen, width, base, facade, mood, random)
  else entrance(pen, width, base, facade, mood, random, frame)
}

function shop(pen, width, base, facade, mood, random) {
  const color = random.pick(['#b7504a', '#3f6f8f', '#4e8062', '#d49a3a', '#7b5a86', '#37474f'])
  pen.rect(0, -base, width, base, mix(facade, '#2c2622', 0.3))
  const door = random.chance(0.5) ? 8 : width - 28
  const [glow, options] = mood.lit > 0.1 ? ['#ffe3a0', { glow: true }] : ['#9fbccb', {}]
  const from = door === 8 ? 34 : 8
  pen.rect(from, -base + 16, width - 44, base - 24, glow, options)
  for (let x = from + 8; x < from + width - 58; x += 14) {
    pen.round(x, -16, 9, random.between(-14, -7) * -1 - 6, 1, mix(color, '#ffffff', random.between(0, 0.5)), { alpha: 0.8 })
  }
  pen.rect(door, -base + 16, 20, base - 16, mix(color, '#1c1c20', 0.35))
  pen.rect(door + 4, -base + 20, 12, base - 34, glow, options)
  const stripes = Math.round(width / 11)
  for (let i = 0; i < stripes; i++) {
    const left = (i * width) / stripes
    const step = width / stripes
    const paint = i % 2 ? '#f5efe3' : color
    pen.path([[left, -base + 2], [left + step, -base + 2], [left + step, -base + 15], [left + step / 2, -base + 21, left, -base + 15]], paint)
  }
  if (mood.snow) pen.rect(0, -base - 1, width, 4, '#f6f9fb')
}

function entrance(pen, width, base, facade, mood, random, frame) {
  const door = random.pick(['#7a4636', '#37576b', '#45614c', '#8f3d3a', '#2f333b'])
  const middle = width * random.pick([0.28, 0.5, 0.72])
  pen.rect(0, -9, width, 9, mix(facade, '#4b423b', 0.35))
  pen.round(middle - 12, -base + 10, 24, base - 10, [12, 12, 0, 0], frame)
  pen.round(middle - 9.5, -base + 13, 19, base - 13, [9.5, 9.5, 0, 0], door)
  pen.rect(middle - 0.5, -base + 24, 1, base - 24, mix(door, '#000000', 0.25))
  pen.circle(middle + 3, -base / 2 + 6, 1.2, '#e8cf8a')
  for (const x of [width * 0.12, width * 0.5 - 8, width * 0.88 - 16]) {
    if (Math.abs(x + 8 - middle) > 24) window(pen, x, -base + 14, 16, 19, mood, random, frame)
  }
}

function cottage(pen, width, facade, mood, random) {
  const height = random.between(62, 84)
  const roof = random.pick(ROOFS)
  const rise = random.between(40, 58)
  const frame = '#f4efe6'
  pen.rect(width * 0.72, -height - rise * 0.95, 12, rise * 0.8, mix(roof, '#2a2020', 0.25))
  pen.rect(4, -height, width - 8, height, facade)
  pen.poly([[-7, -height + 4], [width * 0.2, -height - rise], [width * 0.8, -height - rise], [width + 7, -height + 4]], mood.snow ? '#f1f5f8' : roof)
  if (!mood.snow) for (let y = 10; y < rise; y += 10) pen.rect(width * 0.2 - (width * 0.2 * y) / rise, -height - rise + y, width * 0.6 + (width * 0.4 * y) / rise, 1, mix(roof, '#000000', 0.12))
  pen.rect(4, -height + 4, width - 8, 5, mix(facade, '#3b3040', 0.2))
  const door = random.pick(['#7a4636', '#37576b', '#45614c', '#8f3d3a'])
  const middle = width * random.pick([0.3, 0.5, 0.7])
  pen.rect(middle - 11, -40, 22, 40, frame)
  pen.rect(middle - 8.5, -37, 17, 37, door)
  pen.circle(middle + 5, -18, 1.3, '#e8cf8a')
  for (const x of [width * 0.1, width * 0.38, width * 0.66]) {
    if (Math.abs(x + 11 - middle) > 26) window(pen, x, -height + 20, 22, 20, mood, random, frame)
  }
  hedge(pen, width * 0.32, mood, random, 14)
}

function hedge(pen, width, mood, random, height = random.between(16, 30)) {
  const color = mood.snow ? '#dfe8ec' : random.pick(['#5f955a', '#4f8656', '#76a257'])
  const steps = [[0, 0], [0, -height * 0.8]]
  for (let x = 0; x < width; x += 18) steps.push([x + 9, -height * random.between(1.05, 1.5), Math.min(width, x + 18), -height * 0.85])
  pen.path([...steps, [width, 0]], color)
  for (let x = 8; x < width - 8; x += 16) pen.ellipse(x, -height * 0.4, 5, 3.4, mix(color, '#2f5a44', 0.22))
}

/** Pavements and road between the lines of `layout`, with markings. */
export function ground(canvas, mood, random, layout) {
  const { width, height } = canvas
  const pen = canvas.at()
  const wet = mood.rain ? 0.25 : 0
  const stone = mood.snow ? '#e6ecf0' : '#cfc8bd'
  const road = mood.snow ? '#8a929b' : mix('#6c727c', '#46525f', wet)
  pen.rect(0, layout.houses, width, layout.kerb - layout.houses, stone)
  for (let x = random.between(-30, 0); x < width; x += 46) pen.poly([[x, layout.houses], [x + 1.6, layout.houses], [x - 6.4, layout.kerb], [x - 8, layout.kerb]], mix(stone, '#6f675c', 0.22))
  pen.rect(0, layout.kerb - 5, width, 5, mix(stone, '#5d564d', 0.35))
  pen.rect(0, layout.kerb, width, layout.near - layout.kerb, road)
  pen.rect(0, layout.kerb, width, 4, mix(road, '#20252c', 0.3))
  const middle = (layout.kerb + layout.near) / 2
  const paint = mood.snow ? '#c9d0d6' : '#e9e4d6'
  for (let x = random.between(-50, 0); x < width; x += 62) pen.poly([[x + 4, middle - 2], [x + 38, middle - 2], [x + 36, middle + 2], [x, middle + 2]], paint)
  if (layout.crossing !== undefined) {
    for (let i = 0; i < 6; i++) {
      const x = layout.crossing + i * 21
      pen.poly([[x, layout.kerb + 6], [x + 12, layout.kerb + 6], [x + 1, layout.near - 5], [x - 12, layout.near - 5]], paint)
    }
  }
  if (mood.snow) for (const y of [0.24, 0.36, 0.68, 0.82]) pen.rect(0, layout.kerb + (layout.near - layout.kerb) * y, width, 3.4, '#78818b')
  pen.rect(0, layout.near, width, 6, mix(stone, '#5d564d', 0.25))
  pen.rect(0, layout.near + 6, width, height - layout.near, mix(stone, '#ffffff', 0.12))
  for (let x = random.between(-70, 0); x < width + 60; x += 70) pen.poly([[x, layout.near + 6], [x + 2, layout.near + 6], [x - 16, height], [x - 18.5, height]], mix(stone, '#6f675c', 0.18))
  if (mood.rain) {
    for (let i = 0; i < 9; i++) {
      pen.ellipse(random.between(0, width), random.between(layout.kerb + 8, layout.near - 6), random.between(16, 52), random.between(1.6, 4), '#a9b9c6', { alpha: 0.3 })
    }
  }
}

/** What falls in front of everything. */
export function weather(canvas, mood, random) {
  const pen = canvas.at()
  if (mood.rain) {
    for (let i = 0; i < 110; i++) {
      const [x, y, length] = [random.between(-10, canvas.width), random.between(-20, canvas.height), random.between(9, 19)]
      pen.line(x, y, x - length * 0.28, y + length, 0.8, '#dfe8ef', { alpha: 0.42, glow: true })
    }
  }
  if (mood.snow) {
    for (let i = 0; i < 120; i++) pen.circle(random.between(0, canvas.width), random.between(0, canvas.height), random.between(0.8, 2.1), '#ffffff', { glow: true, alpha: 0.85 })
  }
}
