/** All tests of the browser code. The demo page of the editor, which many of them drive, is built once for all. */
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['packages/editor/test/demo-site.ts'],
    // Properties are tried on hundreds of examples, in a page they are gestures: seconds, on a machine that others use too.
    testTimeout: 30_000,
    // What a page shows comes a frame, a save or an answer later: it is waited for, as long as a busy machine may take.
    expect: { poll: { timeout: 60_000 } },
    // By itself Vitest leaves one processor free: on a machine with two the journeys, which mostly wait for a browser, would
    // stand in line.
    maxWorkers: '100%',
  },
});
