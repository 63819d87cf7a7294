// Invented products and what people say about them, part 1. Each sentence speaks of one aspect only.

export default [
  {
    product: 'Pipistrel electric kettle, 1.5 l', noun: 'kettle', category: 'Kitchen',
    quality: {
      good: ['It boils a full pot before I have found the tea.', 'After a year of hard water there is hardly a trace of scale.', 'No dripping from the spout, not even with the last cup.'],
      bad: ['The lid hinge gave up after five weeks.', 'It switches off long before the water boils.', 'Every pot tastes of plastic, and vinegar did not help.'],
    },
    ease: { good: ['One button, and you can see the water level from across the room.'], bad: ['You need two hands and some luck to open it for filling.', 'The temperature dial has no marks, so you guess.'] },
    design: { good: ['The matt blue looks lovely next to our old stove.'], bad: ['The handle gets greasy marks that never quite come off.'] },
  },
  {
    product: 'Halo desk lamp with dimmer', noun: 'lamp', category: 'Home',
    quality: {
      good: ['Warm, even light without any flicker.', 'The arm stays exactly where you leave it.', 'Bright enough for sewing black on black.'],
      bad: ['It hums as soon as you dim it below half.', 'The joint sags, and by evening the lamp is looking at its own foot.', 'The light died after a month.'],
    },
    ease: { good: ['The dimmer is a simple wheel, lovely to turn in the dark.'], bad: ['To dim it you must hold the switch for exactly two seconds, no more, no less.'] },
    design: { good: ['Slim, quiet, and it makes my desk look tidier than it is.', 'The brass ring is a small joy every evening.'], bad: ['The cable is bright white and far too short, you see it everywhere.'] },
  },
  {
    product: 'Fieldmouse hiking tent for two', noun: 'tent', category: 'Outdoors',
    quality: {
      good: ['Eleven hours of rain and not a drop inside.', 'The seams are clean and the zips run like butter.', 'A gust that took our neighbour’s chairs did not impress it.'],
      bad: ['The pegs bend like spoons in anything harder than moss.', 'Water came through the floor on the very first night.', 'One pole split at the joint while we were only pitching it.'],
    },
    ease: { good: ['It went up in four minutes, with a child helping.', 'Everything fits back into the bag, which I have never seen before.'], bad: ['The instructions show a different tent.', 'Pitching it alone is an evening’s entertainment for the whole campsite.'] },
    design: { good: ['The two doors mean nobody climbs over anybody at night.'], bad: ['For two people of normal size it is really a tent for one and a half.'] },
  },
  {
    product: 'Sparrow folding bicycle, 7 gears', noun: 'bicycle', category: 'Outdoors',
    quality: {
      good: ['The brakes bite gently and stop at once, also in the wet.', 'Four hundred kilometres so far and not one creak.', 'The gears shift cleanly even uphill.'],
      bad: ['The hinge has play after two weeks, and I feel it in every corner.', 'Spokes were loose out of the box.', 'The chain jumps whenever I start at a traffic light.'],
    },
    ease: { good: ['Folds in ten seconds and fits under my train seat.', 'My father, who is 74, folds it without help.'], bad: ['Folding it leaves grease on trousers, hands and mood.', 'At fourteen kilos it is no bicycle to carry up stairs.'] },
    design: { good: ['People ask about the green at every light.'], bad: ['The rack is so short that my heels hit the bag.'] },
  },
  {
    product: 'Murmur wireless headphones', noun: 'headphones', plural: true, category: 'Electronics',
    quality: {
      good: ['Voices are clear and the bass does not shout.', 'Two full days of listening on one charge.', 'The train simply disappears when you switch the noise filter on.'],
      bad: ['The left side cuts out whenever I turn my head.', 'There is a faint hiss that you cannot unhear.', 'The battery lasts three hours, not the thirty that are promised.'],
    },
    ease: { good: ['They connect before I have put them on.'], bad: ['Touch controls that react to hair, collars and weather.', 'Switching between phone and computer means pairing them anew each time.'] },
    design: { good: ['So light that I went to the door with them on.', 'The folding case is the nicest part, if I am honest.'], bad: ['After an hour they press on my glasses.'] },
  },
  {
    product: 'Tidbit robot vacuum', noun: 'robot', category: 'Home',
    quality: {
      good: ['Two cats, one dog, and the carpet looks new.', 'It finds its way back every time, even from under the bed.', 'Quiet enough to run it during a film.'],
      bad: ['It eats socks, cables and one earring so far.', 'It cleans the same metre of hallway for an hour and calls it a day.', 'After a software update it forgot our whole flat.'],
    },
    ease: { good: ['Press the button, forget about it, done.', 'The brush comes off without tools.'], bad: ['The app wants an account, a code and a survey before anything moves.', 'Emptying the box means breathing what it collected.'] },
    design: { good: ['Flat enough for our low sofa.'], bad: ['Glossy black: it shows every grain of the dust it is meant to fight.'] },
  },
  {
    product: 'Oakleaf chef’s knife, 20 cm', noun: 'knife', category: 'Kitchen',
    quality: {
      good: ['Tomatoes fall apart at the mere sight of it.', 'Still sharp after half a year of daily onions.', 'Well balanced, it almost rocks by itself.'],
      bad: ['It chipped on a pumpkin. A pumpkin!', 'Blunt within a fortnight, whatever I do.', 'Rust spots appeared after one night in the sink (my fault, but still).'],
    },
    ease: { good: ['The handle suits my small hands and my husband’s large ones.'], bad: ['The spine is so sharp-edged that it leaves a mark on the finger.'] },
    design: { good: ['The grain of the handle is beautiful 😍.'], bad: ['The logo is printed on and already half gone.'] },
  },
  {
    product: 'Cloudberry rain jacket', noun: 'jacket', category: 'Clothing',
    quality: {
      good: ['Three hours on the bicycle in pouring rain and a dry shirt underneath.', 'The seams are taped everywhere, even inside the hood.', 'Washed ten times and water still rolls off.'],
      bad: ['The zip jammed on day two and stayed jammed.', 'It keeps the rain out and the sweat in.', 'The pocket lining tore from a bunch of keys.'],
    },
    ease: { good: ['It packs into its own pocket, which really works.'], bad: ['The hood has five cords and none of them does what you expect.'] },
    design: { good: ['Finally a rain jacket that one can wear to the office.', 'The cut leaves room for a jumper without looking like a sack.'], bad: ['The sleeves end well above my wrists.', 'The colour is far more orange than in the picture.'] },
  },
]
