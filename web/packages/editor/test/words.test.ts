import { describe, expect, it } from 'vitest';
import { when } from '../src/panels/words';

describe('times in words', () => {
  const now = Date.parse('2026-03-10T12:00:00Z');
  const hours = (count: number) => when(now - count * 3_600_000, now);

  it('say how long ago something was, in the largest unit that fits', () => {
    expect([0.005, 0.02, 0.5, 1, 5, 24, 24 * 3, 24 * 31, 24 * 70, 24 * 366, 24 * 800].map(hours)).toEqual([
      'just now',
      '1 minute ago',
      '30 minutes ago',
      '1 hour ago',
      '5 hours ago',
      'yesterday',
      '3 days ago',
      'last month',
      '2 months ago',
      'last year',
      '2 years ago',
    ]);
    expect([-0.5, -24].map(hours)).toEqual(['in 30 minutes', 'tomorrow']);
    expect(when('no time', now)).toBe('');
  });
});
