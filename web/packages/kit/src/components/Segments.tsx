/** A few choices beside each other, one of which holds. */
import type { ReactNode } from 'react';
import { ToggleButton, ToggleButtonGroup } from 'react-aria-components';
import styles from './button.module.css';
import { Tooltip } from './Tooltip';

export interface SegmentsProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  /** With an icon the label is read aloud and shown on hover; without one it is what stands there. */
  options: readonly { id: string; label: string; icon?: ReactNode }[];
}

export function Segments({ label, value, onChange, options }: SegmentsProps) {
  return (
    <ToggleButtonGroup
      aria-label={label}
      className={styles.segments ?? ''}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        const [key] = keys;
        if (key !== undefined) onChange(String(key));
      }}
    >
      {options.map((option) =>
        option.icon ? (
          <Tooltip key={option.id} text={option.label}>
            <ToggleButton id={option.id} aria-label={option.label} className={styles.segment ?? ''}>
              {option.icon}
            </ToggleButton>
          </Tooltip>
        ) : (
          <ToggleButton key={option.id} id={option.id} className={styles.segment ?? ''}>
            {option.label}
          </ToggleButton>
        ),
      )}
    </ToggleButtonGroup>
  );
}
