/** Samples of questions: every kind of answer, long names, many choices, ten thousand entries. */
import type { Sample } from './samples';

const LONG =
  'Rechtsschutzversicherungsgesellschaften mit einem ausgesprochen langen Namen, der in keine Zeile passt und trotzdem gelesen werden will';

/** A picture of one colour: samples need no file. */
function plain(color: string): string {
  const canvas = document.createElement('canvas');
  canvas.width = 320;
  canvas.height = 200;
  const draw = canvas.getContext('2d');
  if (!draw) return '';
  draw.fillStyle = color;
  draw.fillRect(0, 0, 320, 200);
  return canvas.toDataURL('image/png');
}

/** A tree of `first × second × third` entries. */
function tree(first: number, second: number, third: number) {
  const level = (name: string, count: number, below: (path: string) => object[] | undefined) =>
    Array.from({ length: count }, (_, index) => {
      const value = `${name} ${index + 1}`;
      const children = below(value);
      return { value, ...(children ? { children } : {}) };
    });
  return level('Family', first, (family) =>
    level(`${family} genus`, second, (genus) => level(`${genus} species`, third, () => undefined)),
  );
}

const REVIEW =
  'Boils quickly and looks good on the table. After two weeks the lid would no longer close, and the shop did not answer my letters for a month.';

export const FORM_SAMPLES: Readonly<Record<string, () => Sample>> = {
  forms: () => ({
    config: `<View>
  <Text name="text" value="$text"/>
  <Header value="Mood" size="5"/>
  <Choices name="mood" toName="text" choice="single" layout="inline" required="true">
    <Choice value="Positive" hint="The writer is glad"/><Choice value="Negative" alias="neg"/><Choice value="Neutral" html="&lt;em&gt;Neither&lt;/em&gt;"/>
  </Choices>
  <Header value="Parts that are mentioned" size="5"/>
  <Choices name="parts" toName="text" choice="multiple" allowNested="true">
    <Choice value="Product"><Choice value="Lid"/><Choice value="Body" selected="true"/><Choice value="${LONG}"/></Choice>
    <Choice value="Shop"><Choice value="Delivery"/><Choice value="Answers" readonly="true"/></Choice>
  </Choices>
  <Header value="Language" size="5"/>
  <Choices name="language" toName="text" choice="single" layout="select">
    <Choice value="English"/><Choice value="Deutsch"/><Choice value="Suomi"/><Choice value="${LONG}"/>
  </Choices>
  <Header value="Kind of goods" size="5"/>
  <Taxonomy name="goods" toName="text" maxUsages="3" placeholder="Where does it belong?" showFullPath="true">
    <Choice value="Kitchen"><Choice value="Kettles" alias="kettle"/><Choice value="Pans"/></Choice><Choice value="Garden" color="#2e9e6b"/>
  </Taxonomy>
  <Header value="Price" size="5"/>
  <Number name="price" toName="text" min="0" max="200" step="0.5" defaultValue="40"/>
  <Header value="Trust, 0 to 10" size="5"/>
  <Number name="trust" toName="text" min="0" max="10" step="1" slider="true"/>
  <Header value="Bought on" size="5"/>
  <DateTime name="bought" toName="text" only="date" format="%d.%m.%Y" min="2020-01-01"/>
  <Header value="Month of the letter" size="5"/>
  <DateTime name="letter" toName="text" only="month,year"/>
  <Header value="Stars" size="5"/>
  <Rating name="stars" toName="text" maxRating="7"/>
  <Rating name="love" toName="text" icon="heart" size="large"/>
  <TextArea name="summary" toName="text" label="Summary" rows="2" placeholder="What does the writer say?" editable="true" skipDuplicates="true">
    <Shortcut value="kettle" alias="K" hotkey="alt+k" background="#3a7bd5"/><Shortcut value="the lid does not close"/>
  </TextArea>
</View>`,
    task: { id: 21, data: { text: REVIEW } },
  }),
  'form-stored': () => ({
    config: `<View>
  <Text name="text" value="$text"/>
  <Choices name="mood" toName="text" choice="single-radio" layout="inline"><Choice value="Positive"/><Choice value="Negative"/></Choices>
  <Taxonomy name="goods" toName="text"><Choice value="Kitchen"/></Taxonomy>
  <Number name="price" toName="text" min="0" step="1"/>
  <DateTime name="bought" toName="text" only="date"/>
  <Rating name="stars" toName="text" maxRating="5"/>
</View>`,
    task: { id: 22, data: { text: REVIEW } },
    annotations: [
      {
        id: 5,
        completed_by: 7,
        result: [
          item('mood', 'choices', { choices: ['Positive', 'Mixed'] }),
          item('goods', 'taxonomy', { taxonomy: [['Garden', 'Hoses'], ['Kitchen']] }),
          item('price', 'number', { number: 12.5 }),
          item('bought', 'datetime', { datetime: 'last week' }),
          item('stars', 'rating', { rating: 9 }),
        ],
      },
    ],
  }),
  'form-many': () => ({
    config: `<View>
  <Text name="text" value="$text"/>
  <Choices name="topic" toName="text" choice="multiple" layout="inline" value="$topics"/>
  <Filter toName="place" minLength="1" placeholder="Find a place"/>
  <Choices name="place" toName="text" layout="vertical" value="$places"/>
  <Taxonomy name="species" toName="text" value="$tree" leafsOnly="true" maxWidth="520px"/>
</View>`,
    task: {
      id: 23,
      data: {
        text: REVIEW,
        places: ['Turku', 'Tallinn', 'Riga', 'Vilnius'],
        topics: Array.from({ length: 100 }, (_, index) => ({ value: `Topic ${index + 1}`, alias: `t${index + 1}` })),
        tree: tree(20, 20, 25),
      },
    },
  }),
  'form-spans': () => ({
    config: `<View>
  <Taxonomy name="species" toName="text" labeling="true" showFullPath="true"><Choice value="Animal" color="#e05a4f"><Choice value="Cat"/><Choice value="Dog"/></Choice><Choice value="Plant" color="#2e9e6b"/></Taxonomy>
  <Text name="text" value="$text" granularity="word"/>
  <Choices name="sure" toName="text" perRegion="true" required="true" layout="inline"><Choice value="sure"/><Choice value="guessed"/></Choices>
  <TextArea name="why" toName="text" perRegion="true" displayMode="region-list" placeholder="Why?"/>
</View>`,
    task: { id: 24, data: { text: 'The cat sat under the apple tree and looked at the dog.' } },
  }),
  'form-prefill': () => ({
    config: `<View>
  <Labels name="label" toName="text"><Label value="Name"/><Label value="Place"/></Labels>
  <Text name="text" value="$text"/>
  <TextArea name="translation" toName="text" value="$guess" rows="2" maxSubmissions="1"/>
  <TextArea name="note" toName="text" perRegion="true" whenLabelValue="Name" placeholder="Who is it?"/>
  <Taxonomy name="tags" toName="text" legacy="true"><Choice value="News"/></Taxonomy>
</View>`,
    task: { id: 26, data: { text: 'Maria moved from Turku to Riga.', guess: 'Maria muutti Turusta Riikaan.' } },
  }),
  'form-remote': () => ({
    config: `<View>
  <Text name="text" value="$text"/>
  <Taxonomy name="place" toName="text" apiUrl="https://user:secret@tree.example/places?v=1" leafsOnly="true" placeholder="Where is it?"/>
</View>`,
    task: { id: 27, data: { text: REVIEW } },
  }),
  'form-items': () => ({
    config: `<View>
  <Image name="pages" valueList="$pages"/>
  <Header value="State of the page" size="5"/>
  <Choices name="state" toName="pages" perItem="true" required="true" layout="inline"><Choice value="clean"/><Choice value="torn"/></Choices>
</View>`,
    task: { id: 28, data: { pages: ['#b5533c', '#3a7bd5', '#2e9e6b'].map(plain) } },
  }),
  'form-pairs': () => ({
    config: `<View>
  <Header value="Which answer is better?"/>
  <Pairwise name="better" toName="one,two" selectionStyle="background: rgb(91 140 255 / 0.12)"/>
  <View style="display: grid; grid-template-columns: 1fr 1fr; gap: 16px">
    <View><Header value="Answer of model A" size="5"/><Text name="one" value="$one"/></View>
    <View><Header value="Answer of model B" size="5"/><Text name="two" value="$two"/></View>
  </View>
  <Header value="Order by relevance"/>
  <List name="results" value="$results" title="Results"/>
  <Ranker name="rank" toName="results"/>
  <Header value="Sort into buckets"/>
  <List name="more" value="$results" title="All pages"/>
  <Ranker name="sorted" toName="more"><Bucket name="good" title="Useful"/><Bucket name="bad" title="Useless"/></Ranker>
</View>`,
    task: {
      id: 25,
      data: {
        one: 'Water boils at 100 °C at sea level, and earlier the higher one climbs.',
        two: 'Water always boils at 100 °C.',
        results: [
          { id: 'a', title: 'Boiling point', body: 'A page about water, pressure and heat.' },
          { id: 'b', title: LONG, body: LONG },
          {
            id: 'c',
            title: 'Kettles',
            html: `<p>A shop with <b>kettles</b>.</p><img src="${plain('#b5533c')}" alt="">`,
          },
          { id: 'd', title: 'Mountains' },
        ],
      },
    },
  }),
};

function item(from: string, type: string, value: object) {
  return {
    id: from,
    from_name: from,
    to_name: 'text',
    type,
    origin: 'manual',
    value: value as never,
    note: { kept: 1 },
  };
}
