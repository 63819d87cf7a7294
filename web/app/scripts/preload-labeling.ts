/**
 * The labeling page's HTML names everything that it is made of, so that the browser fetches it all at once: what the server is
 * asked first, and the scripts, styles and fonts of the editor. Otherwise each would be found out only when the one before has run.
 */
import type { Plugin, Rolldown } from 'vite';

const PAGE = 'label.html';
/** Parts that are loaded when they are needed; here they are. */
const PARTS = ['/src/pages/label/index.tsx', '/editor/src/tags/image/modules.ts'];
/** Fonts that the editor writes with: one that comes late has all of it laid out once more. */
const FONTS = /\/(inter|jetbrains-mono)-latin-wght-normal-[^/]*\.woff2$/;
/** What `pages/label/first.ts` asks; the server puts the values in. */
const QUESTIONS = ['/api/current-user/whoami', '/api/projects/{{project}}/', '{{task}}'];

export function preloadLabeling(): Plugin {
  return {
    name: 'preload-labeling',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { path, bundle }) {
        if (!path.endsWith(PAGE) || !bundle) return html;
        const chunks = Object.values(bundle).filter((one) => one.type === 'chunk');
        const files = new Set<string>();
        for (const part of PARTS) {
          const chunk = chunks.find((one) => one.moduleIds.some((id) => id.endsWith(part)));
          if (!chunk) throw new Error(`${PAGE}: no chunk holds ${part}`);
          gather(chunk, bundle, files);
        }
        for (const file of Object.keys(bundle)) if (FONTS.test(`/${file}`)) files.add(file);
        const links = [...files].filter((file) => !html.includes(file)).map((file) => linkTo(file));
        const questions = QUESTIONS.map((address) => `<link rel="preload" as="fetch" crossorigin href="${address}">`);
        // The questions first: their answers take longest.
        return html
          .replace('<title>', `${questions.join('\n    ')}\n    <title>`)
          .replace('</head>', `  ${links.join('\n    ')}\n  </head>`);
      },
    },
  };
}

/** A chunk, what it imports, and their styles. */
function gather(chunk: Rolldown.OutputChunk, bundle: Rolldown.OutputBundle, files: Set<string>): void {
  if (files.has(chunk.fileName)) return;
  files.add(chunk.fileName);
  for (const style of chunk.viteMetadata?.importedCss ?? []) files.add(style);
  for (const name of chunk.imports) {
    const imported = bundle[name];
    if (imported?.type === 'chunk') gather(imported, bundle, files);
  }
}

function linkTo(file: string): string {
  if (file.endsWith('.woff2')) return `<link rel="preload" as="font" type="font/woff2" crossorigin href="/${file}">`;
  return file.endsWith('.css')
    ? `<link rel="stylesheet" crossorigin href="/${file}">`
    : `<link rel="modulepreload" crossorigin href="/${file}">`;
}
