/** Samples of text, markup, relations and layout tags: own texts, no server. */
import type { Sample } from './samples';

const LETTER = `
<style>.price { font-variant-numeric: tabular-nums; text-align: right } body { position: fixed }</style>
<h2>Order 4711 is on its way 📦</h2>
<p>Dear <b>Maria Lindqvist</b>,<br>your order left <i>our store in Turku</i> on Monday.</p>
<script>document.title = 'attacked'</script>
<table border="1" cellpadding="6">
  <tr><th>Item</th><th>Price</th></tr>
  <tr><td>Kettle K-20</td><td class="price">49.00 €</td></tr>
  <tr><td>Paper filters</td><td class="price">6.50 €</td></tr>
</table>
<ul><li>Carrier: <a href="https://example.org/track">Nordlinie Cargo</a></li><li dir="rtl">שלום ותודה</li></ul>
<img src="x" onerror="document.title = 'attacked'" alt="A picture that is not there">
<blockquote>“The lid does not close” wrote <span onclick="document.title='attacked'">a naïve café owner</span> 👩‍👩‍👧.</blockquote>`;

const HTML_CONFIG = `<View>
  <HyperTextLabels name="label" toName="html">
    <Label value="Person" background="#e05a4f"/><Label value="Place" background="#2e9e6b"/>
    <Label value="Product" background="#3a7bd5" granularity="word"/><Label value="Price" background="#b0761a"/>
  </HyperTextLabels>
  <HyperText name="html" value="$html" clickableLinks="true" inline="INLINE"/>
  <Relations><Relation value="bought"/><Relation value="costs" background="#8e44ad"/></Relations>
</View>`;

/** Two paragraphs with names, and a picture: relations go between them. */
const RELATIONS_CONFIG = `<View>
  <Relations><Relation value="works for" background="#c0392b"/><Relation value="located in"/><Relation value="shown in" background="#8e44ad"/></Relations>
  <Labels name="label" toName="text"><Label value="PER" background="#e05a4f"/><Label value="ORG" background="#3a7bd5"/><Label value="LOC" background="#2e9e6b"/></Labels>
  <Text name="text" value="$text"/>
  <RectangleLabels name="box" toName="img"><Label value="Building" background="#b0761a"/></RectangleLabels>
  <Image name="img" value="$image" maxWidth="60%"/>
</View>`;

const RELATIONS_TEXT = `Maria Lindqvist has led the ferry company Nordlinie since 2019. Its terminal in Turku was opened on Monday.

Oskar Nieminen of the union Satama said that Nordlinie had kept its word. The old hall in Tallinn will be torn down.`;

function span(id: string, word: string, label: string, from = 0) {
  const start = RELATIONS_TEXT.indexOf(word, from);
  const value = { start, end: start + word.length, text: word, labels: [label] };
  return { id, from_name: 'label', to_name: 'text', type: 'labels', origin: 'manual', value };
}

function relation(from_id: string, to_id: string, direction: string, ...labels: string[]) {
  return { type: 'relation', from_id, to_id, direction, labels };
}

const RELATIONS_RESULT = [
  span('r1', 'Maria Lindqvist', 'PER'),
  span('r2', 'Nordlinie', 'ORG'),
  span('r3', 'Turku', 'LOC'),
  span('r4', 'Oskar Nieminen', 'PER'),
  span('r5', 'Satama', 'ORG'),
  span('r6', 'Tallinn', 'LOC'),
  {
    id: 'b1',
    from_name: 'box',
    to_name: 'img',
    type: 'rectanglelabels',
    origin: 'manual',
    original_width: 1200,
    original_height: 800,
    image_rotation: 0,
    value: { x: 15, y: 48.5, width: 13.4, height: 34, rotation: 0, rectanglelabels: ['Building'] },
  },
  relation('r1', 'r2', 'right', 'works for'),
  relation('r4', 'r5', 'bi', 'works for'),
  relation('r2', 'r3', 'right', 'located in'),
  relation('r3', 'b1', 'left', 'shown in'),
  relation('r6', 'r5', 'right'),
];

const LAYOUT_CONFIG = `<View>
  <Style>.card { border: 1px solid #8885; border-radius: 10px; padding: 4px 14px; } .card h4 { letter-spacing: .02em }</Style>
  <Markdown className="card"><![CDATA[
# How to label
Mark **every claim** and say *why*. See the [guide](https://example.org/guide).

1. Read the whole letter
2. Mark claims
   - also \`implicit\` ones
   - not ~~opinions~~

| Word | Meaning |
|------|:-------:|
| claim | can be checked |
| opinion | can't |

> <b>HTML is text here</b>
]]></Markdown>
  <Labels name="label" toName="text" choice="multiple" allowEmpty="true">
    <Header value="Kinds of $about.kinds[1].name" size="5"/>
    <Filter minLength="1" hotkey="shift+f" placeholder="Find a kind"/>
    <View style="display: flex; flex-wrap: wrap">
      <Label value="Claim" background="#3a7bd5" hint="Can be checked" maxUsages="2"/>
      <Label value="Opinion" alias="op" showAlias="true" background="#b0761a" size="large"/>
      <Label value="Name" html="&lt;b&gt;Na&lt;/b&gt;&lt;i&gt;me&lt;/i&gt;" background="#2e9e6b" selectedColor="black" size="small" granularity="word"/>
    </View>
  </Labels>
  <Text name="text" value="Letter of $about.from.name: $text"/>
  <Collapse bordered="true">
    <Panel value="About $about.from.name" open="true"><Table name="facts" value="$about"/></Panel>
    <Panel value="Earlier letters"><Table name="letters" value="$letters"/></Panel>
    <Panel value="Questions"><Choices name="tone" toName="text"><Choice value="friendly"/><Choice value="angry"/></Choices></Panel>
  </Collapse>
</View>`;

const REPEATER = (mode: string) => `<View>
  <Header value="Messages of $customer"/>
  <Repeater on="$messages" indexFlag="{{idx}}" mode="${mode}">
    <Header value="Message {{idx}} of $messages[{{idx}}].author.name" size="5"/>
    <Text name="text_{{idx}}" value="$messages[{{idx}}].text"/>
    <Labels name="label_{{idx}}" toName="text_{{idx}}"><Label value="Wish"/><Label value="Thanks"/></Labels>
    <Choices name="mood_{{idx}}" toName="text_{{idx}}" choice="single" showInline="true"><Choice value="good"/><Choice value="bad"/></Choices>
  </Repeater>
</View>`;

const messages = (count: number) =>
  Array.from({ length: count }, (_, index) => ({
    author: { name: ['Maria', 'Oskar', 'Aino'][index % 3] },
    text: `${index % 2 ? 'Thank you for the kettle' : 'Please send me another lid'}, order ${4000 + index}. It stands in the kitchen and works.`,
  }));

export const textSamples = (picture: () => string): Readonly<Record<string, () => Sample>> => ({
  html: () => ({
    config: HTML_CONFIG.replace('INLINE', 'false'),
    task: { id: 'html', data: { html: LETTER } },
  }),
  'html-inline': () => ({
    config: HTML_CONFIG.replace('INLINE', 'true'),
    task: { id: 'html-inline', data: { html: LETTER } },
  }),
  relations: () => ({
    config: RELATIONS_CONFIG,
    task: { id: 'relations', data: { text: RELATIONS_TEXT, image: picture() } },
    annotations: [{ id: 1, completed_by: 7, result: RELATIONS_RESULT }],
  }),
  layout: () => ({
    config: LAYOUT_CONFIG,
    task: {
      id: 'layout',
      data: {
        text: 'The lid of my kettle broke after two weeks. I think that is a shame, and Nordlinie agrees.',
        about: {
          from: { name: 'Maria Lindqvist' },
          kinds: [{ name: 'sounds' }, { name: 'sentences' }],
          orders: 12,
          since: '2019-03-01',
        },
        letters: Array.from({ length: 450 }, (_, index) => ({
          number: index + 1,
          subject: `Order ${4000 + index}`,
          open: index % 3 === 0,
        })),
      },
    },
  }),
  repeater: () => ({
    config: REPEATER('list'),
    task: { id: 'repeater', data: { customer: 'Café Aalto', messages: messages(1000) } },
  }),
  'repeater-pages': () => ({
    config: REPEATER('pagination'),
    task: { id: 'repeater-pages', data: { customer: 'Café Aalto', messages: messages(53) } },
  }),
});
