/** Markdown as React elements; nothing is ever set as HTML, and HTML in it is shown as text. */
import { Fragment, type ReactNode, useMemo } from 'react';
import { safeUrl } from '../../core/urls';
import { type Block, parseMarkdown, type References } from './blocks';
import { type Inline, parseInline } from './inline';
import styles from './markdown.module.css';

interface Props {
  readonly text: string;
  /** Addresses of pictures as they can be loaded. */
  readonly resolveUrl: (url: string) => string;
}

export default function Markdown({ text, resolveUrl }: Props) {
  const parsed = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div className={styles['markdown']} dir="auto">
      {blocks(parsed.blocks, { references: parsed.references, resolveUrl })}
    </div>
  );
}

interface Context {
  readonly references: References;
  readonly resolveUrl: (url: string) => string;
}

function blocks(list: readonly Block[], context: Context, tight = false): ReactNode {
  return list.map((block, index) => <Fragment key={index}>{one(block, context, tight)}</Fragment>);
}

function one(block: Block, context: Context, tight: boolean): ReactNode {
  switch (block.kind) {
    case 'heading': {
      const Tag = `h${Math.max(1, Math.min(6, block.level))}` as 'h1';
      return <Tag>{inline(block.text, context)}</Tag>;
    }
    case 'paragraph':
      return tight ? inline(block.text, context) : <p>{inline(block.text, context)}</p>;
    case 'code':
      return (
        <pre>
          <code>{block.text}</code>
        </pre>
      );
    case 'rule':
      return <hr />;
    case 'quote':
      return <blockquote>{blocks(block.blocks, context)}</blockquote>;
    case 'list': {
      const items = block.items.map((item, index) => <li key={index}>{blocks(item, context, block.tight)}</li>);
      return block.ordered ? <ol start={block.start}>{items}</ol> : <ul>{items}</ul>;
    }
    case 'table':
      return <Table block={block} context={context} />;
  }
}

function Table({ block, context }: { readonly block: Extract<Block, { kind: 'table' }>; readonly context: Context }) {
  const align = (at: number) => ({ textAlign: block.align[at] ?? undefined });
  return (
    <table>
      <thead>
        <tr>
          {block.head.map((cell, at) => (
            <th key={at} style={align(at)}>
              {inline(cell, context)}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {block.rows.map((row, index) => (
          <tr key={index}>
            {row.map((cell, at) => (
              <td key={at} style={align(at)}>
                {inline(cell, context)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function inline(text: string, context: Context): ReactNode {
  return inlines(parseInline(text, context.references), context);
}

function inlines(list: readonly Inline[], context: Context): ReactNode {
  return list.map((part, index) => <Fragment key={index}>{piece(part, context)}</Fragment>);
}

function piece(part: Inline, context: Context): ReactNode {
  switch (part.kind) {
    case 'text':
      return part.text;
    case 'code':
      return <code>{part.text}</code>;
    case 'break':
      return <br />;
    case 'em':
      return <em>{inlines(part.children, context)}</em>;
    case 'strong':
      return <strong>{inlines(part.children, context)}</strong>;
    case 'del':
      return <del>{inlines(part.children, context)}</del>;
    case 'link':
      // Other schemes run or open something: their text stands without a link.
      return /^(https?:|mailto:)/i.test(part.href.trim()) ? (
        <a href={part.href.trim()} title={part.title || undefined} target="_blank" rel="noopener noreferrer nofollow">
          {inlines(part.children, context)}
        </a>
      ) : (
        inlines(part.children, context)
      );
    case 'image': {
      const src = safeUrl(context.resolveUrl(part.src));
      return src === null ? (
        part.alt
      ) : (
        <img src={src} alt={part.alt} title={part.title || undefined} loading="lazy" referrerPolicy="no-referrer" />
      );
    }
  }
}
