/** Settings of the editor that live in the browser, for each person. */
import { Emitter } from './emitter';

export interface SettingValues {
  hotkeys: boolean;
  hotkeyTooltips: boolean;
  hotkeyLabels: boolean;
  regionLabels: boolean;
  continuousLabeling: boolean;
  selectAfterCreate: boolean;
  keepTool: boolean;
  lineNumbers: boolean;
  smoothing: boolean;
  /** Points that are drawn near a neighbour or the border of the image go there. */
  snapping: boolean;
  /** How near, CSS pixels. */
  snapDistance: number;
  /** Smart tools are offered, where a model answers. */
  autoAnnotation: boolean;
  /** What a model suggests becomes regions at once. */
  autoAccept: boolean;
  invertZoom: boolean;
  /** Frames that a hop in a video goes. */
  videoHop: number;
  drawOutsideVideo: boolean;
  panelOpen: boolean;
  regionGroup: 'none' | 'label' | 'tool';
  regionOrder: 'created' | 'score' | 'start';
  regionOrderDescending: boolean;
}

export const DEFAULT_SETTINGS: Readonly<SettingValues> = {
  hotkeys: true,
  hotkeyTooltips: true,
  hotkeyLabels: true,
  regionLabels: true,
  continuousLabeling: false,
  selectAfterCreate: false,
  keepTool: true,
  lineNumbers: false,
  smoothing: true,
  snapping: true,
  snapDistance: 6,
  autoAnnotation: true,
  autoAccept: false,
  invertZoom: false,
  videoHop: 10,
  drawOutsideVideo: false,
  panelOpen: true,
  regionGroup: 'none',
  regionOrder: 'created',
  regionOrderDescending: false,
};

/** The part of `Storage` that is used; null where the page has none (private mode, tests). */
export type KeyValueStorage = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

export class Settings {
  readonly changed = new Emitter();
  private values: SettingValues;

  constructor(
    private readonly storage: KeyValueStorage | null,
    private readonly key: string,
  ) {
    this.values = { ...DEFAULT_SETTINGS, ...read(storage, key) };
  }

  /** The current values; a new object after each change. */
  get all(): Readonly<SettingValues> {
    return this.values;
  }

  get<K extends keyof SettingValues>(name: K): SettingValues[K] {
    return this.values[name];
  }

  set<K extends keyof SettingValues>(name: K, value: SettingValues[K]): void {
    if (this.values[name] === value) return;
    this.values = { ...this.values, [name]: value };
    try {
      this.storage?.setItem(this.key, JSON.stringify(this.values));
    } catch {
      // Full or forbidden storage: the setting holds until the page is left.
    }
    this.changed.emit();
  }
}

/** Only known names with values of the right type are taken over. */
function read(storage: KeyValueStorage | null, key: string): Partial<SettingValues> {
  try {
    const parsed: unknown = JSON.parse(storage?.getItem(key) ?? '{}');
    if (typeof parsed !== 'object' || parsed === null) return {};
    const known = Object.entries(DEFAULT_SETTINGS);
    return Object.fromEntries(
      Object.entries(parsed).filter(([name, value]) =>
        known.some(([own, fallback]) => own === name && typeof fallback === typeof value),
      ),
    ) as Partial<SettingValues>;
  } catch {
    return {};
  }
}
