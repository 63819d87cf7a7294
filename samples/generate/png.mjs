// Writes 8-bit palette PNG files: counts colours, reduces them to at most 256, compresses with zlib.
import { crc32, deflateSync } from 'node:zlib'

/** CRC of the PNG specification; Node before 20.15 has no zlib.crc32. */
const crc = crc32 ?? ((bytes) => {
  let c = 0xffffffff
  for (const byte of bytes) {
    c ^= byte
    for (let k = 0; k < 8; k++) c = c & 1 ? (c >>> 1) ^ 0xedb88320 : c >>> 1
  }
  return (c ^ 0xffffffff) >>> 0
})

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const out = Buffer.alloc(body.length + 8)
  out.writeUInt32BE(data.length, 0)
  body.copy(out, 4)
  out.writeUInt32BE(crc(body) >>> 0, body.length + 4)
  return out
}

/** Splits the colours into boxes along their longest side (median cut) and averages each box. */
function reduce(colors, limit) {
  const boxes = [colors]
  const spread = (box) => {
    let widest = { size: -1, shift: 0 }
    for (const shift of [16, 8, 0]) {
      let low = 255
      let high = 0
      for (const [color] of box) {
        const v = (color >> shift) & 255
        if (v < low) low = v
        if (v > high) high = v
      }
      if (high - low > widest.size) widest = { size: high - low, shift }
    }
    // The square root keeps small but striking colours (lamps, lights) from being averaged away.
    widest.score = widest.size * Math.sqrt(box.reduce((sum, [, n]) => sum + n, 0))
    return widest
  }
  const spreads = [spread(colors)]
  while (boxes.length < limit) {
    let best = -1
    for (let i = 0; i < boxes.length; i++) {
      if (boxes[i].length > 1 && (best < 0 || spreads[i].score > spreads[best].score)) best = i
    }
    if (best < 0) break
    const { shift } = spreads[best]
    const box = boxes[best].sort((a, b) => ((a[0] >> shift) & 255) - ((b[0] >> shift) & 255) || a[0] - b[0])
    const half = box.reduce((sum, [, n]) => sum + n, 0) / 2
    let sum = 0
    let cut = 0
    while (cut < box.length - 1 && (cut === 0 || sum < half)) sum += box[cut++][1]
    const parts = [box.slice(0, cut), box.slice(cut)]
    boxes.splice(best, 1, ...parts)
    spreads.splice(best, 1, ...parts.map(spread))
  }
  return boxes.map((box) => {
    const total = [0, 0, 0, 0]
    for (const [color, n] of box) {
      total[0] += (color >> 16) * n
      total[1] += ((color >> 8) & 255) * n
      total[2] += (color & 255) * n
      total[3] += n
    }
    return total.slice(0, 3).map((v) => Math.round(v / total[3]))
  })
}

function nearest(color, palette) {
  const [r, g, b] = [color >> 16, (color >> 8) & 255, color & 255]
  let best = 0
  let least = Infinity
  for (let i = 0; i < palette.length; i++) {
    const [pr, pg, pb] = palette[i]
    const distance = 3 * (pr - r) ** 2 + 4 * (pg - g) ** 2 + 2 * (pb - b) ** 2
    if (distance < least) [best, least] = [i, distance]
  }
  return best
}

/** Encodes packed RGB bytes as a PNG with at most `limit` colours. */
export function encodePng(width, height, rgb, limit = 256) {
  const counts = new Map()
  for (let p = 0; p < rgb.length; p += 3) {
    const color = (rgb[p] << 16) | (rgb[p + 1] << 8) | rgb[p + 2]
    counts.set(color, (counts.get(color) ?? 0) + 1)
  }
  const palette = reduce([...counts], limit).sort((a, b) => a[0] + a[1] + a[2] - b[0] - b[1] - b[2])
  const index = new Map()
  for (const color of counts.keys()) index.set(color, nearest(color, palette))
  const rows = Buffer.alloc((width + 1) * height)
  for (let y = 0, p = 0; y < height; y++) {
    for (let x = 0; x < width; x++, p += 3) {
      rows[y * (width + 1) + 1 + x] = index.get((rgb[p] << 16) | (rgb[p + 1] << 8) | rgb[p + 2])
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8) // 8 bits, palette, deflate, no interlace
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(rows, { level: 9, memLevel: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}
