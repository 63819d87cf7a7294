// Invented products and what people say about them, part 2. Each sentence speaks of one aspect only.

export default [
  {
    product: 'Nutcracker coffee grinder', noun: 'grinder', category: 'Kitchen',
    quality: {
      good: ['The grounds are even, from coarse to fine.', 'It sounds like a stone mill and works like one.', 'My espresso has never been this steady.'],
      bad: ['Half of it is dust, the other half pebbles.', 'The motor smells hot after two portions.', 'The setting moves by itself while grinding.'],
    },
    ease: { good: ['Cleaning takes a minute with the little brush.'], bad: ['Static throws coffee over the whole worktop.', 'You have to take it apart to change the setting.'] },
    design: { good: ['It has the charm of a good old radio.'], bad: ['It is so tall that it does not fit under any cupboard.'] },
  },
  {
    product: 'Wanderlight e-reader', noun: 'reader', category: 'Electronics',
    quality: {
      good: ['The page looks like paper, also in full sun.', 'I charge it once a month and read every night.', 'Dropped twice on tiles, no harm done.'],
      bad: ['Ghosts of old pages shine through the text.', 'It freezes at the best point of every chapter.', 'One corner of the screen is darker than the rest.'],
    },
    ease: { good: ['Large text with two taps, perfect for my mother.', 'Books come over by cable, no account needed.'], bad: ['To turn back a page I swipe three times.', 'The menu hides everything behind four more menus.'] },
    design: { good: ['It sits in one hand for hours.'], bad: ['The power button is exactly where the thumb rests.'] },
  },
  {
    product: 'Larch standing desk, 140 cm', noun: 'desk', category: 'Furniture',
    quality: {
      good: ['Solid as a workbench, even at full height.', 'The motors are so quiet that the cat stays on top.', 'The top is real wood and smells like it.'],
      bad: ['At standing height it sways with every key I press.', 'The top arrived bowed and has not straightened since.', 'One leg rises faster than the other.'],
    },
    ease: { good: ['The four stored heights are a blessing for our family.', 'Put together in half an hour with the tool in the box.'], bad: ['Assembly took two adults, an evening and most of a friendship.', 'The control panel locks itself and needs a secret handshake to wake up.'] },
    design: { good: ['Clean lines, no visible screws.'], bad: ['The cable tray hangs so low that my knees know it well.'] },
  },
  {
    product: 'Bumble board game “Harbour of Tides”', noun: 'game', category: 'Toys',
    quality: {
      good: ['The wooden boats are thick and nicely cut.', 'Every round is different; we are at number thirty.', 'Cards that survive children with jam on their hands.'],
      bad: ['The board does not lie flat, the boats drift by themselves.', 'Two cards were missing and one was there twice.', 'After three rounds you have seen all there is.'],
    },
    ease: { good: ['Explained in five minutes, and grandma won.', 'The rules are short and answer every question.'], bad: ['The rule book contradicts itself on page four and again on page nine.', 'Setting it up takes longer than playing.'] },
    design: { good: ['The drawings are full of small jokes 🙂.'], bad: ['Blue boats on a blue sea: who thought of that?'] },
  },
  {
    product: 'Verdant herb garden with lamp', noun: 'herb garden', category: 'Garden',
    quality: {
      good: ['Basil in February, enough for two families.', 'All nine pods came up within a week.', 'The pump has been running since spring without a sound.'],
      bad: ['Only the mint came up, and mint would grow on the moon.', 'The tank leaks onto the window sill.', 'Mould after ten days, though I followed every step.'],
    },
    ease: { good: ['Fill in water, press once, wait. Even I can do it.'], bad: ['The lamp’s timer resets with every power cut, and nobody tells you.', 'Refilling means lifting out all the plants.'] },
    design: { good: ['It looks like furniture, not like a laboratory.'], bad: ['The lamp glows violet and turns our kitchen into an aquarium.'] },
  },
  {
    product: 'Little Fern baby carrier', noun: 'carrier', category: 'Family',
    quality: {
      good: ['The straps are wide and nothing slips.', 'The fabric is soft and still looks new after many washes.', 'Our son falls asleep in it before the front door closes.'],
      bad: ['A seam opened after a month. Luckily I noticed at home.', 'The buckle clicks open too easily for my taste.', 'The fabric gets stiff in the wash.'],
    },
    ease: { good: ['I can put it on without a second person.', 'From front to back in a few movements.'], bad: ['Without the video I would still be standing there, tangled.', 'Adjusting it to my partner takes ten minutes every time.'] },
    design: { good: ['At last one without teddy bears on it.'], bad: ['It is terribly warm; both of us are soaked in summer.'] },
  },
  {
    product: 'Northwind space heater', noun: 'heater', category: 'Home',
    quality: {
      good: ['The workshop is warm in ten minutes.', 'It holds the temperature to the degree.', 'Switches off at once when it tips over; I tried.'],
      bad: ['It rattles like a bus with a loose window.', 'Warm at the grille, cold one step away.', 'The fan stopped in the first frost.'],
    },
    ease: { good: ['Two knobs, nothing else. Thank you.'], bad: ['The display blinks all night and cannot be switched off.', 'The remote control works from the left side only.'] },
    design: { good: ['Small enough to vanish behind the chair.'], bad: ['The handle gets hot, which rather defeats a handle.'] },
  },
]
