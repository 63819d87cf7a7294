// Writes the reviews of samples/product-reviews with answers that fit the text.
// Run: node samples/generate/product-reviews.mjs
import { randomFrom } from './random.mjs'
import { BUT, CLOSE, COMMON, OPEN, OPEN_PLURAL, SUMMARY } from './reviews/phrases.mjs'
import part1 from './reviews/products-1.mjs'
import part2 from './reviews/products-2.mjs'
import { COUNTS, round, tasks, writeTasks } from './write.mjs'

const SLUG = 'product-reviews'
const MODEL = 'review-reader-2.0'
const ASPECTS = ['Quality', 'Price', 'Delivery', 'Customer service', 'Ease of use', 'Design']

/** For each number of stars: how many aspects are praised and how many criticised (from, to), and the tone. */
const PLANS = {
  5: { good: [2, 4], bad: [0, 0], tone: 'good', sentiment: 'Positive' },
  4: { good: [2, 3], bad: [1, 1], tone: 'good', sentiment: 'Positive' },
  3: { good: [1, 2], bad: [1, 2], tone: 'mixed', sentiment: 'Mixed' },
  2: { good: [1, 1], bad: [2, 3], tone: 'bad', sentiment: 'Negative' },
  1: { good: [0, 0], bad: [2, 4], tone: 'bad', sentiment: 'Negative' },
}
const STARS = [5, 5, 5, 4, 4, 4, 3, 3, 2, 2, 1, 1]

const random = randomFrom(20240503)
const decks = new Map()
/** Draws from a list without repeating before it is used up. */
function draw(list) {
  if (!decks.has(list)) decks.set(list, random.deck(list))
  return decks.get(list)()
}

function fitted(text, product) {
  const plural = product.plural
  return (plural ? OPEN_PLURAL[text] ?? text : text)
    .replaceAll('{noun}', product.noun)
    .replaceAll('{it}', plural ? 'them' : 'it')
    .replaceAll('{deserve}', plural ? 'deserve' : 'deserves')
}

const LINES = { Quality: (p) => p.quality, 'Ease of use': (p) => p.ease, Design: (p) => p.design, Price: () => COMMON.price, Delivery: () => COMMON.delivery, 'Customer service': () => COMMON.service }

function review(product, stars) {
  const plan = PLANS[stars]
  const counts = { good: random.whole(...plan.good), bad: random.whole(...plan.bad) }
  if (stars === 3) counts.bad = counts.good // as much praise as blame
  // Nobody praises or scolds a product without a word about what it does.
  const lead = plan.tone === 'bad' ? 'bad' : 'good'
  const aspects = ['Quality', ...random.shuffle(ASPECTS.slice(1))].slice(0, counts.good + counts.bad)
  const sides = [lead]
  const rest = random.shuffle([...Array(counts.good).fill('good'), ...Array(counts.bad).fill('bad')])
  rest.splice(rest.indexOf(lead), 1)
  sides.push(...rest)
  const said = aspects.map((aspect, i) => ({ aspect, side: sides[i] }))
  // The tone's own side comes first, the other side after it with a joining word.
  const ordered = [...said.filter((s) => s.side === lead), ...said.filter((s) => s.side !== lead)]
  const sentences = []
  let turned = false
  for (const { aspect, side } of ordered) {
    let line = fitted(draw(LINES[aspect](product)[side]), product)
    if (side !== lead && !turned) {
      turned = true
      if (random.chance(0.6)) {
        const join = draw(lead === 'good' ? BUT.toBad : BUT.toGood)
        const [first, ...more] = line.split(' ')
        line = `${join} ${/^(I|I’m)$/.test(first) ? first : first.charAt(0).toLowerCase() + first.slice(1)} ${more.join(' ')}`
      }
    }
    sentences.push(line)
    // A second remark about quality makes some reviews longer and more personal.
    if (aspect === 'Quality' && side === lead && random.chance(0.3)) sentences.push(fitted(draw(product.quality[side]), product))
  }
  const open = fitted(draw(OPEN[plan.tone]), product)
  const close = fitted(draw(CLOSE[stars === 5 ? 'best' : plan.tone]), product)
  const unique = [...new Set([open, ...sentences, close].filter(Boolean))]
  return { text: unique.join(' '), stars, sentiment: plan.sentiment, said: ordered, product }
}

function summary({ said, product }) {
  const form = product.plural ? 1 : 0
  const phrase = ({ aspect, side }) => draw(SUMMARY[aspect][side])[form]
  const join = (parts) => (parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`)
  const [first, second] = [said.filter((s) => s.side === said[0].side), said.filter((s) => s.side !== said[0].side)].map((list) => join(list.map(phrase)))
  return `The ${product.noun} ${first}${second ? `, but ${second}` : ''}.`
}

const products = [...part1, ...part2]
const nextStars = random.deck(STARS)
const reviews = []
const texts = new Set()
while (reviews.length < COUNTS.tasks) {
  const made = review(products[reviews.length % products.length], nextStars())
  if (texts.has(made.text)) continue
  texts.add(made.text)
  reviews.push(made)
}
const shuffled = random.shuffle(reviews)

function answer(from_name, type, value, score) {
  const item = { id: random.id(), from_name, to_name: 'review', type, value: { [type]: value } }
  if (type === 'textarea') item.value = { text: value }
  if (score !== undefined) item.score = score
  return item
}

const aspectsOf = ({ said }) => ASPECTS.filter((aspect) => said.some((s) => s.aspect === aspect))

function truth(made) {
  return [
    answer('sentiment', 'choices', [made.sentiment]),
    answer('aspects', 'choices', aspectsOf(made)),
    answer('rating', 'rating', made.stars),
    answer('summary', 'textarea', [summary(made)]),
  ]
}

/** What a fair model would answer: sometimes a star or an aspect off, and then less sure of itself. */
function guess(made) {
  const off = random.chance(0.22)
  const stars = off ? Math.min(5, Math.max(1, made.stars + random.pick([-1, 1]))) : made.stars
  const sentiment = stars >= 4 ? 'Positive' : stars === 3 ? 'Mixed' : 'Negative'
  let aspects = aspectsOf(made)
  const slip = random.chance(0.3)
  if (slip && aspects.length > 2) aspects = aspects.filter((_, i) => i !== aspects.length - 1)
  else if (slip) aspects = ASPECTS.filter((a) => aspects.includes(a) || a === 'Design')
  const sure = (wrong) => round(wrong ? random.between(0.42, 0.66) : random.between(0.76, 0.98))
  return [
    answer('sentiment', 'choices', [sentiment], sure(sentiment !== made.sentiment)),
    answer('aspects', 'choices', aspects, sure(slip)),
    answer('rating', 'rating', stars, sure(off)),
    answer('summary', 'textarea', [summary(made)], round(random.between(0.6, 0.85))),
  ]
}

writeTasks(SLUG, tasks({
  random,
  items: shuffled.map(({ text, product }) => ({ product: product.product, review: text, category: product.category })),
  annotate: (i) => truth(shuffled[i]),
  predict: (i) => guess(shuffled[i]),
  modelVersion: MODEL,
  seconds: (result) => 14 + 5 * result.length,
}))
