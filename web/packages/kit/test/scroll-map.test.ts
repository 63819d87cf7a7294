import { describe, expect, it } from 'vitest';
import { scrollMap } from '../src/components/table/scroll-map';

const VIEWPORT = 600;

describe('rows and pixels of a long list', () => {
  it('are the same where the browser has room for all rows', () => {
    const map = scrollMap(1000, 32);
    expect(map.height).toBe(32_000);
    expect(map.pixelAt(480, VIEWPORT)).toBe(480);
    expect(map.positionOf(480, VIEWPORT)).toBe(480);
  });

  it('reach the last of a million rows in a box that no browser cuts', () => {
    const map = scrollMap(1_000_000, 32);
    expect(map.height).toBeLessThanOrEqual(16_000_000);
    const end = map.height - VIEWPORT;
    expect(map.pixelAt(end, VIEWPORT)).toBeCloseTo(32_000_000 - VIEWPORT, 0);
    expect(map.positionOf(32_000_000, VIEWPORT)).toBe(end);
  });

  it('go with the wheel pixel by pixel, and with the bar by proportion', () => {
    const map = scrollMap(1_000_000, 32);
    const from = map.positionOf(16_000_000, VIEWPORT);
    expect(map.move(16_000_000, from, from + 100, VIEWPORT)).toBe(16_000_100);
    expect(map.move(16_000_000, from, from - 100, VIEWPORT)).toBe(15_999_900);
    expect(map.move(16_000_000, from, 1_000_000, VIEWPORT)).toBe(map.pixelAt(1_000_000, VIEWPORT));
  });

  it('stay within the rows', () => {
    const map = scrollMap(1_000_000, 32);
    expect(map.move(50, 24, 0, VIEWPORT)).toBeGreaterThanOrEqual(0);
    expect(map.move(31_999_399, map.height - VIEWPORT - 5, map.height - VIEWPORT, VIEWPORT)).toBeLessThanOrEqual(
      32_000_000 - VIEWPORT,
    );
    expect(scrollMap(0, 32).positionOf(100, VIEWPORT)).toBe(0);
  });
});
