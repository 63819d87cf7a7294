/** Where the text of an object comes from: the task itself, an address in it, or a cell of a CSV file. */
import { type ConfigNode, resolveVariable } from '@labelkeep/labeling';
import type { ObjectContext } from '../../core/tag';
import { safeUrl } from '../../core/urls';
import { cellOf, parseResolver } from './resolver';

/** The whole text. Rejects with a message for people when it can't be loaded. */
export async function loadText(context: ObjectContext, signal: AbortSignal): Promise<string> {
  const { node } = context;
  const value = contentOf(context);
  const resolver = parseResolver(node.get('resolver'));
  if (resolver && typeof value === 'string' && value !== '') {
    const cell = cellOf(await fetchText(context, value, signal), resolver);
    if (cell === null) throw new Error(`The first row of ${value} has no column “${resolver.column}”.`);
    return decode(node, cell);
  }
  if (node.oneOf('valueType', ['text', 'url'], 'text') === 'url' && typeof value === 'string' && value !== '') {
    return decode(node, await fetchText(context, value, signal));
  }
  return decode(node, asText(value));
}

/** What stands inside an element counts when it has no `value`; of HyperText that is its markup. */
function contentOf({ editor, node, value }: ObjectContext): unknown {
  if (node.has('value') || node.type !== 'hypertext') return value;
  return resolveVariable(node.markup.replace(/<!\[CDATA\[([\s\S]*?)\]\]>/g, '$1'), editor.task.data);
}

async function fetchText({ editor, node }: ObjectContext, address: string, signal: AbortSignal): Promise<string> {
  const url = safeUrl(editor.resolveUrl(address, node));
  if (url === null) throw new Error(`This address can't be loaded: ${address}`);
  let response: Response;
  try {
    response = await fetch(url, { signal, credentials: 'same-origin' });
  } catch (error) {
    if (signal.aborted) throw error;
    throw new Error(
      `The text could not be loaded from ${address}. Is the address reachable, and does its server allow this page (CORS)?`,
    );
  }
  if (!response.ok) throw new Error(`The text could not be loaded: ${address} answered ${response.status}.`);
  return response.text();
}

function asText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value, null, 2) : String(value);
}

function decode(node: ConfigNode, text: string): string {
  const encoding = node.oneOf('encoding', ['none', 'base64', 'base64unicode'], 'none');
  if (encoding === 'none') return text;
  try {
    const bytes = Uint8Array.from(atob(text.trim()), (char) => char.charCodeAt(0));
    if (encoding === 'base64') return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('');
    return new TextDecoder('utf-8').decode(bytes);
  } catch {
    throw new Error('The text is said to be base64 (attribute “encoding”), and it is not.');
  }
}
