/** Builds the editor as one module with its styles, React included, for pages of others (`docs/embedding.md`). */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  publicDir: 'embed',
  plugins: [react()],
  define: { 'process.env.NODE_ENV': '"production"' },
  worker: { format: 'es' },
  build: {
    target: 'es2023',
    // Browsers with `light-dark()`: rewritten for older ones, colours would be missing wherever the page sets its
    // `color-scheme` outside of this file.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: 'labelkeep-editor', cssFileName: 'labelkeep-editor' },
  },
});
