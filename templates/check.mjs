// Checks the labeling templates. Run: node templates/check.mjs
// With --write, `tags` and `drawn` in index.json are brought up to date from the XML and schema/tags.json.
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { elements, parseXml } from '../samples/generate/xml.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const registry = JSON.parse(readFileSync(join(here, '..', 'schema', 'tags.json'), 'utf8'))
const indexFile = join(here, 'index.json')
const index = JSON.parse(readFileSync(indexFile, 'utf8'))
const write = process.argv.includes('--write')

/** Letters that the drawing tools of the image editor use. */
const TOOL_KEYS = new Set([...'rhvopkbewmu'])
/** Backgrounds of the canvas in both themes; labels must stand out from each by 3 : 1. */
const CANVASES = ['#ffffff', '#16181d']

const problems = []
let where = ''
const need = (condition, message) => {
  if (!condition) problems.push(`${where}: ${message}`)
}

function luminance(color) {
  const [r, g, b] = [1, 3, 5].map((i) => {
    const v = Number.parseInt(color.slice(i, i + 2), 16) / 255
    return v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
function contrast(a, b) {
  const [x, y] = [luminance(a), luminance(b)]
  return (Math.max(x, y) + 0.05) / (Math.min(x, y) + 0.05)
}

/** The value of `$a.b[0]` in task data, or undefined. */
function lookup(data, reference) {
  return reference.split(/[.[\]]+/).filter(Boolean).reduce((value, key) => value?.[key], data)
}

function strings(value) {
  if (typeof value === 'string') return [value]
  return value && typeof value === 'object' ? Object.values(value).flatMap(strings) : []
}

const known = Object.fromEntries(Object.entries(registry.tags).map(([tag, spec]) => [tag, {
  ...spec,
  all: new Set([...(spec.groups ?? []).flatMap((g) => Object.keys(registry.groups[g])), ...Object.keys(spec.attributes)]),
}]))

function checkTemplate(template) {
  const nodes = elements(parseXml(readFileSync(join(here, template.config), 'utf8')))
  const tags = [...new Set(nodes.map((n) => n.tag))]
  for (const tag of tags) need(known[tag], `<${tag}> is not in schema/tags.json`)
  const drawn = tags.every((tag) => known[tag]?.drawn)
  if (write) Object.assign(template, { tags, drawn })
  need(JSON.stringify(template.tags) === JSON.stringify(tags), 'tags in index.json are stale; run with --write')
  need(template.drawn === drawn, 'drawn in index.json is stale; run with --write')

  const byName = new Map()
  const keys = new Map()
  const pictures = nodes.some((n) => n.tag === 'Image')
  for (const node of nodes) {
    const { tag, attributes } = node
    for (const name of Object.keys(attributes)) need(known[tag]?.all.has(name), `<${tag}> has no attribute ${name}`)
    const { name, hotkey, background } = attributes
    if (name && tag !== 'Bucket') {
      need(!byName.has(name), `the name ${name} is used twice`)
      byName.set(name, node)
    }
    if (hotkey) {
      need(!keys.has(hotkey), `the key ${hotkey} is used twice`)
      keys.set(hotkey, node)
      if (pictures) need(!TOOL_KEYS.has(hotkey), `the key ${hotkey} belongs to a drawing tool`)
    }
    if (background) for (const canvas of CANVASES) need(contrast(background, canvas) >= 3, `${background} is hard to see on ${canvas}`)
  }
  for (const { tag, attributes, children } of nodes) {
    for (const target of attributes.toName?.split(',') ?? []) {
      const object = byName.get(target)
      need(object, `toName="${target}" of <${tag}> names nothing`)
      const allowed = known[tag]?.objects
      if (object && allowed && !allowed.includes('*')) need(allowed.includes(object.tag), `<${tag}> cannot work on <${object.tag}>`)
    }
    if (attributes.whenTagName) need(byName.has(attributes.whenTagName), `whenTagName="${attributes.whenTagName}" names nothing`)
    for (const [attribute, child] of [['whenLabelValue', 'Label'], ['whenChoiceValue', 'Choice']]) {
      const values = attributes[attribute]?.split(',') ?? []
      for (const value of values) need(nodes.some((n) => n.tag === child && n.attributes.value === value), `${attribute} "${value}" names no ${child}`)
    }
    if (tag.endsWith('Labels')) {
      const colors = children.map((c) => c.attributes.background)
      need(new Set(colors).size === colors.length || colors.length > 13, `two labels of ${attributes.name} have one colour`)
    }
    for (const attribute of ['value', 'valueList', 'on']) {
      for (const [, reference] of (attributes[attribute] ?? '').replaceAll('{{idx}}', '0').matchAll(/\$([\w.[\]]+)/g)) {
        need(lookup(template.sample, reference) !== undefined, `the sample has no ${reference}`)
      }
    }
  }
  for (const text of strings(template.sample)) {
    if (text.startsWith('media/')) need(existsSync(join(here, text)), `${text} does not exist`)
  }
}

const groups = new Set(index.groups.map((g) => g.id))
const seen = new Set()
for (const template of index.templates) {
  where = `${template.group}/${template.slug}`
  need(!seen.has(where), 'is listed twice')
  seen.add(where)
  need(groups.has(template.group), 'has an unknown group')
  need(template.config === `${where}.xml`, 'config does not match group and slug')
  need(template.title && template.details.length > 60 && template.details.length < 600, 'needs a title and a guide of one paragraph')
  try {
    checkTemplate(template)
  } catch (error) {
    need(false, error.message)
  }
}
where = 'templates'
for (const group of groups) {
  for (const file of readdirSync(join(here, group))) need(seen.has(`${group}/${file.replace(/\.xml$/, '')}`), `${group}/${file} is not listed`)
}
for (const file of readdirSync(join(here, 'media'))) {
  need(statSync(join(here, 'media', file)).size < 400_000, `media/${file} is too large for a sample`)
}
/** One line for each field: long samples stay on one line, and a change shows as one changed line. */
function formatIndex() {
  const fields = (object) => Object.entries(object).map(([key, value]) => `      ${JSON.stringify(key)}: ${JSON.stringify(value)}`)
  const list = index.templates.map((template) => `    {\n${fields(template).join(',\n')}\n    }`)
  const groupList = index.groups.map((group) => `    ${JSON.stringify(group)}`)
  return `{\n  "version": 1,\n  "groups": [\n${groupList.join(',\n')}\n  ],\n  "templates": [\n${list.join(',\n')}\n  ]\n}\n`
}
if (write) writeFileSync(indexFile, formatIndex())

const drawn = index.templates.filter((t) => t.drawn).length
need(index.templates.length >= 30 && drawn >= 22, `only ${drawn} of ${index.templates.length} templates are drawn`)
for (const problem of problems) console.error(problem)
console.log(`${index.templates.length} templates, ${drawn} of them drawn, ${problems.length} problems`)
process.exitCode = problems.length > 0 && !write ? 1 : 0
