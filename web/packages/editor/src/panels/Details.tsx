/** Details of the selection: numbers that can be changed, labels, note; counts and bulk actions for several. */
import { useEffect, useRef } from 'react';
import { noteOf } from '../core/region-rows';
import type { GeometryField } from '../core/tag';
import type { Region } from '../core/types';
import { useDocument, useEditor, useEntry, useRegion, useRegionFlags, useSelection } from '../react/hooks';
import styles from './details.module.css';
import { ActionById } from './parts/ActionButton';

export function Details() {
  const selection = useSelection();
  const [first] = selection;
  return (
    <section className={styles['details']} aria-label="Details">
      {selection.length === 0 && <AboutAnnotation />}
      {selection.length === 1 && first !== undefined && <OneRegion key={first} id={first} />}
      {selection.length > 1 && <Several ids={selection} />}
    </section>
  );
}

function Actions() {
  return (
    <div className={styles['actions']} role="toolbar" aria-label="Selection">
      <ActionById id="region.duplicate" />
      <ActionById id="region.hide" />
      <ActionById id="region.lock" />
      <ActionById id="region.delete" />
    </div>
  );
}

function OneRegion({ id }: { readonly id: string }) {
  const editor = useEditor();
  const document = useDocument();
  const region = useRegion(id);
  useRegionFlags(id);
  if (!region) return null;
  const shape = editor.modules.shape(region.kind);
  const labels = editor.labels.ofRegion(region);
  const able = document.canChange(id);
  const about = editor.aboutShape(region);
  return (
    <>
      <header className={styles['head']}>
        <h2 className={styles['title']}>Region {document.regionNumber(id)}</h2>
        <Actions />
      </header>
      <div className={styles['body']}>
        {about !== '' && editor.isSpan(region) && (
          <blockquote className={styles['quote']} dir="auto">
            {about.length > 400 ? `${about.slice(0, 400)}…` : about}
          </blockquote>
        )}
        {labels.length > 0 && (
          <div className={styles['labels']}>
            {labels.map(({ stored, label, control }) => (
              <span
                key={`${control} ${stored}`}
                className={styles['label']}
                style={{ '--label': label?.color ?? 'var(--ed-faint)' } as React.CSSProperties}
                title={label ? undefined : 'This label is not in the labeling configuration'}
              >
                <bdi>{label?.title ?? stored}</bdi>
              </span>
            ))}
          </div>
        )}
        {shape?.fields && shape.fields.length > 0 && (
          <div className={styles['fields']}>
            {shape.fields.map((field) => (
              <NumberField key={field.key} region={region} field={field} disabled={!able} />
            ))}
          </div>
        )}
        <dl className={styles['facts']}>
          {region.score !== undefined && <Fact name="Score" value={region.score.toFixed(3)} />}
          {region.origin !== 'manual' && (
            <Fact name="Origin" value={region.origin === 'prediction' ? 'prediction' : 'prediction, changed'} />
          )}
          {region.readonly && <Fact name="State" value="read-only in the data" />}
          <Fact name="Id" value={region.wireId} />
        </dl>
        <Note region={region} disabled={!able} />
      </div>
    </>
  );
}

function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

function NumberField({
  region,
  field,
  disabled,
}: {
  readonly region: Region;
  readonly field: GeometryField;
  readonly disabled: boolean;
}) {
  const document = useDocument();
  const editor = useEditor();
  const value = field.get(region.geometry);
  const shown = String(Math.round(value * 1000) / 1000);
  const { set } = field;
  const commit = (text: string) => {
    const next = Number(text);
    if (!set || text.trim() === '' || !Number.isFinite(next) || text === shown) return;
    const clamped = Math.max(
      field.min ?? Number.NEGATIVE_INFINITY,
      Math.min(field.max ?? Number.POSITIVE_INFINITY, next),
    );
    const typed = set(region.geometry, clamped);
    const geometry = editor.objects.get(region.object)?.fitGeometry?.(typed) ?? typed;
    document.edit(`Set ${field.label}`, (edit) => edit.setGeometry(region.id, geometry));
  };
  return (
    <label className={styles['field']}>
      <span>{field.label}</span>
      <input
        // A number that is changed from outside (a drag, an undo) shows at once.
        key={shown}
        type="number"
        defaultValue={shown}
        step={field.step ?? 'any'}
        disabled={disabled || !set || field.editable === false}
        onBlur={(event) => commit(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && commit(event.currentTarget.value)}
      />
      {field.unit && <span className={styles['unit']}>{field.unit}</span>}
    </label>
  );
}

function Note({ region, disabled }: { readonly region: Region; readonly disabled: boolean }) {
  const editor = useEditor();
  const document = useDocument();
  const input = useRef<HTMLTextAreaElement>(null);
  const note = noteOf(region.meta);
  const noteRef = useRef(note);
  noteRef.current = note;
  const commit = () => {
    const text = input.current?.value ?? noteRef.current;
    if (text === noteRef.current) return;
    document.edit('Write note', (edit) => edit.setMeta(region.id, 'text', text.trim() === '' ? undefined : [text]));
  };
  const commitRef = useRef(commit);
  commitRef.current = commit;
  useEffect(() => {
    const offs = [
      editor.focusRequests.subscribe((what) => what === 'note' && input.current?.focus()),
      editor.flushInputs.subscribe(() => commitRef.current()),
    ];
    return () => {
      for (const off of offs) off();
    };
  }, [editor]);
  return (
    <label className={styles['note']}>
      <span>Note</span>
      <textarea
        ref={input}
        key={note}
        rows={2}
        defaultValue={note}
        disabled={disabled}
        placeholder="A remark about this region"
        onBlur={commit}
        dir="auto"
      />
    </label>
  );
}

function Several({ ids }: { readonly ids: readonly string[] }) {
  const editor = useEditor();
  const document = useDocument();
  const counts = new Map<string, number>();
  for (const id of ids) {
    const region = document.store.get(id);
    if (!region) continue;
    const labels = editor.labels.style(region).labels;
    for (const title of labels.length > 0 ? labels : ['No label']) counts.set(title, (counts.get(title) ?? 0) + 1);
  }
  return (
    <>
      <header className={styles['head']}>
        <h2 className={styles['title']}>{ids.length.toLocaleString()} regions</h2>
        <Actions />
      </header>
      <div className={styles['body']}>
        <dl className={styles['facts']}>
          {[...counts].map(([title, count]) => (
            <Fact key={title} name={title} value={count.toLocaleString()} />
          ))}
        </dl>
        {!editor.readonly && <p className={styles['hint']}>Choose a label to set it on all of them.</p>}
      </div>
    </>
  );
}

function AboutAnnotation() {
  const entry = useEntry();
  const by = entry.annotation?.completed_by;
  const who = typeof by === 'object' && by !== null ? (by.email ?? String(by.id)) : entry.annotation?.created_username;
  return (
    <>
      <header className={styles['head']}>
        <h2 className={styles['title']}>
          {entry.kind === 'prediction'
            ? 'Prediction'
            : entry.annotation
              ? `Annotation ${entry.annotation.id}`
              : 'New annotation'}
        </h2>
      </header>
      <div className={styles['body']}>
        <dl className={styles['facts']}>
          {who && <Fact name="By" value={who} />}
          {entry.prediction?.model_version && <Fact name="Model" value={entry.prediction.model_version} />}
          {typeof entry.prediction?.score === 'number' && (
            <Fact name="Score" value={entry.prediction.score.toFixed(3)} />
          )}
          {entry.annotation?.ground_truth && <Fact name="State" value="ground truth" />}
          {entry.annotation?.was_cancelled && <Fact name="State" value="skipped" />}
          {entry.parentPrediction !== null && <Fact name="Made from" value={`prediction ${entry.parentPrediction}`} />}
          {entry.parentAnnotation !== null && <Fact name="Made from" value={`annotation ${entry.parentAnnotation}`} />}
        </dl>
        <p className={styles['hint']}>Select a region to see its details.</p>
      </div>
    </>
  );
}
