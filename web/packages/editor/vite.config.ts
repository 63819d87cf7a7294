/** Builds the demo page; the product's app builds the package itself from source. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

export default defineConfig({
  plugins: [react()],
  build: { target: 'es2023', rollupOptions: { input: 'editor-demo.html' } },
});
