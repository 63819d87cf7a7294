// Writes the texts of samples/news-entities with their entities. Run: node samples/generate/news-entities.mjs
//
// Marks in the sentence material (news/stories-*.mjs):
//   {p} {q}        persons: the full name when first named, the family name afterwards
//   {o} {u}        organizations        {l} {m}  places        {v}  event
//   {on} {on2}     a day with its preposition ("on Tuesday"); {On} at the start of a sentence; {day} {date} bare
//   {later}        a time to come with its preposition     {on_every}  "every Friday"
//   {y} {yo}       a year, a year long ago                 {s} {k} {c}  money: a ticket, a bill, a budget
//   {place}        any place; inside the name of an organization or event it is no entity by itself
//   (a|b)          one of these words     #5-20#  a number in this range
// People, organizations, places, the event and the day stay the same within one story. Offsets count Unicode code points, as the result format wants.
import { DAYS, FIRST, LARGE, LAST, LATER, MIDDLE, OLD_YEARS, PLACES, SMALL, YEARS } from './news/names.mjs'
import part1 from './news/stories-1.mjs'
import part2 from './news/stories-2.mjs'
import { randomFrom } from './random.mjs'
import { COUNTS, round, tasks, writeTasks } from './write.mjs'

const SLUG = 'news-entities'
const MODEL = 'news-tagger-1.2'
const LABELS = ['Person', 'Organization', 'Place', 'Date', 'Money', 'Event']

const random = randomFrom(20240502)
const topics = [...part1, ...part2].map((topic) => ({
  ...topic,
  nextLead: random.deck(topic.leads),
  nextOrg: random.deck(topic.orgs),
  nextPartner: random.deck(topic.partners ?? topic.orgs),
  nextEvent: random.deck(topic.events),
}))
const decks = Object.fromEntries(Object.entries({ FIRST, LAST, PLACES, DAYS, LATER, YEARS, OLD_YEARS, SMALL, MIDDLE, LARGE, IN_NAMES: PLACES.filter((name) => !name.startsWith('the ')) }).map(([name, list]) => [name, random.deck(list)]))
const bodyUses = new Map()

/** Words like "the" before a name stay outside the entity. */
function named(label, text) {
  const article = /^the /i.exec(text)?.[0] ?? ''
  return [[article], [text.slice(article.length), label]]
}

/** The people, places and sums of one story, made when first asked for. */
function cast(topic) {
  const made = new Map()
  const once = (key, make) => made.get(key) ?? made.set(key, make()).get(key)
  const fill = (text) => text.replaceAll('{place}', () => decks.IN_NAMES())
  const unlike = (other, make) => {
    for (;;) {
      const value = make()
      if (value !== made.get(other)) return value
    }
  }
  const met = new Set()
  const dated = (deck, part) => {
    const [before, date] = once(part, deck)
    return [[before], [date, 'Date']]
  }
  return (slot) => {
    switch (slot) {
      case 'p':
      case 'q': {
        const [first, last] = once(slot, () => [decks.FIRST(), decks.LAST()])
        const known = met.has(slot)
        met.add(slot)
        return [[known ? last : `${first} ${last}`, 'Person']]
      }
      case 'o': return named('Organization', once('o', () => unlike('u', () => fill(topic.nextOrg()))))
      case 'u': return named('Organization', once('u', () => unlike('o', () => fill(topic.nextPartner()))))
      case 'l': return named('Place', once('l', decks.PLACES))
      case 'm': return named('Place', once('m', decks.PLACES))
      case 'v': return named('Event', once('v', () => fill(topic.nextEvent())))
      case 'on': return dated(decks.DAYS, 'on')
      case 'On': {
        const [before, date] = once('on', decks.DAYS)
        const upper = (s) => s.charAt(0).toUpperCase() + s.slice(1)
        return before ? [[upper(before)], [date, 'Date']] : [[upper(date), 'Date']]
      }
      case 'on2': return dated(() => ['on ', random.pick(['5 May', 'Sunday week', '19 August', '2 February', 'Saturday', '11 November'])], 'on2')
      case 'day': return [[once('day', () => random.pick(['Tuesday', 'Monday', 'Thursday', 'Sunday night', 'last Wednesday'])), 'Date']]
      case 'date': return [[random.pick(['10 January', '28 February', '16 June', '21 September', '6 October', '31 December', 'Whitsun', '24 August']), 'Date']]
      case 'on_every': return [['every '], [random.pick(['Friday', 'Tuesday', 'Thursday', 'Wednesday']), 'Date']]
      case 'later': return dated(decks.LATER, 'later')
      case 'y': return [[decks.YEARS(), 'Date']]
      case 'yo': return [[decks.OLD_YEARS(), 'Date']]
      case 's': return [[decks.SMALL(), 'Money']]
      case 'k': return [[decks.MIDDLE(), 'Money']]
      case 'c': return [[decks.LARGE(), 'Money']]
      case 'place': return [[decks.IN_NAMES(), 'Place']]
      default: throw new Error(`unknown mark {${slot}}`)
    }
  }
}

/** Turns a pattern into pieces: [text] or [text, label]. */
function speak(pattern, resolve) {
  const chosen = pattern
    .replace(/\(([^()]*\|[^()]*)\)/g, (_, words) => random.pick(words.split('|')))
    .replace(/#(\d+)-(\d+)#/g, (_, low, high) => String(random.whole(Number(low), Number(high))))
  const pieces = []
  let at = 0
  for (const mark of chosen.matchAll(/\{(\w+)\}/g)) {
    pieces.push([chosen.slice(at, mark.index)], ...resolve(mark[1]))
    at = mark.index + mark[0].length
  }
  pieces.push([chosen.slice(at)])
  const kept = pieces.filter(([text]) => text !== '')
  // Sentences begin with a capital, also when they begin with "the" of a name.
  kept[0] = [kept[0][0].charAt(0).toUpperCase() + kept[0][0].slice(1), ...kept[0].slice(1)]
  return kept
}

/** One story of three to six sentences: text and exact entities. */
function story(topic) {
  const resolve = cast(topic)
  const rarest = (list) => random.shuffle(list).sort((a, b) => (bodyUses.get(a) ?? 0) - (bodyUses.get(b) ?? 0))
  const bodies = rarest(topic.bodies).slice(0, random.whole(2, 4))
  for (const body of bodies) bodyUses.set(body, (bodyUses.get(body) ?? 0) + 1)
  const order = topic.bodies.filter((body) => bodies.includes(body))
  const end = random.chance(0.75) || bodies.length === 2 ? [rarest(topic.ends)[0]] : []
  for (const e of end) bodyUses.set(e, (bodyUses.get(e) ?? 0) + 1)
  let text = ''
  const entities = []
  for (const pattern of [topic.nextLead(), ...(random.chance(0.5) ? order : random.shuffle(order)), ...end]) {
    if (text) text += random.chance(0.12) ? '\n' : ' '
    for (const [words, label] of speak(pattern, resolve)) {
      const start = [...text].length
      text += words
      if (label) entities.push({ start, end: start + [...words].length, text: words, label })
    }
  }
  return { text, entities, section: topic.section }
}

const stories = []
const seen = new Set()
while (stories.length < COUNTS.tasks) {
  const made = story(topics[stories.length % topics.length])
  // Every story should show several kinds of entities, or it teaches little.
  if (made.entities.length < 5 || new Set(made.entities.map((e) => e.label)).size < 4 || seen.has(made.text)) continue
  seen.add(made.text)
  stories.push(made)
}
const shuffled = random.shuffle(stories)

function region(text, { start, end, label }, score) {
  const item = {
    id: random.id(),
    from_name: 'label',
    to_name: 'text',
    type: 'labels',
    value: { start, end, text: [...text].slice(start, end).join(''), labels: [label] },
  }
  if (score !== undefined) item.score = score
  return item
}

/** What a fair tagger would say: some entities missed, some with wrong label or borders, with matching scores. */
function guess({ text, entities }) {
  const found = []
  for (const entity of entities) {
    const roll = random.next()
    if (roll < 0.08) continue
    if (roll < 0.16) {
      const label = random.pick(LABELS.filter((l) => l !== entity.label))
      found.push(region(text, { ...entity, label }, round(random.between(0.34, 0.6))))
    } else if (roll < 0.24 && entity.text.includes(' ')) {
      const first = [...entity.text.slice(0, entity.text.indexOf(' ') + 1)].length
      found.push(region(text, { ...entity, start: entity.start + first }, round(random.between(0.45, 0.72))))
    } else found.push(region(text, entity, round(random.between(0.74, 0.99))))
  }
  return found
}

writeTasks(SLUG, tasks({
  random,
  items: shuffled.map(({ text, section }) => ({ text, section })),
  annotate: (i) => shuffled[i].entities.map((entity) => region(shuffled[i].text, entity)),
  predict: (i) => guess(shuffled[i]),
  modelVersion: MODEL,
  seconds: (result) => 9 + 3.4 * result.length,
}))
