/** What is labeled in a measurement: configurations, and results of a given size. Deterministic. */

const image = (control) => `<View><Image name="image" value="$image"/>${control}</View>`;
const labels = '<Label value="Car" background="#3366cc"/><Label value="Tree" background="#339933"/>';
export const IMAGE_CONFIG = image(`<RectangleLabels name="box" toName="image">${labels}</RectangleLabels>`);
export const POLYGON_CONFIG = image(`<PolygonLabels name="outline" toName="image">${labels}</PolygonLabels>`);
export const MASK_CONFIG = image(`<BrushLabels name="mask" toName="image">${labels}</BrushLabels>`);
export const TEXT_CONFIG = `<View><Labels name="span" toName="text">${labels}</Labels><Text name="text" value="$text"/></View>`;

const size = { original_width: 4000, original_height: 3000, image_rotation: 0 };
const label = (index) => [index % 2 ? 'Car' : 'Tree'];

/** Rectangles in rows that cover the picture. */
export function BOXES(count) {
  const columns = Math.ceil(Math.sqrt(count * 1.33));
  const rows = Math.ceil(count / columns);
  return Array.from({ length: count }, (_, index) => ({
    id: `r${index}`, from_name: 'box', to_name: 'image', type: 'rectanglelabels', origin: 'manual', ...size,
    value: {
      x: ((index % columns) * 98) / columns + 1, y: (Math.floor(index / columns) * 98) / rows + 1,
      width: 70 / columns, height: 70 / rows, rotation: 0, rectanglelabels: label(index),
    },
  }));
}

export const LABELS = {
  /** Outlines with `points` points each. */
  polygons(count, points) {
    const columns = Math.ceil(Math.sqrt(count * 1.33));
    const rows = Math.ceil(count / columns);
    return Array.from({ length: count }, (_, index) => {
      const x = (((index % columns) + 0.5) * 98) / columns + 1;
      const y = ((Math.floor(index / columns) + 0.5) * 98) / rows + 1;
      const outline = Array.from({ length: points }, (_, at) => {
        const angle = (at / points) * 2 * Math.PI;
        const radius = 0.7 + 0.2 * Math.sin(angle * 7);
        return [x + (Math.cos(angle) * radius * 45) / columns, y + (Math.sin(angle) * radius * 45) / rows];
      });
      return {
        id: `p${index}`, from_name: 'outline', to_name: 'image', type: 'polygonlabels', origin: 'manual', ...size,
        value: { points: outline, closed: true, polygonlabels: label(index) },
      };
    });
  },

  /** Text of exactly `length` characters, in lines. */
  text(length) {
    const words = ['river', 'stone', 'harbour', 'light', 'train', 'window', 'letter', 'north', 'garden', 'bridge'];
    let text = '';
    for (let index = 0; text.length < length; index++) text += words[(index * 7 + (index >> 3)) % 10] + (index % 14 === 13 ? '.\n' : ' ');
    return text.slice(0, length);
  },

  /** Spans evenly over the text. */
  spans(text, count) {
    const step = Math.floor(text.length / count);
    return Array.from({ length: count }, (_, index) => {
      const start = index * step;
      const end = start + Math.min(12, step - 1);
      return {
        id: `s${index}`, from_name: 'span', to_name: 'text', type: 'labels', origin: 'manual',
        value: { start, end, text: text.slice(start, end), labels: label(index) },
      };
    });
  },

  /** Masks: one filled square each, as run lengths of the RGBA bytes. */
  masks(count, width, height) {
    const columns = Math.ceil(Math.sqrt(count));
    return Array.from({ length: count }, (_, index) => {
      const side = Math.floor(width / columns / 2);
      const left = (index % columns) * Math.floor(width / columns) + 50;
      const top = Math.floor(index / columns) * Math.floor(height / columns) + 50;
      return {
        id: `m${index}`, from_name: 'mask', to_name: 'image', type: 'brushlabels', origin: 'manual', ...size,
        value: { format: 'rle', rle: square(width, height, left, top, side), brushlabels: label(index) },
      };
    });
  },
};

/** The run-length code of a filled square: header, then packets of `run` or `literal` words of 8 bits. */
function square(width, height, left, top, side) {
  const bits = [];
  const put = (value, count) => {
    for (let bit = count - 1; bit >= 0; bit--) bits.push((value >>> bit) & 1);
  };
  const sizes = [3, 4, 8, 16];
  put(width * height * 4, 32);
  put(7, 5);
  for (const bitsOfRun of sizes) put(bitsOfRun - 1, 4);
  const run = (length, value) => {
    for (let rest = length; rest > 0; ) {
      const now = Math.min(rest, 65536);
      put(1, 1);
      put(3, 2);
      put(now - 1, 16);
      put(value, 8);
      rest -= now;
    }
  };
  run((top * width + left) * 4, 0);
  for (let y = 0; y < side; y++) {
    run(side * 4, 255);
    run((y === side - 1 ? (height - top - side) * width + (width - left - side) : width - side) * 4, 0);
  }
  const bytes = [];
  for (let at = 0; at < bits.length; at += 8) {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) byte = (byte << 1) | (bits[at + bit] ?? 0);
    bytes.push(byte);
  }
  return bytes;
}
