/** Tools of each object and which one is in the hand. */
import { Emitter } from './emitter';
import type { ToolDescriptor } from './tag';

export class Tools {
  /** The active tool of an object changed; carries the object's name. */
  readonly changed = new Emitter<string>();
  private readonly byObject = new Map<string, readonly ToolDescriptor[]>();
  private readonly activeTool = new Map<string, string>();

  constructor(tools: readonly ToolDescriptor[]) {
    for (const tool of tools) this.byObject.set(tool.object, [...(this.byObject.get(tool.object) ?? []), tool]);
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
