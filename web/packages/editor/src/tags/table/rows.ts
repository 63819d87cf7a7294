/** What a Table shows: an object as names and values, a list of objects by their keys, a list of values by place. */

export interface TableData {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly unknown[])[];
}

/** Columns beyond this many are not shown: nobody reads them, and each is a cell of every row. */
const MAX_COLUMNS = 200;

export function tableOf(value: unknown): TableData {
  const data = parsed(value);
  if (Array.isArray(data)) {
    const objects = data.every((row) => typeof row === 'object' && row !== null && !Array.isArray(row));
    if (data.length === 0 || !objects) return { columns: ['#', 'Value'], rows: data.map((row, index) => [index, row]) };
    const columns = [...new Set(data.flatMap((row) => Object.keys(row)))].slice(0, MAX_COLUMNS);
    const own = (row: object, key: string) =>
      Object.hasOwn(row, key) ? (row as Readonly<Record<string, unknown>>)[key] : undefined;
    return { columns, rows: data.map((row) => columns.map((key) => own(row, key))) };
  }
  if (typeof data === 'object' && data !== null) {
    const entries = Object.entries(data).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
    return { columns: ['Name', 'Value'], rows: entries };
  }
  return { columns: ['Value'], rows: data === undefined || data === null || data === '' ? [] : [[data]] };
}

/** Which columns hold numbers alone: they stand at the right. */
export function numberColumns({ columns, rows }: TableData): readonly boolean[] {
  return columns.map(
    (_, at) =>
      rows.some((row) => typeof row[at] === 'number') &&
      rows.every((row) => typeof row[at] === 'number' || row[at] === null || row[at] === undefined),
  );
}

/** A cell as text; nested values as JSON. */
export function cellText(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** Data may come as JSON text. */
function parsed(value: unknown): unknown {
  if (typeof value !== 'string' || !/^\s*[[{]/.test(value)) return value;
  try {
    return JSON.parse(value);
  } catch {
    return value;
  }
}
