/** Invites several addresses at once; where the server sends no mail, or is told not to, shows a link for each, once. */
import { ApiError, api, type Role } from '@labelkeep/api';
import { Button, Dialog, Select, Switch, TextArea } from '@labelkeep/kit';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { messageOf } from '../../../shared/errors';
import { may } from '../../../shared/me';
import { counted } from '../../../shared/numbers';
import { addressOf, type Choice, loadProjects, Picker, ShownOnce } from '../../../shared/Picker';
import { givable, roleOptions } from '../../../shared/people';
import { defaultRoleQuery } from '../../../shared/roles';
import { loadWorkspaces } from '../../../shared/workspaces';
import type { SectionProps } from '../index';
import styles from '../organization.module.css';
import type { Invitation } from './PersonalInvitations';

/** Addresses of one request, as the server takes them. */
const MOST = 100;

export function InviteDialog({ organization, me, onClose }: SectionProps & { onClose: () => void }) {
  const queries = useQueryClient();
  const [text, setText] = useState('');
  const [chosenRole, setRole] = useState<Role>();
  const [projects, setProjects] = useState<Choice[]>([]);
  const [workspaces, setWorkspaces] = useState<Choice[]>([]);
  const [mails, setMails] = useState(true);
  const fallback = useQuery(defaultRoleQuery(organization));
  const areRolesOn = fallback.data !== undefined && fallback.data.default_role !== 'ME';
  const role = chosenRole ?? fallback.data?.default_role ?? 'AN';
  const emails = [...new Set(text.split(/[\s,;]+/).filter(Boolean))];
  const invite = useMutation({
    mutationFn: () =>
      api.post<{ invitations: Invitation[] }>('/api/invite/send-email', {
        emails,
        role,
        projects: projects.map(({ id }) => id),
        workspaces: workspaces.map(({ id }) => id),
        send: mails && (me.mail_enabled ?? false),
      }),
    onSuccess: () =>
      Promise.all(
        ['invitations', 'default-role', 'invite'].map((name) => queries.invalidateQueries({ queryKey: [name] })),
      ),
  });
  if (invite.data) return <Made invitations={invite.data.invitations} onClose={onClose} />;
  const fields = invite.error instanceof ApiError ? invite.error.fields : {};
  const problem = fields.emails?.join(' ') ?? (emails.length > MOST ? `At most ${MOST} at once.` : undefined);
  return (
    <Dialog
      title="Invite people"
      isOpen
      onClose={onClose}
      isKept={invite.isPending}
      footer={
        <>
          <Button onPress={onClose}>Cancel</Button>
          <Button
            variant="primary"
            isDisabled={emails.length === 0 || emails.length > MOST}
            isPending={invite.isPending}
            onPress={() => invite.mutate()}
          >
            {emails.length > 0 ? `Invite ${counted(emails.length, 'person', 'people')}` : 'Invite'}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <TextArea
          label="E-mail addresses"
          description="One a line, or separated by commas."
          value={text}
          onChange={(value) => {
            setText(value);
            invite.reset();
          }}
          {...(problem ? { errorMessage: problem } : {})}
        />
        <Select
          label="Role"
          value={role}
          onChange={(value) => setRole(value as Role)}
          options={roleOptions(givable(me.role, areRolesOn ? ['AD', 'MA', 'RE', 'AN'] : undefined))}
        />
        {fallback.data?.default_role === 'ME' && role !== 'ME' && (
          <p className={styles.warning}>
            Roles are off so far. With this first role, people who join later by the link become annotators.
          </p>
        )}
        <Picker
          label="Projects"
          placeholder="Find a project"
          queryKey={['projects']}
          load={loadProjects}
          chosen={projects}
          onChange={setProjects}
          emptyText="There is no project yet."
        />
        {may(me, 'WorkspaceChange') && (
          <Picker
            label="Workspaces"
            placeholder="Find a workspace"
            queryKey={['workspaces']}
            load={loadWorkspaces}
            chosen={workspaces}
            onChange={setWorkspaces}
            emptyText="There is no shared workspace yet."
          />
        )}
        {me.mail_enabled ? (
          <Switch isSelected={mails} onChange={setMails} description="Else you get a link for each, to send yourself.">
            Send the invitations by mail
          </Switch>
        ) : (
          <p className={styles.muted}>This server sends no mail: you get a link for each person, to send yourself.</p>
        )}
        {invite.isError && !fields.emails && (
          <p role="alert" className={styles.error}>
            {messageOf(invite.error)}
          </p>
        )}
      </div>
    </Dialog>
  );
}

/** What was made; links are shown now and never again. */
function Made({ invitations, onClose }: { invitations: Invitation[]; onClose: () => void }) {
  const links = invitations.filter(({ invite_url: url }) => url);
  const sent = invitations.length - links.length;
  return (
    <Dialog
      title={counted(invitations.length, 'invitation')}
      isOpen
      isKept={links.length > 0}
      onClose={onClose}
      footer={
        <Button variant="primary" onPress={onClose}>
          Done
        </Button>
      }
    >
      <div className={styles.form}>
        {sent > 0 && <p>{counted(sent, 'mail')} on the way.</p>}
        {links.length > 0 && (
          <p className={styles.warning}>
            Copy the {links.length === 1 ? 'link' : 'links'} now: nobody can show {links.length === 1 ? 'it' : 'them'}{' '}
            again. Each works once, for the address beside it.
          </p>
        )}
        {links.map(({ id, email, invite_url: url }) => (
          <ShownOnce key={id} label={email} value={addressOf(url ?? '')} />
        ))}
      </div>
    </Dialog>
  );
}
