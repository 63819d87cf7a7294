/** Which tag module serves which node, and which shape codec reads which value. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { ShapeCodec, TagModule } from './tag';
import type { JsonObject } from './types';

/** A codec whose geometry type is forgotten: the store hands each codec only what it read itself. */
export type AnyShape = ShapeCodec<unknown>;

export class Modules {
  private readonly byTag = new Map<string, TagModule>();
  private readonly shapes = new Map<string, AnyShape>();
  private readonly byObject = new Map<string, readonly AnyShape[]>();

  constructor(readonly list: readonly TagModule[]) {
    for (const module of list) {
      for (const tag of module.tags) this.byTag.set(tag.toLowerCase(), module);
      if (module.shape) this.shapes.set(module.shape.kind, module.shape as unknown as AnyShape);
    }
  }

  forNode(node: ConfigNode): TagModule | undefined {
    return this.byTag.get(node.type);
  }

  forTag(tag: string): TagModule | undefined {
    return this.byTag.get(tag.toLowerCase());
  }

  /** Are there shapes that have to be made ready before they are written? */
  get prepares(): boolean {
    return [...this.shapes.values()].some((shape) => shape.prepare !== undefined);
  }

  shape(kind: string): AnyShape | undefined {
    return this.shapes.get(kind);
  }

  /** The codec that reads this value on an object of this tag; decided by the value's keys alone. */
  shapeOf(objectType: string, value: JsonObject): AnyShape | undefined {
    return this.shapesOn(objectType).find((shape) => shape.matches(value));
  }

  private shapesOn(objectType: string): readonly AnyShape[] {
    let found = this.byObject.get(objectType);
    if (!found) {
      found = [...this.shapes.values()].filter((shape) => shape.objects.includes(objectType));
      this.byObject.set(objectType, found);
    }
    return found;
  }
}
