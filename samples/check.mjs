// Checks the sample projects: counts, configurations, offsets, boxes, labels, scores. Run: node samples/check.mjs
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { elements, parseXml } from './generate/xml.mjs'

const here = dirname(fileURLToPath(import.meta.url))
const read = (...path) => JSON.parse(readFileSync(join(here, ...path), 'utf8'))

const problems = []
let where = ''
const need = (condition, message) => {
  if (!condition) problems.push(`${where}: ${message}`)
}
const number = (value, low, high) => typeof value === 'number' && Number.isFinite(value) && value >= low && value <= high

/** Width and height from the header of a PNG. */
function pngSize(file) {
  const bytes = readFileSync(file)
  return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), bytes: bytes.length }
}

/** Controls by name, with the values of their labels or choices and the data field of their object. */
function controlsOf(config) {
  const nodes = elements(config)
  const objects = new Map(nodes.filter((n) => n.attributes.name && !n.attributes.toName).map((n) => [n.attributes.name, n]))
  const controls = new Map()
  for (const node of nodes.filter((n) => n.attributes.toName)) {
    const object = objects.get(node.attributes.toName)
    need(object, `toName of ${node.attributes.name} names nothing`)
    const values = node.children.filter((c) => c.tag === 'Label' || c.tag === 'Choice').map((c) => c.attributes.value)
    controls.set(node.attributes.name, { node, object, values, field: object?.attributes.value.slice(1) })
  }
  return controls
}

const CHECKS = {
  labels({ value }, { values, field }, data) {
    const text = [...data[field]]
    need(Number.isInteger(value.start) && Number.isInteger(value.end) && 0 <= value.start && value.start < value.end && value.end <= text.length, 'a span lies outside its text')
    need(text.slice(value.start, value.end).join('') === value.text, `“${value.text}” is not what stands at ${value.start}–${value.end}`)
    need(value.text.trim() === value.text, `“${value.text}” begins or ends with a space`)
    need(value.labels?.length === 1 && values.includes(value.labels[0]), `label ${value.labels} is not in the configuration`)
  },
  rectanglelabels({ value, ...item }, { values }, _, picture) {
    need(item.original_width === picture.width && item.original_height === picture.height, 'the size of the picture is wrong')
    need(number(value.x, 0, 100) && number(value.y, 0, 100), 'a box begins outside the picture')
    need(number(value.width, 0.5, 100) && number(value.height, 0.5, 100), 'a box has no size')
    need(value.x + value.width <= 100.001 && value.y + value.height <= 100.001, 'a box ends outside the picture')
    need(value.rotation === 0, 'a box is turned')
    need(value.rectanglelabels?.length === 1 && values.includes(value.rectanglelabels[0]), `label ${value.rectanglelabels} is not in the configuration`)
  },
  choices({ value }, { node, values }) {
    need(value.choices?.length > 0 && value.choices.every((c) => values.includes(c)), `choices ${value.choices} are not in the configuration`)
    need(node.attributes.choice === 'multiple' || value.choices.length === 1, 'a single choice has several answers')
    need(new Set(value.choices).size === value.choices.length, 'a choice is given twice')
  },
  rating({ value }, { node }) {
    need(Number.isInteger(value.rating) && number(value.rating, 1, Number(node.attributes.maxRating ?? 5)), `rating ${value.rating} is out of range`)
  },
  textarea({ value }) {
    need(Array.isArray(value.text) && value.text.every((t) => typeof t === 'string' && t.trim() === t && t.length > 10), 'a text answer is empty')
  },
}

function checkResult(result, controls, data, picture, scored) {
  need(Array.isArray(result) && result.length > 0, 'an empty result')
  need(new Set(result.map((item) => item.id)).size === result.length, 'two regions have one id')
  for (const item of result) {
    const control = controls.get(item.from_name)
    if (!control) {
      need(false, `${item.from_name} is not in the configuration`)
      continue
    }
    need(item.to_name === control.node.attributes.toName, `${item.from_name} does not belong to ${item.to_name}`)
    need(item.type === control.node.tag.toLowerCase(), `${item.type} is not what ${item.from_name} makes`)
    need(/^[a-z0-9]{10}$/.test(item.id), `id ${item.id} has the wrong form`)
    need(scored ? number(item.score, 0, 1) : item.score === undefined, 'a score is missing or misplaced')
    CHECKS[item.type](item, control, data, picture)
  }
}

function checkSample(slug) {
  const project = read(slug, 'project.json')
  for (const key of ['title', 'description', 'label_config', 'expert_instruction', 'model_version']) need(project[key], `project.json lacks ${key}`)
  parseXml(`<html>${project.expert_instruction}</html>`)
  need(!/<(script|style|img|iframe|a)\b|\son\w+=/i.test(project.expert_instruction), 'the instruction holds more than simple markup')
  const controls = controlsOf(parseXml(readFileSync(join(here, slug, project.label_config), 'utf8')))
  const fields = new Set([...controls.values()].map((c) => c.field))
  const tasks = read(slug, project.tasks)
  const count = { annotated: 0, predicted: 0, neither: 0, labels: new Map() }
  const seen = new Set()
  tasks.forEach((task, i) => {
    where = `${slug} task ${i + 1}`
    for (const field of fields) need(typeof task.data[field] === 'string' && task.data[field], `data.${field} is missing`)
    const key = JSON.stringify(task.data)
    need(!seen.has(key), 'is the same as another task')
    seen.add(key)
    let picture
    if (task.data.image) {
      const file = join(here, slug, task.data.image)
      need(existsSync(file), `${task.data.image} does not exist`)
      picture = pngSize(file)
    }
    for (const annotation of task.annotations) {
      checkResult(annotation.result, controls, task.data, picture, false)
      need(annotation.ground_truth === false && annotation.was_cancelled === false && number(annotation.lead_time, 1, 600), 'the annotation is not complete')
      for (const item of annotation.result) {
        for (const label of Object.values(item.value).filter((v) => Array.isArray(v) && item.type !== 'textarea').flat()) count.labels.set(label, (count.labels.get(label) ?? 0) + 1)
      }
    }
    for (const prediction of task.predictions) {
      checkResult(prediction.result, controls, task.data, picture, true)
      need(prediction.model_version === project.model_version && number(prediction.score, 0, 1), 'the prediction is not complete')
    }
    if (task.annotations.length) count.annotated++
    else if (task.predictions.length) count.predicted++
    else count.neither++
  })
  where = slug
  need(tasks.length === 120, `has ${tasks.length} tasks, not 120`)
  need(count.annotated >= 20 && count.predicted >= 20 && count.neither >= 20, 'needs 20 annotated, 20 predicted and 20 open tasks')
  for (const { values } of controls.values()) for (const value of values) need(count.labels.get(value) >= 3, `“${value}” hardly occurs in the annotations`)
  if (project.media) {
    const files = readdirSync(join(here, slug, project.media))
    const total = files.reduce((sum, file) => sum + statSync(join(here, slug, project.media, file)).size, 0)
    need(total <= 6 * 1024 * 1024, `the pictures take ${total} bytes, more than 6 MiB`)
    need(files.length === tasks.length, 'there are pictures without a task')
  }
  console.log(`${slug}: ${tasks.length} tasks, ${count.annotated} annotated, ${count.predicted} predicted; ${[...count.labels].map(([l, n]) => `${l} ${n}`).join(', ')}`)
}

for (const slug of read('index.json').samples) {
  where = slug
  try {
    checkSample(slug)
  } catch (error) {
    need(false, error.message)
  }
}
for (const problem of problems) console.error(problem)
console.log(`${problems.length} problems`)
process.exitCode = problems.length > 0 ? 1 : 0
