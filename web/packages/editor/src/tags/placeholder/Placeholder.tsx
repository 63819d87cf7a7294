import { type ConfigNode, tagSpec } from '@labelkeep/labeling';
import styles from './placeholder.module.css';

/** A tag that is not drawn here: it is named, and its results stay as they are. */
export function Placeholder({ node }: { readonly node: ConfigNode }) {
  const spec = tagSpec(node.tag);
  const what =
    spec?.family === 'object' ? 'This kind of data' : spec?.family === 'control' ? 'This control' : 'This tag';
  return (
    <div className={styles['placeholder']} role="note">
      <code>
        &lt;{node.tag}
        {node.name ? ` name="${node.name}"` : ''}&gt;
      </code>
      <span>
        {what} is not shown in this version.
        {spec?.family === 'visual' ? '' : ' Its results are kept unchanged when you save.'}
      </span>
    </div>
  );
}
