/** Colours of labels with an opacity, as CSS text; kept, because thousands of items share a few. */

/** By colour, then by opacity: one text a colour and opacity, found without making a key of them for each of 100,000 items. */
const cache = new Map<string, Map<number, string>>();
/** Labels from task data could bring any number of colours. */
const MOST_COLORS = 4096;

/** `#rrggbb` with an opacity of 0…1. Anything else is given back as it is. */
export function withOpacity(color: string, opacity: number): string {
  if (opacity >= 1) return color;
  const known = cache.get(color)?.get(opacity);
  if (known !== undefined) return known;
  if (!/^#[0-9a-f]{6}$/i.test(color)) return color;
  const n = Number.parseInt(color.slice(1), 16);
  const text = `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${Math.max(0, opacity)})`;
  if (cache.size > MOST_COLORS) cache.clear();
  const opacities = cache.get(color) ?? new Map<number, string>();
  if (opacities.size > MOST_COLORS) opacities.clear();
  cache.set(color, opacities.set(opacity, text));
  return text;
}

/** Black or white, whichever can be read better on `#rrggbb` (WCAG relative luminance). */
export function inkOn(color: string): '#000000' | '#ffffff' {
  if (!/^#[0-9a-f]{6}$/i.test(color)) return '#ffffff';
  const channel = (shift: number) => {
    const value = ((Number.parseInt(color.slice(1), 16) >> shift) & 255) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  const luminance = 0.2126 * channel(16) + 0.7152 * channel(8) + 0.0722 * channel(0);
  return luminance > 0.179 ? '#000000' : '#ffffff';
}
