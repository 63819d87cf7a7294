/** Fields: text, numbers, choices. Each has a label that everybody gets, help, and an error that says what to do. */
import type { ReactNode } from 'react';
import {
  Button as AriaButton,
  Checkbox as AriaCheckbox,
  NumberField as AriaNumberField,
  RadioGroup as AriaRadioGroup,
  SearchField as AriaSearchField,
  Select as AriaSelect,
  Switch as AriaSwitch,
  TextArea as AriaTextArea,
  TextField as AriaTextField,
  FieldError,
  Group,
  Input,
  Label,
  ListBox,
  ListBoxItem,
  Popover,
  Radio,
  SelectValue,
  Text,
} from 'react-aria-components';
import { Check, ChevronDown, Search, X } from '../icons';
import styles from './fields.module.css';
import overlay from './overlay.module.css';

export interface TextFieldProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  description?: string;
  errorMessage?: string;
  isRequired?: boolean;
  type?: 'text' | 'email' | 'password' | 'url' | 'date' | 'datetime-local';
  placeholder?: string;
  autoFocus?: boolean;
  isReadOnly?: boolean;
  /** Read aloud, but not shown: in a line of fields that explain each other. */
  isLabelHidden?: boolean;
  /** The keys that a telephone shows. */
  inputMode?: 'decimal' | 'numeric';
  /** What password managers and telephones fill in: `current-password`, `new-password`, `one-time-code`. */
  autoComplete?: string;
}

function Help({ description, errorMessage }: { description?: string | undefined; errorMessage?: string | undefined }) {
  return (
    <>
      {description && !errorMessage && (
        <Text slot="description" className={styles.help ?? ''}>
          {description}
        </Text>
      )}
      <FieldError className={styles.error ?? ''}>{errorMessage}</FieldError>
    </>
  );
}

export function TextField({
  label,
  value,
  onChange,
  description,
  errorMessage,
  isRequired = false,
  type = 'text',
  placeholder,
  autoFocus = false,
  isReadOnly = false,
  isLabelHidden = false,
  inputMode,
  autoComplete,
}: TextFieldProps) {
  return (
    <AriaTextField
      className={styles.field ?? ''}
      value={value}
      onChange={onChange}
      type={type}
      isRequired={isRequired}
      isReadOnly={isReadOnly}
      isInvalid={errorMessage !== undefined}
      autoFocus={autoFocus}
      {...(autoComplete ? { autoComplete } : {})}
      {...(inputMode ? { inputMode } : {})}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
    >
      {!isLabelHidden && <Label>{label}</Label>}
      <Input className={styles.input ?? ''} {...(placeholder ? { placeholder } : {})} />
      <Help description={description} errorMessage={errorMessage} />
    </AriaTextField>
  );
}

export function TextArea({
  label,
  value,
  onChange,
  description,
  errorMessage,
  isRequired = false,
  placeholder,
  rows = 3,
}: Omit<TextFieldProps, 'type'> & { rows?: number }) {
  return (
    <AriaTextField
      className={styles.field ?? ''}
      value={value}
      onChange={onChange}
      isRequired={isRequired}
      isInvalid={errorMessage !== undefined}
    >
      <Label>{label}</Label>
      <AriaTextArea className={styles.area ?? ''} rows={rows} {...(placeholder ? { placeholder } : {})} />
      <Help description={description} errorMessage={errorMessage} />
    </AriaTextField>
  );
}

export interface NumberFieldProps {
  label: string;
  value: number;
  onChange: (value: number) => void;
  minValue?: number;
  maxValue?: number;
  description?: string;
}

export function NumberField({ label, value, onChange, minValue, maxValue, description }: NumberFieldProps) {
  return (
    <AriaNumberField
      className={styles.field ?? ''}
      value={value}
      onChange={(number) => Number.isFinite(number) && onChange(number)}
      {...(minValue !== undefined ? { minValue } : {})}
      {...(maxValue !== undefined ? { maxValue } : {})}
    >
      <Label>{label}</Label>
      <Group className={styles.number ?? ''}>
        <AriaButton slot="decrement">−</AriaButton>
        <Input />
        <AriaButton slot="increment">+</AriaButton>
      </Group>
      <Help description={description} />
    </AriaNumberField>
  );
}

export interface SearchFieldProps {
  /** Read aloud; not shown. */
  label: string;
  value: string;
  onChange: (value: string) => void;
  placeholder?: string;
}

export function SearchField({ label, value, onChange, placeholder }: SearchFieldProps) {
  return (
    <AriaSearchField className={styles.search ?? ''} aria-label={label} value={value} onChange={onChange}>
      <Search size={16} aria-hidden="true" />
      <Input {...(placeholder ? { placeholder } : {})} />
      <AriaButton className={styles.clear ?? ''} aria-label="Clear">
        <X size={14} />
      </AriaButton>
    </AriaSearchField>
  );
}

export interface SelectProps {
  label: string;
  options: { id: string; label: string; description?: string }[];
  value: string;
  onChange: (value: string) => void;
  description?: string;
  isLabelHidden?: boolean;
  isDisabled?: boolean;
}

export function Select({
  label,
  options,
  value,
  onChange,
  description,
  isLabelHidden = false,
  isDisabled = false,
}: SelectProps) {
  return (
    <AriaSelect
      className={styles.field ?? ''}
      {...(isLabelHidden ? { 'aria-label': label } : {})}
      value={value}
      onChange={(key) => onChange(String(key))}
      isDisabled={isDisabled}
    >
      {!isLabelHidden && <Label>{label}</Label>}
      <AriaButton className={styles.select ?? ''}>
        <SelectValue>{options.find((option) => option.id === value)?.label}</SelectValue>
        <ChevronDown size={16} aria-hidden="true" />
      </AriaButton>
      <Help description={description} />
      <Popover className={overlay.popover ?? ''}>
        <ListBox items={options}>
          {(option) => (
            <ListBoxItem id={option.id} textValue={option.label} className={overlay.item ?? ''}>
              <span className={overlay.grow}>
                {option.label}
                {option.description && <small>{option.description}</small>}
              </span>
              {option.id === value && <Check size={14} aria-hidden="true" />}
            </ListBoxItem>
          )}
        </ListBox>
      </Popover>
    </AriaSelect>
  );
}

export interface ToggleProps {
  isSelected: boolean;
  onChange: (isSelected: boolean) => void;
  children?: ReactNode;
  description?: string;
  isDisabled?: boolean;
}

export function Checkbox({
  isSelected,
  onChange,
  children,
  label,
  isDisabled = false,
}: ToggleProps & {
  /** For a box without a text beside it, as in a table. */
  label?: string;
}) {
  return (
    <AriaCheckbox
      className={styles.toggle ?? ''}
      isSelected={isSelected}
      onChange={onChange}
      isDisabled={isDisabled}
      {...(label ? { 'aria-label': label } : {})}
    >
      <span className={styles.box}>{isSelected && <Check size={12} strokeWidth={3} />}</span>
      {children && <span>{children}</span>}
    </AriaCheckbox>
  );
}

export function Switch({ isSelected, onChange, children, description, isDisabled = false }: ToggleProps) {
  return (
    <AriaSwitch className={styles.toggle ?? ''} isSelected={isSelected} onChange={onChange} isDisabled={isDisabled}>
      <span className={styles.switch} />
      <span>
        {children}
        {description && <small>{description}</small>}
      </span>
    </AriaSwitch>
  );
}

export interface RadioGroupProps {
  label: string;
  value: string;
  onChange: (value: string) => void;
  options: { value: string; label: string; description?: string }[];
}

export function RadioGroup({ label, value, onChange, options }: RadioGroupProps) {
  return (
    <AriaRadioGroup className={styles.radios ?? ''} value={value} onChange={onChange}>
      <Label>{label}</Label>
      {options.map((option) => (
        <Radio key={option.value} value={option.value} className={styles.toggle ?? ''}>
          <span className={styles.radio} />
          <span>
            {option.label}
            {option.description && <small>{option.description}</small>}
          </span>
        </Radio>
      ))}
    </AriaRadioGroup>
  );
}
