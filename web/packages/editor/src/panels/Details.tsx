/** Details of the selection: numbers that can be changed, labels, answers, note; the open tab when nothing is selected. */
import { questionTitle } from '../core/titles';
import type { Region } from '../core/types';
import { useDocument, useEditor, useEntry, useLater, useRegion, useRegionFlags, useSelection } from '../react/hooks';
import { Fact, NumberField } from './detail-fields';
import styles from './details.module.css';
import { NoteField } from './NoteField';
import { ActionById } from './parts/ActionButton';
import { Key } from './parts/Key';
import { SeveralRegions } from './SeveralRegions';
import { answerText, duration, personName, when } from './words';

export function Details() {
  const selection = useLater(useSelection());
  const [first] = selection;
  return (
    <div className={styles['details']}>
      {selection.length === 0 && <AboutAnnotation />}
      {selection.length === 1 && first !== undefined && <OneRegion key={first} id={first} />}
      {selection.length > 1 && <SeveralRegions ids={selection} />}
    </div>
  );
}

/** What can be done with the selection, for one region and for several. */
export function SelectionActions() {
  return (
    <div className={styles['actions']} role="toolbar" aria-label="Selection">
      <ActionById id="region.relabel" />
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
  const locked = document.view.isLocked(id);
  return (
    <>
      <header className={styles['head']}>
        <h2 className={styles['title']}>{region.suggested ? 'Suggestion' : `Region ${document.regionNumber(id)}`}</h2>
        <SelectionActions />
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
              <NumberField key={field.key} regions={[region]} field={field} disabled={!able} />
            ))}
          </div>
        )}
        <Answers region={region} />
        <dl className={styles['facts']}>
          {locked && <Fact name="State" value="locked" />}
          {region.readonly && !region.suggested && <Fact name="State" value="read-only in the data" />}
          {region.itemIndex !== undefined && <Fact name="Page" value={String(region.itemIndex + 1)} />}
          {region.score !== undefined && <Fact name="Score" value={region.score.toFixed(3)} />}
          {region.origin !== 'manual' && (
            <Fact name="Origin" value={region.origin === 'prediction' ? 'prediction' : 'prediction, changed'} />
          )}
          {region.parentId !== undefined && <Parent wire={region.parentId} />}
          <Fact name="Id" value={region.wireId} />
        </dl>
        <NoteField regions={[region]} disabled={!able} />
      </div>
    </>
  );
}

/** What perRegion controls say about the region; it is changed where the configuration asks for it. */
function Answers({ region }: { readonly region: Region }) {
  const editor = useEditor();
  const answers = region.facets.flatMap((facet) => {
    const control = editor.config.byName.get(facet.from);
    const isLabels = editor.labels.of(facet.from).length > 0 || editor.isShapeFacet(region, facet);
    return control && !isLabels && facet.answer !== undefined
      ? [{ from: facet.from, title: questionTitle(editor, control), text: answerText(facet.answer) }]
      : [];
  });
  if (answers.length === 0) return null;
  return (
    <dl className={styles['facts']}>
      {answers.map(({ from, title, text }) => (
        <Fact key={from} name={title} value={text} />
      ))}
    </dl>
  );
}

function Parent({ wire }: { readonly wire: string }) {
  const editor = useEditor();
  const document = useDocument();
  const parent = [...document.store.all()].find((one) => one.wireId === wire);
  if (!parent) return null;
  return (
    <div>
      <dt>Below</dt>
      <dd>
        <button
          type="button"
          className={styles['link']}
          onClick={() => {
            document.view.select([parent.id]);
            editor.reveal(parent.id);
          }}
        >
          {document.regionNumber(parent.id)}. {editor.describe(parent).slice(0, 80)}
        </button>
      </dd>
    </div>
  );
}

function AboutAnnotation() {
  const entry = useEntry();
  const editor = useEditor();
  const { annotation, prediction } = entry;
  const who = annotation ? personName(annotation.completed_by, annotation.created_username) : '';
  const title =
    entry.kind === 'state'
      ? 'Earlier state'
      : entry.kind === 'prediction'
        ? `Prediction ${prediction?.id ?? ''}`
        : annotation
          ? `Annotation ${annotation.id}`
          : 'New annotation';
  return (
    <>
      <header className={styles['head']}>
        <h2 className={styles['title']}>{title}</h2>
      </header>
      <div className={styles['body']}>
        <dl className={styles['facts']}>
          {entry.kind === 'state' && <Fact name="What" value={entry.title} />}
          {who && <Fact name="By" value={who} />}
          {annotation?.created_at && <Fact name="Made" value={when(annotation.created_at)} />}
          {annotation?.updated_at && annotation.updated_at !== annotation.created_at && (
            <Fact name="Changed" value={when(annotation.updated_at)} />
          )}
          {annotation && entry.leadTimeBefore >= 1 && <Fact name="Work" value={duration(entry.leadTimeBefore)} />}
          {prediction?.model_version && <Fact name="Model" value={prediction.model_version} />}
          {typeof prediction?.score === 'number' && <Fact name="Score" value={prediction.score.toFixed(3)} />}
          {annotation?.ground_truth && <Fact name="State" value="ground truth" />}
          {annotation?.was_cancelled && <Fact name="State" value="skipped" />}
          {entry.parentPrediction !== null && <Fact name="Made from" value={`prediction ${entry.parentPrediction}`} />}
          {entry.parentAnnotation !== null && <Fact name="Made from" value={`annotation ${entry.parentAnnotation}`} />}
        </dl>
        <ul className={styles['hints']}>
          <li>Select a region to see and change its numbers, labels and note.</li>
          <Hint id="region.select-all" />
          <Hint id="screen.palette" />
          <Hint id="screen.help" />
        </ul>
        {editor.readonly && <ActionById id="annotation.copy" words />}
      </div>
    </>
  );
}

function Hint({ id }: { readonly id: string }) {
  const editor = useEditor();
  const action = editor.actions.get(id);
  const keys = action && editor.actions.shortcutOf(action);
  if (!action || !keys) return null;
  return (
    <li>
      {action.label} <Key keys={keys} />
    </li>
  );
}
