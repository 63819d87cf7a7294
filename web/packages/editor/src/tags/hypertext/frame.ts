/**
 * Where marked-up data stands: an own empty page in a frame without scripts (its policy loads pictures and
 * nothing else), or a shadow root in the page. Both keep the data's styles from the editor's.
 */
import styles from './hypertext.module.css';

export interface Place {
  /** The element that takes the content; XPaths begin below it. */
  readonly root: HTMLElement;
  /** What stands in the page: the frame, or the host of the shadow root. */
  readonly host: HTMLElement;
  /** Adds a style sheet that holds for the content alone. */
  addSheet(css: string): CSSStyleSheet;
  destroy(): void;
}

/** A page that takes longer is not there. Milliseconds. */
const TIMEOUT = 8000;

export async function openFrame(
  parent: HTMLElement,
  url: string,
  title: string,
  signal: AbortSignal,
): Promise<Place | null> {
  const page = parent.ownerDocument;
  const frame = page.createElement('iframe');
  frame.className = styles['frame'] ?? '';
  frame.title = title;
  frame.setAttribute('sandbox', 'allow-same-origin');
  frame.setAttribute('scrolling', 'auto');
  const loaded = new Promise<boolean>((resolve) => {
    const timer = setTimeout(() => resolve(false), TIMEOUT);
    const done = (good: boolean) => {
      clearTimeout(timer);
      resolve(good);
    };
    frame.addEventListener('load', () => done(true), { once: true });
    signal.addEventListener('abort', () => done(false), { once: true });
  });
  frame.src = url;
  parent.append(frame);
  const document = (await loaded) ? frame.contentDocument : null;
  const view = frame.contentWindow as (Window & typeof globalThis) | null;
  if (!document?.body || !view) {
    frame.remove();
    return null;
  }
  document.head.replaceChildren();
  document.body.replaceChildren();
  return {
    root: document.body,
    host: frame,
    addSheet: (css) => addSheet(view, document, css),
    destroy: () => frame.remove(),
  };
}

export function openShadow(parent: HTMLElement): Place {
  const page = parent.ownerDocument;
  const host = page.createElement('div');
  host.className = styles['shadow'] ?? '';
  const shadow = host.attachShadow({ mode: 'open' });
  const root = page.createElement('div');
  shadow.append(root);
  parent.append(host);
  return {
    root,
    host,
    addSheet: (css) => addSheet(page.defaultView as Window & typeof globalThis, shadow, css),
    destroy: () => host.remove(),
  };
}

function addSheet(view: Window & typeof globalThis, scope: DocumentOrShadowRoot, css: string): CSSStyleSheet {
  const sheet = new view.CSSStyleSheet();
  sheet.replaceSync(css);
  scope.adoptedStyleSheets = [...scope.adoptedStyleSheets, sheet];
  return sheet;
}
