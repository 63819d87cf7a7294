/** Builds the product's pages. What is named by its hash goes to /assets/ and may be cached for ever. */
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { plainLocale } from './scripts/plain-locale.ts';
import { preloadLabeling } from './scripts/preload-labeling.ts';

const page = (name: string) => new URL(`./${name}.html`, import.meta.url).pathname;

export default defineConfig({
  plugins: [react(), plainLocale(), preloadLabeling()],
  build: {
    target: 'es2023',
    // The content policy allows no inline script, and small files inlined as data URLs would be fetched by none of the pages.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rollupOptions: {
      input: {
        index: page('index'),
        label: page('label'),
        login: page('login'),
        signup: page('signup'),
        'second-factor': page('second-factor'),
        'second-factor-setup': page('second-factor-setup'),
        'recovery-codes': page('recovery-codes'),
        reset: page('reset'),
        'new-password': page('new-password'),
        'verify-email': page('verify-email'),
        logout: page('logout'),
        error: page('error'),
      },
      output: {
        codeSplitting: {
          // What most pages share comes as one file each, not as twenty: a request costs more than the bytes.
          groups: [
            {
              name: 'react',
              test: /node_modules\/(react|react-dom|scheduler|use-sync-external-store|@tanstack\/(react-router|router-core|history|store|react-store|query-core|react-query))\//,
            },
            {
              name: 'shared',
              // No component of the kit but the small ones: what a group takes in comes with all that it needs, and the labeling
              // page would wait for fields and dialogs.
              test: /\/app\/src\/shared\/(navigation\.tsx|[a-z-]+\.ts)$|lucide-react\/dist\/esm\/(?!icons\/index)|\/kit\/src\/components\/small/,
              minShareCount: 2,
            },
            { name: 'labeling', test: /\/packages\/labeling\/|\/schema\/tags\.json/ },
          ],
        },
      },
    },
  },
  server: {
    proxy: { '/api': 'http://localhost:8080', '/data': 'http://localhost:8080', '/user/log': 'http://localhost:8080' },
  },
});
