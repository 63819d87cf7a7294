/** Builds the demo page; the product's app builds the package itself from source. `--mode tests` adds pages that tests need. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const DEMO = ['editor-demo.html'];
/** In the product the server gives the frame for marked-up data. */
const FOR_TESTS = ['frame.html', 'demo/parts.html'];

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [react()],
  build: {
    target: 'es2023',
    modulePreload: { polyfill: false },
    rollupOptions: { input: mode === 'tests' ? [...DEMO, ...FOR_TESTS] : DEMO },
  },
}));
