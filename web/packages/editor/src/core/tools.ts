/** Tools of each object and which one is in the hand. */
import { Emitter } from './emitter';
import type { ToolDescriptor } from './tag';

export class Tools {
  /** The active tool of an object changed; carries the object's name. */
  readonly changed = new Emitter<string>();
  /** Other tools are offered. */
  readonly offered = new Emitter();
  private readonly byObject = new Map<string, readonly ToolDescriptor[]>();
  private readonly activeTool = new Map<string, string>();

  constructor(
    private readonly all: readonly ToolDescriptor[],
    /** Is there a model that answers prompts now? */
    private model: boolean,
  ) {
    this.sortOut();
  }

  /** Are there tools that ask a model? */
  get haveSmart(): boolean {
    return this.all.some((tool) => tool.offered === 'with-model');
  }

  /** Offers the tools that ask a model, or takes them away; a hand that held one holds the manual one. */
  setModel(model: boolean): void {
    if (model === this.model) return;
    const held = [...this.byObject.keys()].map((object) => [object, this.active(object)] as const);
    this.model = model;
    this.sortOut();
    this.offered.emit();
    for (const [object, before] of held) {
      const now = this.of(object);
      if (!before || now.includes(before)) continue;
      const like = now.find((tool) => tool.control === before.control && !tool.subtracts) ?? now[0];
      if (like) this.activeTool.set(object, like.id);
      this.changed.emit(object);
    }
  }

  private sortOut(): void {
    this.byObject.clear();
    const without = this.model ? 'without-model' : 'with-model';
    for (const tool of this.all) {
      if (tool.offered === without) continue;
      this.byObject.set(tool.object, [...(this.byObject.get(tool.object) ?? []), tool]);
    }
  }

  of(object: string): readonly ToolDescriptor[] {
    return this.byObject.get(object) ?? [];
  }

  /** The tool in the hand; the first one until a person chose. */
  active(object: string): ToolDescriptor | null {
    const tools = this.of(object);
    const id = this.activeTool.get(object);
    return tools.find((tool) => tool.id === id) ?? tools[0] ?? null;
  }

  activate(object: string, id: string): void {
    if (!this.of(object).some((tool) => tool.id === id)) return;
    const before = this.active(object)?.id;
    this.activeTool.set(object, id);
    if (before !== id) this.changed.emit(object);
  }
}
