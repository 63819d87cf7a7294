/**
 * Names of the tools on an image. A tool's id is `<canvas tool>:<control>`, so that two controls of
 * one kind have a tool each; tools of the image itself have no control.
 */
import type { ConfigNode } from '@labelkeep/labeling';
import type { Icon, ToolDescriptor } from '../../core';

/** Tools that the canvas knows by name (`Stage.setTool`). */
export type CanvasTool =
  | 'select'
  | 'pan'
  | 'rectangle'
  | 'rectangle3'
  | 'ellipse'
  | 'polygon'
  | 'vector'
  | 'keypoint'
  | 'brush'
  | 'eraser'
  | 'bitmask'
  | 'bitmask-eraser'
  | 'wand';

interface ShapeTool {
  readonly name: CanvasTool;
  readonly label: string;
  readonly shortcut: string;
  readonly icon: Icon;
  readonly subtracts?: boolean;
  /** Has a form that asks a model. */
  readonly smart?: boolean;
}

/** Tools of a shape control, one set for each object that it works on. */
export function shapeTools(node: ConfigNode, tools: readonly ShapeTool[]): readonly ToolDescriptor[] {
  const smartOnly = node.bool('smartOnly');
  return objectsOf(node).flatMap((object) => {
    const several = isOneOfSeveral(node, object);
    return tools.flatMap(({ name, smart, ...tool }): ToolDescriptor[] => {
      // Two controls of one kind have the same icons: their names tell them apart.
      const label = several ? `${tool.label} (${node.name})` : tool.label;
      const manual = { id: `${name}:${node.name}`, object, control: node.name, ...tool, label };
      if (!smart || !node.bool('smart', true)) return [manual];
      return [
        smartOnly ? { ...manual, offered: 'without-model' } : manual,
        {
          ...manual,
          id: `${name}:${node.name}:smart`,
          label: `${label}, asks the model`,
          shortcut: 'm',
          icon: [...tool.icon, ...SPARK],
          offered: 'with-model',
        },
      ];
    });
  });
}

/** Whether another control of the same kind works on the object. */
function isOneOfSeveral(node: ConfigNode, object: string): boolean {
  const alike = [...rootOf(node).walk()].filter((one) => one.type === node.type && objectsOf(one).includes(object));
  return alike.length > 1;
}

function rootOf(node: ConfigNode): ConfigNode {
  let root = node;
  while (root.parent) root = root.parent;
  return root;
}

/** In a corner of the icon of tools that ask a model. */
const SPARK: Icon = ['M20 2v4', 'M18 4h4'];

/** Names of `toName`; with none written and one image in the configuration, that one. */
export function objectsOf(node: ConfigNode): readonly string[] {
  if (node.toNames.length > 0) return node.toNames;
  const images = [...rootOf(node).walk()].filter((one) => one.type === 'image' && one.name !== '');
  return images.length === 1 ? images.map((image) => image.name) : [];
}

/** The canvas tool of a tool id. */
export function canvasTool(id: string): CanvasTool {
  return id.split(':', 1)[0] as CanvasTool;
}

/** Tools that every image has. */
export function imageTools(node: ConfigNode): readonly ToolDescriptor[] {
  const pan: ToolDescriptor = {
    id: 'pan',
    object: node.name,
    label: 'Pan',
    shortcut: 'h',
    icon: [
      'M8 12V6a1.5 1.5 0 0 1 3 0v5',
      'M11 10V4.5a1.5 1.5 0 0 1 3 0V11',
      'M14 11V6a1.5 1.5 0 0 1 3 0v8a6 6 0 0 1-6 6c-2.5 0-4-1-5.5-3.5L3.7 13a1.5 1.5 0 0 1 2.6-1.5L8 14',
    ],
  };
  // `selectionControl="false"` takes the select tool away.
  if (!node.bool('selectionControl', true)) return [pan];
  return [
    { id: 'select', object: node.name, label: 'Select and move', shortcut: 'v', icon: ['M5 3l14 8-6.5 1.5L9.5 19z'] },
    pan,
  ];
}
