/** Colours of labels with an opacity, as CSS text; kept, because thousands of items share a few. */

const cache = new Map<string, string>();

/** `#rrggbb` with an opacity of 0…1. Anything else is given back as it is. */
export function withOpacity(color: string, opacity: number): string {
  if (opacity >= 1 || !/^#[0-9a-f]{6}$/i.test(color)) return color;
  const key = `${color}${opacity}`;
  let text = cache.get(key);
  if (text === undefined) {
    const n = Number.parseInt(color.slice(1), 16);
    text = `rgba(${n >> 16},${(n >> 8) & 255},${n & 255},${Math.max(0, opacity)})`;
    // Labels from task data could bring any number of colours.
    if (cache.size > 4096) cache.clear();
    cache.set(key, text);
  }
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
