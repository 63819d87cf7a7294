/** What an action asks before it begins: a confirmation, and the fields of its form. */
import { api, type DataAction, type FormField, type FormSection } from '@labelkeep/api';
import { Button, Checkbox, ComboBox, Dialog, SearchField, Select, Spinner, TextField } from '@labelkeep/kit';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import styles from './actions.module.css';

export interface ActionDialogProps {
  project: number;
  action: DataAction;
  /** What it is about: `12 tasks`. */
  amount: string;
  onRun: (fields: Record<string, unknown>) => Promise<boolean>;
  onClose: () => void;
}

/** Whether the action has a form, which may be fetched apart. */
export function hasForm(action: DataAction): boolean {
  const form = action.dialog?.form;
  return form === null || (form?.some(({ fields }) => fields.length > 0) ?? false);
}

export function ActionDialog({ project, action, amount, onRun, onClose }: ActionDialogProps) {
  const own = action.dialog?.form;
  const form = useQuery({
    queryKey: ['action-form', project, action.id],
    queryFn: () => api.get<FormSection[]>(`/api/dm/actions/${action.id}/form/`, { project }),
    enabled: own === null,
    gcTime: 0,
    staleTime: 0,
  });
  const sections = own ?? form.data ?? [];
  const fields = sections.flatMap((section) => section.fields);
  const [values, setValues] = useState<Record<string, unknown>>({});
  const [isRunning, setRunning] = useState(false);
  const read = (field: FormField) => values[field.name] ?? startOf(field);
  const isMissing = fields.some((field) => field.required && isNothing(read(field)));
  const isWaiting = own === null && !form.data;
  const run = async () => {
    setRunning(true);
    const body = Object.fromEntries(
      fields.flatMap((field) => {
        const value = read(field);
        return isNothing(value) ? [] : [[field.name, value]];
      }),
    );
    if (await onRun(body)) onClose();
    else setRunning(false);
  };
  return (
    <Dialog
      title={action.dialog?.title ?? action.title}
      isOpen
      onClose={onClose}
      size={fields.length > 0 ? 'medium' : 'small'}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            variant={action.deletes ? 'danger' : 'primary'}
            isDisabled={isWaiting || isMissing}
            isPending={isRunning}
            onPress={() => void run()}
          >
            {`${action.title}: ${amount}`}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        {action.dialog?.text && <p className={styles.text}>{action.dialog.text}</p>}
        {action.deletes && <p className={styles.text}>What is deleted can be restored from the trash for 30 days.</p>}
        {isWaiting && form.isError && <p role="alert">{messageOf(form.error)}</p>}
        {isWaiting && !form.isError && <Spinner label="Looking what there is to choose" />}
        {fields.map((field) => (
          <Field
            key={field.name}
            field={field}
            value={read(field)}
            onChange={(value) => setValues((known) => ({ ...known, [field.name]: value }))}
          />
        ))}
      </div>
    </Dialog>
  );
}

function startOf(field: FormField): unknown {
  if (field.value !== undefined && field.value !== null) return field.value;
  if (field.type === 'checkbox') return false;
  return field.multiple ? [] : '';
}

function isNothing(value: unknown): boolean {
  return value === '' || value === undefined || value === null || (Array.isArray(value) && value.length === 0);
}

/** Options beyond which one is found by typing. */
const MANY = 12;

function Field({ field, value, onChange }: { field: FormField; value: unknown; onChange: (value: unknown) => void }) {
  if (field.type === 'checkbox') {
    return (
      <Checkbox isSelected={value === true} onChange={onChange}>
        {field.label}
      </Checkbox>
    );
  }
  if (field.type === 'select') {
    const options = (field.options ?? []).map((option) =>
      typeof option === 'string' ? { value: option, label: option } : option,
    );
    if (field.multiple) return <Several field={field} options={options} value={value} onChange={onChange} />;
    const all = field.required
      ? options
      : [{ value: '', label: field.placeholder ?? 'Not chosen' }, ...options.filter((option) => option.value !== '')];
    return field.searchable && options.length > MANY ? (
      <ComboBox
        label={field.label}
        value={String(value)}
        onChange={onChange}
        {...(field.placeholder ? { placeholder: field.placeholder } : {})}
        options={options.map((option) => ({ id: String(option.value), label: option.label }))}
      />
    ) : (
      <Select
        label={field.label}
        value={String(value)}
        onChange={onChange}
        options={all.map((option) => ({ id: String(option.value), label: option.label }))}
      />
    );
  }
  return (
    <TextField
      label={field.label}
      value={String(value)}
      onChange={(text) => {
        const number = Number(text);
        onChange(field.type === 'number' && text.trim() !== '' && Number.isFinite(number) ? number : text);
      }}
      {...(field.type === 'number' ? { inputMode: 'decimal' as const } : {})}
      {...(field.placeholder ? { placeholder: field.placeholder } : {})}
      isRequired={field.required ?? false}
    />
  );
}

/** Several of a list, which may be long. */
function Several({
  field,
  options,
  value,
  onChange,
}: {
  field: FormField;
  options: readonly { value: string; label: string }[];
  value: unknown;
  onChange: (value: unknown) => void;
}) {
  const [search, setSearch] = useState('');
  const chosen = Array.isArray(value) ? value : [];
  const wanted = search.trim().toLowerCase();
  const found = options.filter(({ label }) => label.toLowerCase().includes(wanted));
  return (
    <fieldset className={styles.several}>
      <legend>{field.label}</legend>
      {options.length === 0 && <p className={styles.text}>There is nothing to choose.</p>}
      {options.length > MANY && (
        <SearchField label={`Find in ${field.label}`} placeholder="Find" value={search} onChange={setSearch} />
      )}
      <div className={styles.options}>
        {found.map((option) => (
          <Checkbox
            key={option.value}
            isSelected={chosen.includes(option.value)}
            onChange={(on) =>
              onChange(on ? [...chosen, option.value] : chosen.filter((other) => other !== option.value))
            }
          >
            <bdi>{option.label}</bdi>
          </Checkbox>
        ))}
        {options.length > 0 && found.length === 0 && <p className={styles.text}>Nothing fits “{search}”.</p>}
      </div>
    </fieldset>
  );
}
