/** Settings of the editor that are kept in this browser, for one person. Only those that matter to the configuration. */
import type { SettingValues } from '../../core/settings';
import { useEditor, useSetting } from '../../react/hooks';
import { Dialog } from './Dialog';
import styles from './dialogs.module.css';

type SwitchName = {
  [K in keyof SettingValues]: SettingValues[K] extends boolean ? K : never;
}[keyof SettingValues];

interface SwitchSpec {
  readonly name: SwitchName;
  readonly title: string;
  readonly hint?: string;
  /** Tags without which it does nothing. */
  readonly tags?: readonly string[];
  /** It is about the answers of a model. */
  readonly model?: true;
}

const SECTIONS: readonly (readonly [string, readonly SwitchSpec[]])[] = [
  [
    'Keys',
    [
      { name: 'hotkeys', title: 'Keys of labels and choices', hint: 'Letters and digits press labels and choices.' },
      { name: 'hotkeyLabels', title: 'Show keys on labels' },
      { name: 'hotkeyTooltips', title: 'Show keys in tooltips' },
    ],
  ],
  [
    'Regions',
    [
      { name: 'regionLabels', title: 'Show label names on the data' },
      {
        name: 'continuousLabeling',
        title: 'Keep the label after a region',
        hint: 'The next region gets the same label without choosing it again.',
      },
      {
        name: 'autoAccept',
        title: 'Accept suggestions at once',
        hint: 'What the model answers to a prompt becomes regions without being asked about; one undo takes it back.',
        model: true,
      },
      { name: 'selectAfterCreate', title: 'Select a region after making it' },
    ],
  ],
  [
    'Data',
    [
      { name: 'lineNumbers', title: 'Line numbers beside texts', tags: ['text'] },
      { name: 'keepTool', title: 'Keep the tool from task to task', tags: ['image', 'video'] },
      {
        name: 'snapping',
        title: 'Snap points to neighbours and the border',
        hint: 'Points that are drawn or moved near another region or the edge of the image go there.',
        tags: ['image'],
      },
      { name: 'smoothing', title: 'Smooth pixels when zoomed in', tags: ['image'] },
      { name: 'invertZoom', title: 'Turn the direction of zooming around', tags: ['image', 'video'] },
      { name: 'drawOutsideVideo', title: 'Draw outside the picture of a video', tags: ['video'] },
    ],
  ],
];

export function SettingsDialog() {
  const editor = useEditor();
  const tags = new Set(editor.config.objects.map((node) => node.type));
  const matters = (spec: SwitchSpec) =>
    (!spec.tags || spec.tags.some((tag) => tags.has(tag))) && (!spec.model || editor.options.onPrompt !== undefined);
  return (
    <Dialog title="Settings of the editor">
      <div className={styles['settings']}>
        {SECTIONS.map(([title, specs]) => {
          const shown = specs.filter(matters);
          return shown.length === 0 ? null : (
            <fieldset key={title}>
              <legend>{title}</legend>
              {shown.map((spec) => (
                <Switch key={spec.name} spec={spec} />
              ))}
              {title === 'Data' && tags.has('image') && <SnapDistance />}
              {title === 'Data' && tags.has('video') && <VideoHop />}
            </fieldset>
          );
        })}
        <p className={styles['note']}>Kept in this browser, for you alone. Keys are changed in the list of keys (?).</p>
      </div>
    </Dialog>
  );
}

function Switch({ spec: { name, title, hint } }: { readonly spec: SwitchSpec }) {
  const editor = useEditor();
  const on = useSetting(name);
  return (
    <label className={styles['switch']}>
      <input type="checkbox" checked={on} onChange={(event) => editor.settings.set(name, event.target.checked)} />
      <span>
        {title}
        {hint && <small>{hint}</small>}
      </span>
    </label>
  );
}

function SnapDistance() {
  return (
    <NumberRow
      name="snapDistance"
      least={2}
      most={30}
      title="Snapping distance"
      hint="How near a point has to be, in pixels of the screen."
    />
  );
}

function VideoHop() {
  return (
    <NumberRow
      name="videoHop"
      least={1}
      most={10_000}
      title="Frames of a hop in a video"
      hint="What shift, alt and an arrow go."
    />
  );
}

/** A whole number from `least` to `most`; anything else that is typed leaves the setting as it is. */
function NumberRow({
  name,
  least,
  most,
  title,
  hint,
}: {
  readonly name: 'snapDistance' | 'videoHop';
  readonly least: number;
  readonly most: number;
  readonly title: string;
  readonly hint: string;
}) {
  const editor = useEditor();
  const value = useSetting(name);
  return (
    <label className={styles['switch']}>
      <input
        type="number"
        min={least}
        max={most}
        defaultValue={value}
        onChange={(event) => {
          const typed = Math.round(event.target.valueAsNumber);
          if (typed >= least && typed <= most) editor.settings.set(name, typed);
        }}
      />
      <span>
        {title}
        <small>{hint}</small>
      </span>
    </label>
  );
}
