/** Builds the product's pages. What is named by its hash goes to /assets/ and may be cached for ever. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const page = (name: string) => new URL(`./${name}.html`, import.meta.url).pathname;

export default defineConfig({
  plugins: [react()],
  build: {
    target: 'es2023',
    // The content policy allows no inline script, and small files inlined as data URLs would be fetched by none of the pages.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        index: page('index'),
        login: page('login'),
        signup: page('signup'),
        logout: page('logout'),
        error: page('error'),
      },
    },
  },
  server: {
    proxy: { '/api': 'http://localhost:8080', '/data': 'http://localhost:8080', '/user/log': 'http://localhost:8080' },
  },
});
