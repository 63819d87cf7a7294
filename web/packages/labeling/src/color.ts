/**
 * Colours of configurations. They are parsed, never passed on as CSS text: what is no colour is
 * nothing. Labels without a colour get a stable one from their text.
 */

/** Channels 0–255, alpha 0–1. */
export interface Color {
  readonly r: number;
  readonly g: number;
  readonly b: number;
  readonly a: number;
}

// The CSS Color 4 keywords as "name hex", 24 bits each.
const NAMED = new Map(
  (
    'aliceblue f0f8ff antiquewhite faebd7 aqua 00ffff aquamarine 7fffd4 azure f0ffff beige f5f5dc bisque ffe4c4 black 000000 blanchedalmond ffebcd blue 0000ff blueviolet 8a2be2 ' +
    'brown a52a2a burlywood deb887 cadetblue 5f9ea0 chartreuse 7fff00 chocolate d2691e coral ff7f50 cornflowerblue 6495ed cornsilk fff8dc crimson dc143c cyan 00ffff darkblue 00008b ' +
    'darkcyan 008b8b darkgoldenrod b8860b darkgray a9a9a9 darkgreen 006400 darkgrey a9a9a9 darkkhaki bdb76b darkmagenta 8b008b darkolivegreen 556b2f darkorange ff8c00 darkorchid 9932cc ' +
    'darkred 8b0000 darksalmon e9967a darkseagreen 8fbc8f darkslateblue 483d8b darkslategray 2f4f4f darkslategrey 2f4f4f darkturquoise 00ced1 darkviolet 9400d3 deeppink ff1493 ' +
    'deepskyblue 00bfff dimgray 696969 dimgrey 696969 dodgerblue 1e90ff firebrick b22222 floralwhite fffaf0 forestgreen 228b22 fuchsia ff00ff gainsboro dcdcdc ghostwhite f8f8ff ' +
    'gold ffd700 goldenrod daa520 gray 808080 green 008000 greenyellow adff2f grey 808080 honeydew f0fff0 hotpink ff69b4 indianred cd5c5c indigo 4b0082 ivory fffff0 khaki f0e68c ' +
    'lavender e6e6fa lavenderblush fff0f5 lawngreen 7cfc00 lemonchiffon fffacd lightblue add8e6 lightcoral f08080 lightcyan e0ffff lightgoldenrodyellow fafad2 lightgray d3d3d3 ' +
    'lightgreen 90ee90 lightgrey d3d3d3 lightpink ffb6c1 lightsalmon ffa07a lightseagreen 20b2aa lightskyblue 87cefa lightslategray 778899 lightslategrey 778899 lightsteelblue b0c4de ' +
    'lightyellow ffffe0 lime 00ff00 limegreen 32cd32 linen faf0e6 magenta ff00ff maroon 800000 mediumaquamarine 66cdaa mediumblue 0000cd mediumorchid ba55d3 mediumpurple 9370db ' +
    'mediumseagreen 3cb371 mediumslateblue 7b68ee mediumspringgreen 00fa9a mediumturquoise 48d1cc mediumvioletred c71585 midnightblue 191970 mintcream f5fffa mistyrose ffe4e1 ' +
    'moccasin ffe4b5 navajowhite ffdead navy 000080 oldlace fdf5e6 olive 808000 olivedrab 6b8e23 orange ffa500 orangered ff4500 orchid da70d6 palegoldenrod eee8aa palegreen 98fb98 ' +
    'paleturquoise afeeee palevioletred db7093 papayawhip ffefd5 peachpuff ffdab9 peru cd853f pink ffc0cb plum dda0dd powderblue b0e0e6 purple 800080 rebeccapurple 663399 red ff0000 ' +
    'rosybrown bc8f8f royalblue 4169e1 saddlebrown 8b4513 salmon fa8072 sandybrown f4a460 seagreen 2e8b57 seashell fff5ee sienna a0522d silver c0c0c0 skyblue 87ceeb slateblue 6a5acd ' +
    'slategray 708090 slategrey 708090 snow fffafa springgreen 00ff7f steelblue 4682b4 tan d2b48c teal 008080 thistle d8bfd8 tomato ff6347 turquoise 40e0d0 violet ee82ee wheat f5deb3 ' +
    'white ffffff whitesmoke f5f5f5 yellow ffff00 yellowgreen 9acd32'
  )
    .split(' ')
    .reduce<[string, string][]>((pairs, word, index, all) => {
      if (index % 2 === 0) pairs.push([word, all[index + 1] ?? '']);
      return pairs;
    }, []),
);

/** Parses hex, `rgb()`, `hsl()` and names; null for anything else. */
export function parseColor(text: string): Color | null {
  const word = text.trim().toLowerCase();
  if (word === 'transparent') return { r: 0, g: 0, b: 0, a: 0 };
  const named = NAMED.get(word);
  if (named) return parseHex(named);
  if (word.startsWith('#')) return parseHex(word.slice(1));
  const call = /^(rgba?|hsla?)\(([^()]*)\)$/.exec(word);
  if (!call) return null;
  const parts = (call[2] ?? '').split(/[\s,/]+/).filter((part) => part !== '');
  if (parts.length < 3 || parts.length > 4) return null;
  const alpha = parts[3] === undefined ? 1 : number(parts[3], 1);
  if (alpha === null) return null;
  if (call[1]?.startsWith('rgb')) {
    const [r, g, b] = parts.slice(0, 3).map((part) => number(part, 255));
    if (r == null || g == null || b == null) return null;
    return { r: clamp(r, 255), g: clamp(g, 255), b: clamp(b, 255), a: clamp(alpha, 1) };
  }
  const hue = Number.parseFloat(parts[0] ?? '');
  const saturation = number(parts[1] ?? '', 1);
  const lightness = number(parts[2] ?? '', 1);
  if (!Number.isFinite(hue) || saturation === null || lightness === null) return null;
  return { ...fromHsl(hue, clamp(saturation, 1), clamp(lightness, 1)), a: clamp(alpha, 1) };
}

const PALETTE = [
  '#d24b54',
  '#fc7756',
  '#c65e0b',
  '#e78c08',
  '#a77600',
  '#c1a210',
  '#868604',
  '#8cb623',
  '#3e9727',
  '#22c373',
  '#139676',
  '#10bdaf',
  '#0d9298',
  '#12b8d5',
  '#008cba',
  '#3dacfe',
  '#3e7ce4',
  '#8b9bfe',
  '#8169dd',
  '#be85f9',
  '#ab58be',
  '#e377ce',
  '#c74c8e',
  '#f97096',
] as const;

/**
 * Colours of the labels of one control that have no `background`, in document order: a palette
 * entry by the FNV-1a hash of the label's value, moved on by 7 while an earlier label has it. The
 * rule is shared with the server (`schema/README.md`).
 */
export class LabelColors {
  private readonly taken = new Set<number>();

  /** `#rrggbb` for the next label. */
  next(value: string): string {
    let hash = 0x811c9dc5;
    for (const byte of new TextEncoder().encode(value)) hash = Math.imul(hash ^ byte, 0x01000193);
    const own = (hash >>> 0) % PALETTE.length;
    let index = own;
    for (let i = 0; i < PALETTE.length && this.taken.has(index); i++) index = (own + (i + 1) * 7) % PALETTE.length;
    if (this.taken.has(index)) index = own;
    this.taken.add(index);
    return PALETTE[index] ?? PALETTE[0];
  }
}

function parseHex(hex: string): Color | null {
  if (!/^([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})$/.test(hex)) return null;
  const full = hex.length <= 4 ? [...hex].map((digit) => digit + digit).join('') : hex;
  const part = (index: number) => Number.parseInt(full.slice(index * 2, index * 2 + 2), 16);
  return { r: part(0), g: part(1), b: part(2), a: full.length === 8 ? part(3) / 255 : 1 };
}

/** A number, or a percentage of `whole`. */
function number(text: string, whole: number): number | null {
  const match = /^([+-]?(?:\d+\.?\d*|\.\d+))(%?)$/.exec(text);
  if (!match) return null;
  const value = Number(match[1]);
  return match[2] ? (value / 100) * whole : value;
}

function clamp(value: number, max: number): number {
  return Math.max(0, Math.min(max, value));
}

/** Hue in degrees, saturation and lightness 0–1 (CSS Color 4, section 8.1). */
function fromHsl(hue: number, saturation: number, lightness: number): { r: number; g: number; b: number } {
  const amplitude = saturation * Math.min(lightness, 1 - lightness);
  const channel = (n: number) => {
    const k = (n + hue / 30) % 12;
    const turned = k < 0 ? k + 12 : k;
    return 255 * (lightness - amplitude * Math.max(-1, Math.min(turned - 3, 9 - turned, 1)));
  };
  return { r: channel(0), g: channel(8), b: channel(4) };
}
