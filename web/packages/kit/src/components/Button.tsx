/** Buttons say what happens. */
import type { ReactNode } from 'react';
import { Button as AriaButton, Link } from 'react-aria-components';
import styles from './button.module.css';
import { Tooltip } from './Tooltip';

export type ButtonVariant = 'primary' | 'secondary' | 'quiet' | 'danger';

export interface ButtonProps {
  /** `primary` once a page; `danger` where something is lost. */
  variant?: ButtonVariant;
  size?: 'small' | 'medium';
  icon?: ReactNode;
  /** The key that does the same, as people read it. */
  shortcut?: string;
  isDisabled?: boolean;
  /** Works: shows it, and takes no further press. */
  isPending?: boolean;
  type?: 'button' | 'submit';
  /** Read aloud instead of the text, where the text says what it does only beside others: begins with the text. */
  label?: string;
  onPress?: () => void;
  children?: ReactNode;
}

export function Button({
  variant = 'secondary',
  size = 'medium',
  icon,
  shortcut,
  isDisabled = false,
  isPending = false,
  type = 'button',
  label,
  onPress,
  children,
}: ButtonProps) {
  const button = (
    // Not the pending state of react-aria: it announces the button by its id, which is gone when the answer takes the button away.
    <AriaButton
      type={isPending ? 'button' : type}
      className={styles.button ?? ''}
      data-variant={variant}
      data-size={size}
      data-busy={isPending || undefined}
      isDisabled={isDisabled}
      {...(isPending ? { 'aria-disabled': true } : {})}
      {...(label ? { 'aria-label': label } : {})}
      {...(onPress && !isPending ? { onPress } : {})}
    >
      {icon}
      <span className={styles.text}>{children}</span>
      {isPending && <span className={styles.spinner} aria-hidden="true" />}
    </AriaButton>
  );
  return shortcut ? (
    <Tooltip text={typeof children === 'string' ? children : ''} shortcut={shortcut}>
      {button}
    </Tooltip>
  ) : (
    button
  );
}

export interface IconButtonProps {
  /** What it does; read aloud and shown on hover. */
  label: string;
  icon: ReactNode;
  onPress?: () => void;
  isDisabled?: boolean;
  shortcut?: string;
  /** Stands in a list that has keys of its own: Tab passes it by. */
  isExcludedFromTab?: boolean;
}

export function IconButton({
  label,
  icon,
  onPress,
  isDisabled = false,
  shortcut,
  isExcludedFromTab = false,
}: IconButtonProps) {
  return (
    <Tooltip text={label} {...(shortcut ? { shortcut } : {})}>
      <AriaButton
        aria-label={label}
        className={styles.icon ?? ''}
        isDisabled={isDisabled}
        excludeFromTabOrder={isExcludedFromTab}
        {...(onPress ? { onPress } : {})}
      >
        {icon}
      </AriaButton>
    </Tooltip>
  );
}

export interface LinkButtonProps {
  href: string;
  variant?: ButtonVariant;
  icon?: ReactNode;
  children?: ReactNode;
}

/** Looks like a button, and is a link: it can be opened in another tab. */
export function LinkButton({ href, variant = 'secondary', icon, children }: LinkButtonProps) {
  return (
    <Link href={href} className={styles.button ?? ''} data-variant={variant} data-size="medium">
      {icon}
      <span className={styles.text}>{children}</span>
    </Link>
  );
}
