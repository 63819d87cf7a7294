/** The organization's link: who has it can make an account, and gets the default role. */
import { api, type Role } from '@labelkeep/api';
import {
  Button,
  ConfirmDialog,
  Copy,
  EmptyState,
  Panel,
  RelativeTime,
  Spinner,
  TextField,
  toast,
} from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { addressOf } from '../../../shared/Picker';
import { aRole } from '../../../shared/people';
import styles from '../organization.module.css';

interface Link {
  invite_url: string | null;
  expires_at?: string | null;
  role?: Role;
}

export function OrganizationLink() {
  const queries = useQueryClient();
  const invite = useQuery({ queryKey: ['invite'], queryFn: () => api.get<Link>('/api/invite') });
  const [asking, setAsking] = useState(false);
  const reset = useMutation({
    mutationFn: () => api.post<Link>('/api/invite/reset-token'),
    onSuccess: (fresh) => {
      queries.setQueryData(['invite'], fresh);
      toast.success('The old link no longer works');
    },
    onError: (error) => toast.error(messageOf(error)),
    onSettled: () => setAsking(false),
  });
  if (invite.isError) {
    return (
      <EmptyState
        title="The link cannot be shown"
        actions={<Button onPress={() => void invite.refetch()}>Try again</Button>}
      >
        {messageOf(invite.error)}
      </EmptyState>
    );
  }
  if (!invite.data) return <Spinner label="Loading the link" />;
  const { invite_url: url, expires_at: end, role } = invite.data;
  // A link lives for a week; when it has ended there is none until a new one is made.
  const link = url ? addressOf(url) : '';
  return (
    <Panel title="One link for everybody">
      <p className={styles.text}>
        Without this link or a personal invitation nobody can make an account here. Who opens it{' '}
        {role ? `becomes ${aRole(role)}` : 'becomes a member'}.{' '}
        {end ? (
          <>
            It ends <RelativeTime value={end} />.
          </>
        ) : (
          'It lives for a week.'
        )}
      </p>
      <div className={styles.link}>
        <TextField
          label="Invitation link"
          value={link}
          onChange={() => undefined}
          isReadOnly
          {...(link ? {} : { description: 'The last link has ended. Make a new one.' })}
        />
        <Button
          icon={<Copy size={16} />}
          isDisabled={!link}
          onPress={() => {
            void navigator.clipboard.writeText(link).then(
              () => toast.success('Copied'),
              () => toast.error('The browser did not allow copying. Select the text and copy it.'),
            );
          }}
        >
          Copy
        </Button>
        <Button onPress={() => setAsking(true)}>Make a new link</Button>
      </div>
      <ConfirmDialog
        title="Make a new link?"
        isOpen={asking}
        onClose={() => setAsking(false)}
        onConfirm={() => reset.mutate()}
        isPending={reset.isPending}
        confirmLabel="Make a new link"
        danger
      >
        The present link stops working at once, also for people who already have it.
      </ConfirmDialog>
    </Panel>
  );
}
