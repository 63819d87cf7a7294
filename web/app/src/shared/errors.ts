/** What an error says to the person who sees it. */
import { ApiError } from '@labelkeep/api';

/** One line a problem: the fields' texts, or the detail. */
export function messagesOf(error: unknown): string[] {
  if (error instanceof ApiError) {
    const fields = Object.values(error.fields).flat();
    return fields.length > 0 ? fields : [error.detail];
  }
  return [error instanceof Error ? error.message : String(error)];
}

/** All problems in one line. */
export function messageOf(error: unknown): string {
  return messagesOf(error).join(' ');
}

/** What the server says about one field, for the field to show. */
export function problemOf(error: unknown, field: string): { errorMessage?: string } {
  const text = error instanceof ApiError ? error.fields[field]?.join(' ') : undefined;
  return text ? { errorMessage: text } : {};
}

/** Whether the thing is not there, or not for this person. */
export function isMissing(error: unknown): boolean {
  return error instanceof ApiError && error.status === 404;
}
