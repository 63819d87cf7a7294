/** Asks how a view is called, and who sees it. */
import { Button, Dialog, RadioGroup, TextField } from '@labelkeep/kit';
import { type FormEvent, useState } from 'react';
import styles from './views.module.css';

export function NameDialog({
  title,
  confirmLabel,
  start = '',
  mayShare = false,
  onSave,
  onClose,
}: {
  title: string;
  confirmLabel: string;
  /** The name that stands there at first. */
  start?: string;
  /** Asks who sees it. */
  mayShare?: boolean;
  onSave: (title: string, isPrivate: boolean) => Promise<void>;
  onClose: () => void;
}) {
  const [name, setName] = useState(start);
  const [who, setWho] = useState('own');
  const [isSaving, setSaving] = useState(false);
  const isGood = name.trim() !== '';
  const save = async () => {
    if (!isGood || isSaving) return;
    setSaving(true);
    await onSave(name.trim(), who === 'own');
  };
  return (
    <Dialog
      title={title}
      isOpen
      onClose={onClose}
      size="small"
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button variant="primary" isDisabled={!isGood} isPending={isSaving} onPress={() => void save()}>
            {confirmLabel}
          </Button>
        </>
      }
    >
      <form
        className={styles.form}
        onSubmit={(event: FormEvent) => {
          event.preventDefault();
          void save();
        }}
      >
        <TextField label="Name" value={name} onChange={setName} autoFocus placeholder="For example: to be checked" />
        {mayShare && (
          <RadioGroup
            label="Who sees it"
            value={who}
            onChange={setWho}
            options={[
              { value: 'own', label: 'Only you', description: 'Each change of it is kept by itself.' },
              {
                value: 'all',
                label: 'Everybody who sees the project',
                description: 'Changes are kept when you save them.',
              },
            ]}
          />
        )}
      </form>
    </Dialog>
  );
}
