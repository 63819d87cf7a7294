/** Builds the demo page, which component tests use too; the product's app builds the package itself from source. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  base: './',
  plugins: [react()],
  build: { target: 'es2023', modulePreload: { polyfill: false }, rollupOptions: { input: 'editor-demo.html' } },
});
