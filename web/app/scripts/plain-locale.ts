/**
 * React Aria makes sure at its start that the browser's language is a valid tag, by asking which languages dates can be written
 * in. The first such question makes the browser look through all of its languages: 25 to 50 ms of every start. Asking for the
 * canonical form of the tag throws for the same tags and costs nothing.
 */
import type { Plugin } from 'vite';

const ASKED = 'Intl.DateTimeFormat.supportedLocalesOf(';

export function plainLocale(): Plugin {
  let found = false;
  return {
    name: 'plain-locale',
    apply: 'build',
    transform: {
      filter: { id: /react-aria\/.*useDefaultLocale\.m?js$/ },
      handler(code) {
        if (!code.includes(ASKED)) return null;
        found = true;
        return { code: code.replace(ASKED, 'Intl.getCanonicalLocales('), map: null };
      },
    },
    buildEnd(error) {
      if (!error && !found)
        this.error('React Aria finds the language in another way now: this plugin has no use any more.');
    },
  };
}
