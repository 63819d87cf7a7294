/** The history of the open annotation: what is not submitted yet, and the states that the server keeps. */
import { useCallback, useEffect, useMemo, useState } from 'react';
import type { Entry } from '../core/entries';
import { ICONS } from '../core/icons';
import type { AnnotationState } from '../core/options';
import { describeDiff } from '../core/result-diff';
import { StateLoader } from '../core/state-loader';
import type { Icon } from '../core/tag';
import { useEditor, useEmitter } from '../react/hooks';
import styles from './history.module.css';
import { IconView } from './parts/Icon';
import { Steps } from './Steps';
import { exactly, personName, when } from './words';

type Subscribe = (listener: () => void) => () => void;

/** Characters of two results that are fetched without being asked, to tell what changed. */
const SMALL = 400_000;

/** What the words of the log mean to people, and the sign beside them. */
const KINDS: Readonly<Record<string, readonly [string, Icon]>> = {
  submitted: ['Submitted', ICONS.check],
  updated: ['Updated', ICONS.edit],
  draft: ['Draft', ICONS.edit],
  skipped: ['Skipped', ICONS.skip],
  prediction: ['Made from a prediction', ICONS.spark],
  imported: ['Imported', ICONS.down],
  propagated: ['Copied', ICONS.copy],
  accepted: ['Accepted', ICONS.check],
  fixed: ['Fixed and accepted', ICONS.check],
  rejected: ['Rejected', ICONS.close],
  review_deleted: ['Review deleted', ICONS.trash],
  converted_to_draft: ['Back to a draft', ICONS.undo],
  conflict: ['Refused: somebody saved before', ICONS.warning],
};

export function History() {
  const editor = useEditor();
  const tab = useEmitter(editor.documentChanged.subscribe as Subscribe, () => editor.entries.tab);
  const looked = useEmitter(editor.documentChanged.subscribe as Subscribe, () => editor.entry);
  return (
    <div className={styles['history']}>
      <Steps entry={tab} looked={looked !== tab} />
      <States key={tab.key} entry={tab} looked={looked} />
    </div>
  );
}

function States({ entry, looked }: { readonly entry: Entry; readonly looked: Entry }) {
  const editor = useEditor();
  useEmitter(editor.entries.changed.subscribe as Subscribe, () => editor.entries.all());
  const { annotation } = entry;
  const id = annotation?.id;
  const [states, setStates] = useState<readonly AnnotationState[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const [attempt, setAttempt] = useState(0);
  const loads = editor.options.loadHistory !== undefined && id !== undefined;
  const loader = useMemo(() => (id === undefined ? null : new StateLoader(editor, id)), [editor, id]);
  useEffect(() => {
    if (id === undefined) return;
    let gone = false;
    setProblem(null);
    editor.options.loadHistory?.(id).then(
      (list) => !gone && setStates(list),
      (error: unknown) => !gone && setProblem(error instanceof Error ? error.message : 'The server gave no reason.'),
    );
    return () => {
      gone = true;
    };
  }, [editor, id, annotation, attempt]);
  if (!annotation) {
    return <p className={styles['hint']}>Not submitted yet. Each submit and update will be listed here.</p>;
  }
  if (problem !== null) {
    return (
      <p className={styles['hint']} role="alert">
        The history could not be loaded: {problem}{' '}
        <button type="button" onClick={() => setAttempt(attempt + 1)}>
          Try again
        </button>
      </p>
    );
  }
  if (loads && states === null) return <p className={styles['hint']}>Loading the history…</p>;
  const list = states ?? [];
  if (list.length === 0 || !loader) {
    if (annotation.result.length === 0) return <p className={styles['hint']}>No earlier states are kept here.</p>;
    const by = personName(annotation.completed_by, annotation.created_username);
    const at = annotation.updated_at ?? annotation.created_at ?? '';
    return (
      <ol className={styles['states']} aria-label="States of this annotation">
        <Row
          kind="submitted"
          who={by}
          at={at}
          what={null}
          shown={looked.key.endsWith('-submitted') && looked !== entry}
          onPress={() =>
            editor.entries.lookAt({ id: 'submitted', title: titleOf('submitted', by, at), items: annotation.result })
          }
        />
      </ol>
    );
  }
  return (
    <ol className={styles['states']} aria-label="States of this annotation">
      {list.map((state, index) => (
        <State
          key={state.id}
          state={state}
          before={list.slice(index + 1).find((one) => one.kind !== 'conflict') ?? null}
          last={index === list.length - 1}
          loader={loader}
          shown={looked !== entry && looked.key === `state-${entry.key}-${state.id}`}
        />
      ))}
    </ol>
  );
}

function State({
  state,
  before,
  last,
  loader,
  shown,
}: {
  readonly state: AnnotationState;
  readonly before: AnnotationState | null;
  readonly last: boolean;
  readonly loader: StateLoader;
  readonly shown: boolean;
}) {
  const editor = useEditor();
  const [what, setWhat] = useState<string | null>(null);
  const tell = useCallback(() => {
    // The oldest state of a page of states may have an older one that was not listed.
    if (last && state.kind !== 'submitted' && state.kind !== 'skipped') return;
    loader.diff(state.id, before?.id ?? null).then(
      (diff) => setWhat(describeDiff(diff)),
      () => undefined,
    );
  }, [loader, state, before, last]);
  const small = (state.size ?? SMALL) + (before?.size ?? 0) < SMALL;
  useEffect(() => {
    if (small) tell();
  }, [small, tell]);
  const who = personName(state.by);
  const look = () => {
    tell();
    loader.load(state.id).then(
      (items) =>
        editor.entries.lookAt({ id: String(state.id), title: titleOf(state.kind, who, state.created_at), items }),
      (error: unknown) =>
        editor.notify(
          'error',
          `This state could not be loaded: ${error instanceof Error ? error.message : 'no reason given'}`,
        ),
    );
  };
  return <Row kind={state.kind} who={who} at={state.created_at} what={what} shown={shown} onPress={look} />;
}

function Row({
  kind,
  who,
  at,
  what,
  shown,
  onPress,
}: {
  readonly kind: string;
  readonly who: string;
  readonly at: string;
  readonly what: string | null;
  readonly shown: boolean;
  readonly onPress: () => void;
}) {
  const [words, icon] = KINDS[kind] ?? [kind, ICONS.clock];
  return (
    <li>
      <button type="button" className={styles['state']} aria-pressed={shown} onClick={onPress}>
        <span className={styles['sign']} data-kind={kind}>
          <IconView icon={icon} />
        </span>
        <span className={styles['words']}>
          <span>
            <b>{words}</b>
            {who && <bdi className={styles['who']}> by {who}</bdi>}
          </span>
          <span className={styles['about']}>
            <time dateTime={at} title={exactly(at)}>
              {when(at)}
            </time>
            {what && <span>{what}</span>}
          </span>
        </span>
      </button>
    </li>
  );
}

function titleOf(kind: string, who: string, at: string): string {
  const [words] = KINDS[kind] ?? [kind];
  return `${words}${who ? ` by ${who}` : ''}, ${exactly(at)}`;
}
