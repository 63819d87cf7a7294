/** What has ended while one was elsewhere: imports, exports, actions. Seen once the panel is open; by mail, too, for who wants that. */
import { api } from '@labelkeep/api';
import {
  AlertTriangle,
  Bell as BellIcon,
  Check,
  Checkbox,
  IconButton,
  Popover,
  RelativeTime,
  toast,
  X,
} from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../shared/errors';
import { AppLink } from '../shared/navigation';
import styles from './bell.module.css';

interface Notification {
  id: number;
  state: 'done' | 'failed' | 'cancelled';
  title: string;
  text: string;
  /** A path of the app. */
  link: string;
  created_at: string;
  is_read: boolean;
}

interface Told {
  /** Newest first. */
  results: Notification[];
  by_mail: boolean;
}

const PATH = '/api/notifications/';
const KEY = ['notifications'];
/** Milliseconds between two looks. */
const AGAIN = 30_000;

const ICONS = { done: Check, failed: AlertTriangle, cancelled: X };
const STATES = { done: 'Done', failed: 'Failed', cancelled: 'Cancelled' };

export function Bell({ hasMail }: { hasMail: boolean }) {
  const queries = useQueryClient();
  const [isOpen, setOpen] = useState(false);
  /** Those that were new when the panel was opened stay marked while it is. */
  const [fresh, setFresh] = useState<ReadonlySet<number>>(new Set());
  const told = useQuery({
    queryKey: KEY,
    queryFn: () => api.get<Told>(PATH, undefined, { isBackground: true }),
    refetchInterval: AGAIN,
  });
  const change = useMutation({
    mutationFn: (body: { read_up_to?: number; by_mail?: boolean }) => api.patch<Told>(PATH, body),
    onSuccess: (after) => queries.setQueryData(KEY, after),
    onError: (error) => toast.error(messageOf(error)),
  });
  const list = told.data?.results ?? [];
  const unread = list.filter((entry) => !entry.is_read);
  const open = (opens: boolean) => {
    setOpen(opens);
    if (!opens) return;
    setFresh(new Set(unread.map(({ id }) => id)));
    const [newest] = unread;
    if (newest) change.mutate({ read_up_to: newest.id });
  };
  const label = unread.length > 0 ? `Notifications: ${unread.length} new` : 'Notifications';
  return (
    <Popover
      label="Notifications"
      isOpen={isOpen}
      onOpenChange={open}
      placement="bottom end"
      trigger={
        <IconButton
          label={label}
          icon={
            <span className={styles.bell} data-new={unread.length > 0 || undefined}>
              <BellIcon size={16} />
            </span>
          }
        />
      }
    >
      <div className={styles.panel}>
        <h2 className={styles.title}>Notifications</h2>
        {told.isError && list.length === 0 && <p className={styles.nothing}>{messageOf(told.error)}</p>}
        {told.data && list.length === 0 && (
          <p className={styles.nothing}>Imports, exports and actions that take a while are told here when they end.</p>
        )}
        {list.length > 0 && (
          <ul className={styles.list}>
            {list.map((entry) => (
              <Entry key={entry.id} entry={entry} isNew={fresh.has(entry.id)} onFollow={() => setOpen(false)} />
            ))}
          </ul>
        )}
        {hasMail && told.data && (
          <div className={styles.choice}>
            <Checkbox isSelected={told.data.by_mail} onChange={(by_mail) => change.mutate({ by_mail })}>
              Also by mail
            </Checkbox>
          </div>
        )}
      </div>
    </Popover>
  );
}

function Entry({ entry, isNew, onFollow }: { entry: Notification; isNew: boolean; onFollow: () => void }) {
  const Icon = ICONS[entry.state];
  return (
    <li className={styles.entry} data-state={entry.state}>
      <Icon size={16} aria-label={STATES[entry.state]} />
      <div className={styles.words}>
        <AppLink href={entry.link} className={styles.link} onFollow={onFollow}>
          <bdi>{entry.title}</bdi>
        </AppLink>
        <span className={styles.text}>
          <bdi>{entry.text}</bdi>
        </span>
        <RelativeTime value={entry.created_at} />
      </div>
      {isNew && <span className={styles.dot} role="img" aria-label="New" />}
    </li>
  );
}
