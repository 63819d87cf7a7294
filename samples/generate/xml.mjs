// A strict reader for the small XML of labeling configurations, used by the checks: elements, attributes and text.
// It refuses what the product refuses too: DTDs, unclosed or crossed tags, repeated attributes, unknown entities.

const ENTITIES = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }

function decode(text, where) {
  return text.replace(/&([^;&]*);?/g, (whole, name) => {
    if (!whole.endsWith(';')) throw new Error(`${where}: a bare & must be written &amp;`)
    if (/^#(\d+|x[0-9a-fA-F]+)$/.test(name)) return String.fromCodePoint(name[1] === 'x' ? Number.parseInt(name.slice(2), 16) : Number(name.slice(1)))
    if (!(name in ENTITIES)) throw new Error(`${where}: unknown entity &${name};`)
    return ENTITIES[name]
  })
}

/** Returns the root: {tag, attributes, children, text}. Throws with the line of the first fault. */
export function parseXml(source) {
  const root = { tag: null, attributes: {}, children: [], text: '' }
  const open = [root]
  const pattern = /<!--[\s\S]*?-->|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([A-Za-z][\w.-]*)((?:\s+[\w:.-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*)\s*(\/?)>|([^<]+)|(<)/g
  for (const match of source.matchAll(pattern)) {
    const [whole, cdata, closing, tag, attributes, empty, text, stray] = match
    const where = `line ${source.slice(0, match.index).split('\n').length}`
    const top = open.at(-1)
    if (stray) throw new Error(`${where}: this is not a tag`)
    if (whole.startsWith('<!--')) continue
    if (cdata !== undefined) top.text += cdata
    else if (text !== undefined) {
      top.text += decode(text, where)
      if (top === root && text.trim()) throw new Error(`${where}: text outside the root`)
    } else if (closing) {
      if (open.length === 1 || top.tag !== tag) throw new Error(`${where}: </${tag}> closes <${top.tag ?? 'nothing'}>`)
      open.pop()
    } else {
      const node = { tag, attributes: {}, children: [], text: '' }
      for (const [, name, double, single] of attributes.matchAll(/([\w:.-]+)\s*=\s*(?:"([^"]*)"|'([^']*)')/g)) {
        if (name in node.attributes) throw new Error(`${where}: ${name} is given twice`)
        node.attributes[name] = decode(double ?? single, where)
      }
      top.children.push(node)
      if (!empty) open.push(node)
    }
  }
  if (open.length > 1) throw new Error(`<${open.at(-1).tag}> is never closed`)
  if (root.children.length !== 1) throw new Error('there must be exactly one root element')
  return root.children[0]
}

/** All elements below and including `node`, in document order. */
export function elements(node) {
  return [node, ...node.children.flatMap(elements)]
}
