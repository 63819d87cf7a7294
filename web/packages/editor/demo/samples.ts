/** Samples of the demo page: own texts and drawn pictures, no server. */
import type { EditorOptions } from '../src';
import { FORM_SAMPLES } from './form-samples';
import { maskSamples } from './mask-samples';
import { shapesSample } from './shapes';
import { textSamples } from './text-samples';

export type Sample = Pick<EditorOptions, 'config' | 'task'> & Partial<EditorOptions>;

const NEWS = `The ferry company Nordlinie opened its new terminal in Turku on Monday. Chief executive Maria Lindqvist said the 40 million euro building will handle twice as many passengers as the old one.

“We expect 1.2 million travellers this year,” Lindqvist told reporters in Turku 🛳️. The Finnish transport agency and the city of Turku paid for a third of the work.

In Tallinn, the port authority said it would follow in 2027. שלום means peace, and naïve café owners hope for both.`;

/** A picture of boxes and hills as an SVG-free bitmap, so that the demo needs no file. */
function picture(hue = 0): string {
  const canvas = document.createElement('canvas');
  canvas.width = 1200;
  canvas.height = 800;
  const draw = canvas.getContext('2d');
  if (!draw) return '';
  if (hue > 0) draw.filter = `hue-rotate(${hue}deg)`;
  const sky = draw.createLinearGradient(0, 0, 0, 800);
  sky.addColorStop(0, '#7fb4e8');
  sky.addColorStop(1, '#f2e4c8');
  draw.fillStyle = sky;
  draw.fillRect(0, 0, 1200, 800);
  draw.fillStyle = '#5c8a55';
  draw.beginPath();
  draw.moveTo(0, 560);
  draw.bezierCurveTo(300, 430, 500, 620, 800, 520);
  draw.bezierCurveTo(1000, 460, 1100, 500, 1200, 470);
  draw.lineTo(1200, 800);
  draw.lineTo(0, 800);
  draw.fill();
  for (const [x, y, w, h, color] of [
    [180, 470, 160, 190, '#b5533c'],
    [420, 520, 130, 130, '#d9c7a1'],
    [760, 440, 210, 240, '#8d6e9c'],
  ] as const) {
    draw.fillStyle = color;
    draw.fillRect(x, y, w, h);
    draw.fillStyle = '#3b2f2f';
    draw.beginPath();
    draw.moveTo(x - 14, y);
    draw.lineTo(x + w / 2, y - 80);
    draw.lineTo(x + w + 14, y);
    draw.fill();
  }
  return canvas.toDataURL('image/png');
}

function longText(characters: number): string {
  const words = 'river stone window market harbour summer letter engine copper meadow signal orange'.split(' ');
  let seed = 7;
  const next = () => {
    seed = (seed * 16807) % 2147483647;
    return seed;
  };
  let text = '';
  while (text.length < characters) {
    let line = '';
    while (line.length < 400) line += `${words[next() % words.length]} `;
    text += `${line.trim()}.\n`;
  }
  return text.slice(0, characters);
}

function spans(text: string, count: number) {
  const step = Math.floor(text.length / count);
  return Array.from({ length: count }, (_, index) => {
    const start = index * step;
    const end = Math.min(text.length, start + 6 + (index % 30));
    return {
      id: `s${index}`,
      from_name: 'label',
      to_name: 'text',
      type: 'labels',
      value: { start, end, text: text.slice(start, end), labels: [['PER', 'ORG', 'LOC', 'DATE'][index % 4]] },
    };
  });
}

const NER = `<View>
  <Labels name="label" toName="text">
    <Label value="PER" background="#e05a4f"/><Label value="ORG" background="#3a7bd5"/>
    <Label value="LOC" background="#2e9e6b"/><Label value="DATE" background="#b0761a"/>
  </Labels>
  <Text name="text" value="$text"/>
</View>`;

export const SAMPLES: Readonly<Record<string, () => Sample>> = {
  ...FORM_SAMPLES,
  ...textSamples(picture),
  ...maskSamples(picture),
  text: () => ({
    config: NER,
    task: { id: 17, data: { text: NEWS } },
    predictions: [
      {
        id: 5,
        model_version: 'ner-small 1.2',
        score: 0.83,
        result: [
          {
            id: 'p1',
            from_name: 'label',
            to_name: 'text',
            type: 'labels',
            score: 0.91,
            value: { start: 18, end: 27, text: 'Nordlinie', labels: ['ORG'] },
          },
          {
            id: 'p2',
            from_name: 'label',
            to_name: 'text',
            type: 'labels',
            score: 0.72,
            value: { start: 55, end: 60, text: 'Turku', labels: ['LOC'] },
          },
        ],
      },
    ],
  }),
  review: () => ({
    config: `<View>
  <Style>.question { border-top: 1px solid #8884; padding-top: 8px; margin-top: 8px } body { position: fixed } .question { background: url(https://example.org/x.png) }</Style>
  <Header value="Review of $product"/>
  <Text name="review" value="$text"/>
  <View className="question">
    <Header value="Mood" size="5"/>
    <Choices name="mood" toName="review" choice="single-radio" showInline="true" required="true">
      <Choice value="Positive"/><Choice value="Neutral"/><Choice value="Negative"/>
    </Choices>
  </View>
  <View className="question" visibleWhen="choice-selected" whenTagName="mood" whenChoiceValue="Negative">
    <Header value="What is wrong?" size="5"/>
    <Choices name="problems" toName="review" choice="multiple" layout="inline">
      <Choice value="Delivery"/><Choice value="Quality" alias="qual"/><Choice value="Price"/><Choice value="Support"/>
    </Choices>
  </View>
  <View className="question">
    <Header value="Stars" size="5"/>
    <Rating name="stars" toName="review" maxRating="5"/>
    <Header value="Summary in one sentence" size="5"/>
    <TextArea name="summary" toName="review" placeholder="What does the writer say?" maxSubmissions="2" editable="true"/>
    <Number name="price" toName="review" min="0"/>
  </View>
</View>`,
    task: {
      id: 3,
      data: {
        product: 'Kettle K-20',
        text: 'Boils quickly and looks good on the table. After two weeks the lid would no longer close, and the shop did not answer my letters for a month.',
      },
    },
    annotations: [
      {
        id: 41,
        completed_by: { id: 7, email: 'ann@example.org', first_name: 'Ann', last_name: 'Berg' },
        created_at: '2026-03-01T10:00:00Z',
        lead_time: 31.5,
        result: [
          {
            id: 'c1',
            from_name: 'mood',
            to_name: 'review',
            type: 'choices',
            value: { choices: ['Negative'] },
            origin: 'manual',
          },
          {
            id: 'c2',
            from_name: 'price',
            to_name: 'review',
            type: 'number',
            value: { number: 12.5 },
            custom: { kept: true },
          },
        ],
      },
    ],
  }),
  image: () => ({
    config: `<View>
  <RectangleLabels name="box" toName="img"><Label value="House" background="#e05a4f"/><Label value="Roof" background="#3a7bd5"/></RectangleLabels>
  <PolygonLabels name="outline" toName="img"><Label value="Hill" background="#2e9e6b"/></PolygonLabels>
  <Image name="img" value="$image"/>
  <Choices name="state" toName="img" perRegion="true" choice="single" showInline="true"><Choice value="intact"/><Choice value="damaged"/></Choices>
</View>`,
    task: { id: 8, data: { image: picture() } },
    annotations: [
      {
        id: 2,
        completed_by: 7,
        result: [
          {
            id: 'r1',
            from_name: 'box',
            to_name: 'img',
            type: 'rectanglelabels',
            original_width: 1200,
            original_height: 800,
            image_rotation: 0,
            value: { x: 15, y: 48.5, width: 13.4, height: 34, rotation: 0, rectanglelabels: ['House'] },
          },
        ],
      },
    ],
  }),
  shapes: shapesSample,
  labels: () => ({
    config: `<View><Labels name="label" toName="text" value="$kinds"/><Text name="text" value="$text" granularity="word"/>
  <TextArea name="why" toName="text" perRegion="true" placeholder="Why this label?"/>
  <EllipseLabels name="gone" toName="picture"><Label value="Eye"/></EllipseLabels></View>`,
    task: {
      id: 'many-labels',
      data: {
        text: NEWS,
        kinds: Array.from({ length: 60 }, (_, index) => ({
          value: `Category number ${index + 1}`,
          alias: `c${index + 1}`,
        })),
      },
    },
  }),
  /** Ten thousand boxes on one picture, long names, three annotators and a model. */
  many: () => {
    const names = ['House', 'Roof', 'Window with wooden shutters that are closed although it is the middle of the day'];
    const boxes = (count: number, seed: number) =>
      Array.from({ length: count }, (_, index) => ({
        id: `b${index}`,
        from_name: 'box',
        to_name: 'img',
        type: 'rectanglelabels',
        original_width: 1200,
        original_height: 800,
        image_rotation: 0,
        ...(index % 7 === 3 ? { parentID: `b${index - 1}` } : {}),
        ...(index % 5 === 0 ? { meta: { text: [`Note ${index}`] } } : {}),
        value: {
          x: (index * 7 + seed) % 98,
          y: Math.floor((index * 7) / 98) % 97,
          width: 1.4,
          height: 1.6,
          rotation: 0,
          rectanglelabels: [names[(index + seed) % 3] ?? ''],
        },
      }));
    const person = (id: number, first_name: string, last_name: string) => ({
      id,
      email: `p${id}@example.org`,
      first_name,
      last_name,
    });
    return {
      config: `<View>
  <RectangleLabels name="box" toName="img">${names.map((name) => `<Label value="${name}"/>`).join('')}</RectangleLabels>
  <Image name="img" value="$image"/>
  <Choices name="weather" toName="img" choice="single" showInline="true"><Choice value="sunny"/><Choice value="cloudy"/></Choices>
</View>`,
      task: { id: 9, data: { image: picture() } },
      predictions: [{ id: 31, model_version: 'detector 2.1', score: 0.71, result: boxes(40, 2) }],
      annotations: [
        {
          id: 51,
          completed_by: person(8, 'Bartholomäus Maximilian', 'von Donaudampfschifffahrt zu Hinterwäldlerhausen'),
          created_at: '2026-11-20T09:00:00Z',
          result: [
            ...boxes(120, 1),
            { id: 'w', from_name: 'weather', to_name: 'img', type: 'choices', value: { choices: ['cloudy'] } },
          ],
        },
        {
          id: 52,
          completed_by: person(9, 'Cem', 'Yıldız'),
          created_at: '2026-11-21T09:00:00Z',
          was_cancelled: true,
          result: [],
        },
        {
          id: 53,
          completed_by: person(7, 'Ann', 'Berg'),
          created_at: '2026-11-27T09:00:00Z',
          ground_truth: true,
          result: [
            ...boxes(10_000, 0),
            { id: 'w', from_name: 'weather', to_name: 'img', type: 'choices', value: { choices: ['sunny'] } },
          ],
        },
      ],
    };
  },
  /** Several pictures in one task, each with regions and an answer of its own. */
  pages: () => ({
    config: `<View>
  <RectangleLabels name="box" toName="img"><Label value="House" background="#e05a4f"/><Label value="Roof" background="#3a7bd5"/></RectangleLabels>
  <Image name="img" valueList="$pages"/>
  <Choices name="quality" toName="img" perItem="true" choice="single" showInline="true"><Choice value="sharp"/><Choice value="blurred"/></Choices>
</View>`,
    task: { id: 12, data: { pages: Array.from({ length: 12 }, (_, index) => picture(index * 30)) } },
  }),
  long: () => {
    const text = longText(1_000_000);
    return {
      config: NER,
      task: { id: 'long', data: { text } },
      annotations: [{ id: 1, completed_by: 7, result: spans(text, 10_000) }],
    };
  },
};
