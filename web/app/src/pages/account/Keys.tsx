/** Keys of the labeling editor that the person has changed, and light or dark. Keys are set where they are used; here they can be taken back. */
import { api, type User } from '@labelkeep/api';
import { Button, Kbd, Panel, RadioGroup, toast } from '@labelkeep/kit';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { messageOf } from '../../shared/errors';
import { readableKeys } from '../../shell/keys';
import { setTheme, type Theme, useTheme } from '../../shell/theme';
import styles from './account.module.css';

interface Hotkey {
  key: string;
  active?: boolean;
}

export function KeysAndLook({ me }: { me: User }) {
  return (
    <>
      <Keys me={me} />
      <Appearance />
    </>
  );
}

function Keys({ me }: { me: User }) {
  const queries = useQueryClient();
  const save = useMutation({
    mutationFn: (hotkeys: Record<string, Hotkey>) =>
      api.patch('/api/current-user/hotkeys/', { custom_hotkeys: hotkeys }),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['me'] }),
    onError: (error) => toast.error(messageOf(error)),
  });
  const own = Object.entries(me.custom_hotkeys as Record<string, Hotkey>);
  return (
    <Panel
      title="Keys"
      actions={
        own.length > 1 && (
          <Button size="small" isPending={save.isPending} onPress={() => save.mutate({})}>
            Back to the defaults
          </Button>
        )
      }
    >
      {own.length === 0 ? (
        <p className={styles.note}>
          Every key has its default. While labeling, <Kbd>?</Kbd> shows them and lets you change them.
        </p>
      ) : (
        <ul className={styles.keys}>
          {own.map(([id, hotkey]) => (
            <li key={id}>
              <span>{nameOf(id)}</span>
              {hotkey.active === false ? 'off' : <Kbd>{readableKeys(hotkey.key)}</Kbd>}
              <Button
                size="small"
                variant="quiet"
                isDisabled={save.isPending}
                onPress={() => save.mutate(Object.fromEntries(own.filter(([other]) => other !== id)))}
              >
                Back to default
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Panel>
  );
}

function Appearance() {
  const theme = useTheme();
  return (
    <Panel title="Appearance">
      <RadioGroup
        label="Theme"
        value={theme}
        onChange={(value) => setTheme(value as Theme)}
        options={[
          { value: 'light', label: 'Light' },
          { value: 'dark', label: 'Dark' },
          { value: 'auto', label: 'As the system' },
        ]}
      />
    </Panel>
  );
}

/** `annotation:submit-and-exit` is `Annotation: submit and exit`. */
function nameOf(id: string): string {
  const text = id.replace(':', ': ').replace(/[-_.]/g, ' ');
  return text.charAt(0).toUpperCase() + text.slice(1);
}
