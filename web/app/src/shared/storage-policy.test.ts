import { expect, test } from 'vitest';
import { stoppedIn } from './storage-policy';

test('only an object of a storage, on the page of a project, asks for another policy', () => {
  const page = new URL('https://labels.example.com/projects/7/data?task=3');
  expect(stoppedIn('https://labels.example.com/tasks/3/resolve/?fileuri=czM6', page)).toBe('7');
  expect(stoppedIn('https://labels.example.com/projects/7/resolve/?fileuri=czM6', page)).toBe('7');
  for (const other of [
    'https://example.com/tasks/3/resolve/',
    'https://labels.example.com/tasks/3/',
    'inline',
    'eval',
    '',
  ])
    expect(stoppedIn(other, page)).toBeUndefined();
  expect(
    stoppedIn('https://labels.example.com/tasks/3/resolve/', new URL('https://labels.example.com/projects/')),
  ).toBeUndefined();
});
