/** `Magicwand`: marks areas of one colour. It makes no results of its own: it paints for the brush on the same image. */
import type { ConfigNode } from '@labelkeep/labeling';
import type { TagModule } from '../../core';
import { objectsOf } from '../image/tool-names';
import { WAND_ICON } from '../raster/icons';

export const magicWandModule: TagModule = {
  tags: ['magicwand'],
  tools: (node) =>
    objectsOf(node).flatMap((object) => {
      // Without a brush there is nothing to paint for, and no button.
      const [brush, ...others] = brushesOn(node, object);
      if (!brush) return [];
      const id = `wand:${node.name}`;
      const alsoFor = others.map((one) => one.name);
      return [{ id, object, control: brush.name, alsoFor, label: 'Magic wand', shortcut: 'w', icon: WAND_ICON }];
    }),
};

/** Brushes on an image, those with labels first. */
function brushesOn(node: ConfigNode, object: string): readonly ConfigNode[] {
  let root = node;
  while (root.parent) root = root.parent;
  const brushes = [...root.walk()].filter(
    (one) => one.name !== '' && (one.type === 'brushlabels' || one.type === 'brush') && objectsOf(one).includes(object),
  );
  const labelled = (one: ConfigNode) => one.type === 'brushlabels';
  return [...brushes.filter(labelled), ...brushes.filter((one) => !labelled(one))];
}
