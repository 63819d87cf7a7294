/** What is shown, in words; and what to do with changes that nobody has kept yet. */
import { Button } from '@labelkeep/kit';
import { useState } from 'react';
import { WHOLE } from '../model/view';
import type { ViewState } from '../use-view-state';
import type { Views } from '../use-views';
import { NameDialog } from '../views/NameDialog';
import styles from './toolbar.module.css';

export interface ViewSentenceProps {
  /** Empty: nothing is left out. */
  sentence: string;
  state: ViewState;
  views: Views;
  mayShare: boolean;
  onMade: (view: number) => void;
}

export function ViewSentence({ sentence, state, views, mayShare, onMade }: ViewSentenceProps) {
  const [isNaming, setNaming] = useState(false);
  const { view, isChanged } = state;
  const mayKeep = views.list !== undefined && isChanged;
  if (sentence === '' && !mayKeep) return null;
  return (
    <div className={styles.sentence}>
      {sentence !== '' && (
        <>
          <p title={sentence}>
            <bdi>{sentence}</bdi>
          </p>
          <Button size="small" variant="quiet" onPress={() => state.setSlice(WHOLE)}>
            Show all
          </Button>
        </>
      )}
      {mayKeep && (
        <>
          {view.id !== undefined && view.mayChange && (
            <Button size="small" onPress={state.save}>
              Save for everybody
            </Button>
          )}
          <Button size="small" onPress={() => setNaming(true)}>
            Save as a view
          </Button>
          {view.id !== undefined && (
            <Button size="small" variant="quiet" onPress={state.discard}>
              As it was
            </Button>
          )}
        </>
      )}
      {isNaming && (
        <NameDialog
          title="Save as a view"
          confirmLabel="Save the view"
          mayShare={mayShare}
          onClose={() => setNaming(false)}
          onSave={async (title, isPrivate) => {
            const made = await views.create(state.dataAs(title), isPrivate);
            setNaming(false);
            if (made !== undefined) onMade(made);
          }}
        />
      )}
    </div>
  );
}
