// What people say about any product: price, delivery, service, and how they begin and end.
// {noun} is the product; {is}, {it}, {was}, {does} agree with it.

export const COMMON = {
  price: {
    good: ['For this price I expected half as much.', 'Not the cheapest {noun}, but worth every coin.', 'I paid more for worse before.', 'Fair price, and spare parts are sold separately.', 'Bought in the sale, which made it a bargain.'],
    bad: ['For that much money I expect more.', 'You pay twice: once in the shop and once for the extras that you need.', 'Far too expensive for what you get.', 'Two weeks later it was a third cheaper, which stings.', 'The same thing without the name on it costs half.'],
  },
  delivery: {
    good: ['Ordered on Monday, here on Tuesday.', 'It came a day early and perfectly packed, without any plastic.', 'The driver even carried the parcel up to the fourth floor.', 'Delivered exactly in the promised hour.'],
    bad: ['Delivery took three weeks, with no word in between.', 'The parcel looked as if someone had sat on it.', 'It went to a neighbour whom I do not have.', 'First the wrong colour came, then nothing, then two of them.'],
  },
  service: {
    good: ['A question by mail was answered within the hour, by a real person.', 'When a part was missing, they sent it the same day, no questions asked.', 'The lady on the phone knew the {noun} better than the manual does.', 'They exchanged it without any fuss.'],
    bad: ['Four mails, four answers, none to my question.', 'Customer service told me to switch it off and on. Twice.', 'They wanted a photograph of the receipt, then a better one, then silence.', 'Forty minutes of waiting music, then the line went dead.'],
  },
}

export const OPEN = {
  good: ['I rarely write reviews, but this {noun} {deserve} one.', 'Bought {it} for my sister, then a second time for myself.', 'Six months in use now, time for a verdict.', 'What a pleasant surprise.', 'I was sceptical, and I was wrong.', 'Exactly what I was looking for.', 'A friend recommended {it}, and now I do the same.', '', '', ''],
  mixed: ['A {noun} with two faces.', 'I am torn.', 'Good idea, mixed result.', 'Some light, some shade.', 'Three weeks in, I still cannot decide.', 'It could have been so good.', 'Let me start with the pleasant part.', '', ''],
  bad: ['I really wanted to like {it}.', 'Sadly, a disappointment.', 'Save yourself the trouble.', 'Never again.', 'The pictures promise more than the {noun} can keep.', 'First impression: good. Second impression: see below.', 'My old one was ten years old and better.', '', ''],
}
export const OPEN_PLURAL = { 'A {noun} with two faces.': 'A pair of {noun} with two faces.', 'I rarely write reviews, but this {noun} {deserve} one.': 'I rarely write reviews, but these {noun} deserve one.' }

export const CLOSE = {
  best: ['Recommended without reservation.', 'Five stars, and I am hard to please.', 'Well done, more of this!', 'I would buy {it} again tomorrow.', 'My neighbours have ordered one too 👍.', 'Nothing to complain about, and I tried.', '', ''],
  good: ['I would buy {it} again tomorrow.', 'All in all a happy buyer.', 'Still recommended.', 'My neighbours have ordered one too 👍.', 'Thank you to whoever designed this.', '', '', ''],
  mixed: ['Fine for now, but I keep looking.', 'With two small changes I would be happy.', 'You have to know what you are buying.', 'I am keeping {it}, without enthusiasm.', 'Perhaps the next version gets it right.', '', ''],
  bad: ['It went back on the same day.', 'I would give fewer stars if I could.', 'Now it stands in the cellar and thinks about itself.', 'Do not make my mistake.', 'Back to the old one.', 'Very annoying 😡.', '', ''],
}

/** What holds against a mainly good product, or for a mainly bad one, is joined with these. */
export const BUT = { toBad: ['Only one thing:', 'A small complaint:', 'Less nice:', 'However:'], toGood: ['To be fair:', 'On the bright side:', 'One good thing:', 'At least this:'] }

/** Parts of a one-sentence summary; the plural form is used for headphones. */
export const SUMMARY = {
  Quality: { good: [['works very well', 'work very well'], ['is well made', 'are well made']], bad: [['is of poor quality', 'are of poor quality'], ['does not do its job properly', 'do not do their job properly']] },
  Price: { good: [['is worth the money', 'are worth the money']], bad: [['is too expensive', 'are too expensive']] },
  Delivery: { good: [['arrived quickly and safely', 'arrived quickly and safely']], bad: [['was delivered badly', 'were delivered badly']] },
  'Customer service': { good: [['comes with helpful service', 'come with helpful service']], bad: [['comes with unhelpful service', 'come with unhelpful service']] },
  'Ease of use': { good: [['is easy to use', 'are easy to use']], bad: [['is awkward to use', 'are awkward to use']] },
  Design: { good: [['is nicely designed', 'are nicely designed']], bad: [['has an unfortunate design', 'have an unfortunate design']] },
}
