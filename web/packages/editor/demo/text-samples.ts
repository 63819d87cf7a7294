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

export const TEXT_SAMPLES: Readonly<Record<string, () => Sample>> = {
  html: () => ({
    config: HTML_CONFIG.replace('INLINE', 'false'),
    task: { id: 'html', data: { html: LETTER } },
  }),
  'html-inline': () => ({
    config: HTML_CONFIG.replace('INLINE', 'true'),
    task: { id: 'html-inline', data: { html: LETTER } },
  }),
};
