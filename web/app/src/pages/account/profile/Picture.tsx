/** One's picture: put up, replaced, or taken away. Small enough files alone are sent. */
import { api, type User } from '@labelkeep/api';
import { Avatar, Button, FileButton, toast } from '@labelkeep/kit';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { messageOf } from '../../../shared/errors';
import styles from '../account.module.css';

/** What the server takes, in bytes. */
const LARGEST = 1_048_576;

export function Picture({ me }: { me: User }) {
  const queries = useQueryClient();
  const path = `/api/users/${me.id}/avatar/`;
  const change = useMutation({
    mutationFn: async (file: File | undefined) => {
      if (!file) return api.delete(path);
      if (file.size > LARGEST) throw new Error('The picture is larger than 1 MB. Choose a smaller one.');
      const form = new FormData();
      form.append('avatar', file);
      return api.upload(path, form);
    },
    onSuccess: () => queries.invalidateQueries({ queryKey: ['me'] }),
    onError: (error) => toast.error(messageOf(error)),
  });
  const name = `${me.first_name} ${me.last_name}`.trim() || me.email;
  return (
    <div className={styles.picture}>
      <Avatar name={name} picture={me.avatar} size="large" />
      <div>
        <div className={styles.buttons}>
          <FileButton
            accept={['.png', '.jpg', '.jpeg', '.gif']}
            isPending={change.isPending}
            onFile={(file) => change.mutate(file)}
          >
            {me.avatar ? 'Replace the picture' : 'Add a picture'}
          </FileButton>
          {me.avatar && (
            <Button isPending={change.isPending} onPress={() => change.mutate(undefined)}>
              Remove the picture
            </Button>
          )}
        </div>
        <p className={styles.note}>PNG, JPEG or GIF, at most 1 MB and 1,200 × 1,200 pixels.</p>
      </div>
    </div>
  );
}
