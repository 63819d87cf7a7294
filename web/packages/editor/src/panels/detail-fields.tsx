/** Fields of the details panel: facts, and numbers of one or several regions. */
import type { GeometryField } from '../core/tag';
import type { Region } from '../core/types';
import { useDocument, useEditor } from '../react/hooks';
import styles from './details.module.css';
import { shownNumber } from './words';

export function Fact({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

/** A number of a shape. With several regions it is the common one, or empty; what is typed is set on all. */
export function NumberField({
  regions,
  field,
  disabled,
}: {
  readonly regions: readonly Region[];
  readonly field: GeometryField;
  readonly disabled: boolean;
}) {
  const document = useDocument();
  const editor = useEditor();
  const values = new Set(regions.map((region) => shownNumber(field.get(region.geometry))));
  const [only] = values;
  const shown = values.size === 1 && only !== undefined ? only : '';
  const { set } = field;
  const commit = (text: string) => {
    const next = Number(text);
    if (!set || text.trim() === '' || !Number.isFinite(next) || text === shown) return;
    const least = field.min ?? Number.NEGATIVE_INFINITY;
    const clamped = Math.max(least, Math.min(field.max ?? Number.POSITIVE_INFINITY, next));
    const label = regions.length === 1 ? `Set ${field.label}` : `Set ${field.label} of ${regions.length} regions`;
    document.edit(label, (edit) => {
      for (const { id, object } of regions) {
        const region = edit.get(id);
        if (!region || !document.canChange(id)) continue;
        const typed = set(region.geometry, clamped);
        edit.setGeometry(id, editor.objects.get(object)?.fitGeometry?.(typed) ?? typed);
      }
    });
  };
  return (
    <label className={styles['field']}>
      <span>{field.label}</span>
      <input
        // A number that is changed from outside (a drag, an undo) shows at once.
        key={shown}
        type="number"
        defaultValue={shown}
        placeholder={values.size > 1 ? 'differ' : undefined}
        step={field.step ?? 'any'}
        disabled={disabled || !set || field.editable === false}
        onBlur={(event) => commit(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && commit(event.currentTarget.value)}
      />
      {field.unit && <span className={styles['unit']}>{field.unit}</span>}
    </label>
  );
}
