// Puts VP8 frames into a WebM file (Matroska/EBML, RFC 9559) with its length and an index, so that players can seek.

const bytes = (id) => {
  const hex = id.toString(16)
  return Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex')
}
/** An element with a size of eight bytes: simple, and of the same form for every content. */
function element(id, ...content) {
  const body = Buffer.concat(content)
  const size = Buffer.alloc(8)
  size.writeBigUInt64BE(BigInt(body.length))
  size[0] |= 1
  return Buffer.concat([bytes(id), size, body])
}
const uint = (id, value) => element(id, bytes(value))
const text = (id, value) => element(id, Buffer.from(value))
function float(id, value) {
  const body = Buffer.alloc(8)
  body.writeDoubleBE(value)
  return element(id, body)
}

/** `frames`: [{data: Buffer, key: boolean}], shown one after another at `frameRate`. */
export function muxWebm({ width, height, frameRate, frames }) {
  const ms = (index) => Math.round((index * 1000) / frameRate)
  const info = element(0x1549a966, uint(0x2ad7b1, 1_000_000), float(0x4489, ms(frames.length)), text(0x4d80, 'Labelkeep'), text(0x5741, 'Labelkeep'))
  const video = element(0xe0, uint(0xb0, width), uint(0xba, height))
  const tracks = element(0x1654ae6b, element(0xae, uint(0xd7, 1), uint(0x73c5, 1), uint(0x9c, 0), text(0x86, 'V_VP8'), uint(0x83, 1), uint(0x23e383, Math.round(1e9 / frameRate)), video))
  // One cluster for each key frame: what the index points to.
  const groups = []
  frames.forEach((frame, index) => {
    if (frame.key || index === 0) groups.push([])
    groups.at(-1).push({ ...frame, index })
  })
  const clusters = groups.map((group) => {
    const start = ms(group[0].index)
    const blocks = group.map(({ data, key, index }) => {
      const head = Buffer.from([0x81, 0, 0, key ? 0x80 : 0])
      head.writeInt16BE(ms(index) - start, 1)
      return element(0xa3, head, data)
    })
    return { start, data: element(0x1f43b675, uint(0xe7, start), ...blocks) }
  })
  const cuesFor = (offset) => {
    let at = offset
    return element(0x1c53bb6b, ...clusters.map(({ start, data }) => {
      const position = Buffer.alloc(4)
      position.writeUInt32BE(at)
      at += data.length
      return element(0xbb, uint(0xb3, start), element(0xb7, uint(0xf7, 1), element(0xf1, position)))
    }))
  }
  // Positions have a fixed width, so the length of the index does not depend on them.
  const before = info.length + tracks.length
  const cues = cuesFor(before + cuesFor(0).length)
  const header = element(0x1a45dfa3, uint(0x4286, 1), uint(0x42f7, 1), uint(0x42f2, 4), uint(0x42f3, 8), text(0x4282, 'webm'), uint(0x4287, 4), uint(0x4285, 2))
  return Buffer.concat([header, element(0x18538067, info, tracks, cues, ...clusters.map((c) => c.data))])
}
