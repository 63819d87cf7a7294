import { describe, expect, it } from 'vitest';
import { thumbnailOf } from './thumbnails';

describe('thumbnailOf', () => {
  it('asks for the smallest picture that has the pixels', () => {
    expect(thumbnailOf('/data/upload/3/1f-a%20b.jpg', 100)).toBe('/data/upload/3/1f-a%20b.jpg?thumbnail=240');
    expect(thumbnailOf('/tasks/7/resolve/?fileuri=czM6', 241)).toBe('/tasks/7/resolve/?fileuri=czM6&thumbnail=640');
    expect(thumbnailOf('/data/local-files/?d=x%2Fa.png', 5_000)).toBe('/data/local-files/?d=x%2Fa.png&thumbnail=640');
  });

  it('leaves every other address as it is', () => {
    const others = [
      'https://example.com/data/upload/3/a.jpg',
      '//example.com/data/upload/3/a.jpg',
      'data:image/png;base64,AAAA',
      '/static/a.jpg',
      '/tasks/x/resolve/?fileuri=a',
      '/data/upload/3/a.jpg#x',
    ];
    for (const url of others) expect(thumbnailOf(url, 100)).toBe(url);
  });
});
