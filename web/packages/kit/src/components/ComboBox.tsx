/** One of many: a field in which one types to find it. */
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  ComboBox as AriaComboBox,
  Group,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
} from 'react-aria-components';
import { Check, ChevronDown } from '../icons';
import styles from './fields.module.css';
import overlay from './overlay.module.css';

export interface ComboBoxOption {
  id: string;
  label: string;
  description?: string;
  icon?: ReactNode;
}

export interface ComboBoxProps {
  label: string;
  options: readonly ComboBoxOption[];
  /** Empty: nothing is chosen yet. */
  value: string;
  onChange: (value: string) => void;
  isLabelHidden?: boolean;
  placeholder?: string;
}

export function ComboBox({ label, options, value, onChange, isLabelHidden = false, placeholder }: ComboBoxProps) {
  return (
    <AriaComboBox
      className={styles.field ?? ''}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
      defaultItems={options}
      value={value === '' ? null : value}
      onChange={(key) => key !== null && onChange(String(key))}
      menuTrigger="focus"
    >
      {!isLabelHidden && <Label>{label}</Label>}
      <Group className={styles.combo ?? ''}>
        <Input {...(placeholder ? { placeholder } : {})} />
        <AriaButton>
          <ChevronDown size={16} aria-hidden="true" />
        </AriaButton>
      </Group>
      <Popover className={overlay.popover ?? ''}>
        <ListBox<ComboBoxOption> renderEmptyState={() => <span className={styles.none}>Nothing fits.</span>}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.label} className={overlay.item ?? ''}>
              {option.icon}
              <span className={overlay.grow}>
                <bdi>{option.label}</bdi>
                {option.description && <small>{option.description}</small>}
              </span>
              {option.id === value && <Check size={14} aria-hidden="true" />}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaComboBox>
  );
}
