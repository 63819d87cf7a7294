/** The configuration language for the code editor: completion, errors by line, and sample data. */
import { complete, type Diagnostic, parseConfig } from '@labelkeep/labeling';

export interface CodeDiagnostic {
  line: number;
  column: number;
  severity: 'error' | 'warning';
  message: string;
}

export function diagnosticsOf(found: readonly Diagnostic[]): CodeDiagnostic[] {
  return found.map((diagnostic) => ({
    line: diagnostic.line ?? 1,
    column: diagnostic.column ?? 1,
    severity: diagnostic.severity === 'warning' ? 'warning' : 'error',
    // The place stands beside it.
    message: diagnostic.message.replace(/[:,]? (at )?line \d+, column \d+\.?$/, ''),
  }));
}

/** What may stand at a place of the text. */
export function completions(text: string, offset: number) {
  const items = complete(text, offset);
  const from = items[0]?.from ?? offset;
  return {
    from,
    items: items.map((item) => ({
      label: item.label,
      insert: item.insert,
      ...(item.detail ? { info: item.detail } : {}),
    })),
  };
}

const TEXT =
  'The harbour office in Linden opened a new ferry line on 4 May. Tickets cost 12 euros, and the first boat left for Ostermoor with ninety passengers on board.';

/** Data for a task of this configuration, by the kinds of its objects. */
export function sampleData(xml: string): Record<string, unknown> {
  const data: Record<string, unknown> = {};
  const config = parseConfig(xml);
  for (const node of config.objects) {
    const value = (node.attribute('value') ?? node.attribute('valueList'))?.value ?? '';
    const key = /^\$([\w]+)/.exec(value)?.[1];
    if (!key) continue;
    data[key] = sampleValue(node.tag);
  }
  return data;
}

function sampleValue(tag: string): unknown {
  switch (tag) {
    case 'Image':
      return '/preview.svg';
    case 'Text':
    case 'Header':
      return TEXT;
    case 'HyperText':
      return `<p>${TEXT}</p>`;
    case 'Table':
      return { name: 'Ferry line 4', length: '12 km' };
    case 'Paragraphs':
      return [
        { author: 'Ada', text: 'When does the next boat leave?' },
        { author: 'Ben', text: 'At a quarter past ten.' },
      ];
    case 'List':
      return [
        { id: 'a', title: 'First answer', body: 'The boat leaves at ten.' },
        { id: 'b', title: 'Second answer', body: 'The boat leaves at a quarter past ten.' },
      ];
    default:
      return '';
  }
}
