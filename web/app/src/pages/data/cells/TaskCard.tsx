/** A task as a card: its picture or its text, and below what is known of it. */
import type { ListedTask } from '@labelkeep/api';
import { Fragment } from 'react';
import { type Column, isPicture, type Look } from '../model/columns';
import card from './card.module.css';
import { type CellContext, renderCell } from './render';

/** What stands large at the top of a card. */
const LEADS: readonly Look[] = ['image', 'audio', 'video', 'text', 'any'];

/** Pixels of a card's lower part. */
const FOOT = 76;

/** Pixels of a card of this width. */
export function cardHeight(width: number, hasPicture: boolean): number {
  return Math.round(width * (hasPicture ? 0.7 : 0.4)) + FOOT;
}

export function cardRenderer(columns: readonly Column[], context: CellContext, width: number, height: number) {
  const lead = LEADS.map((look) => columns.find((column) => column.isData && column.look === look)).find(Boolean);
  const others = columns.filter((column) => column !== lead && column.key !== 'id' && column.key !== 'is_labeled');
  const state = columns.find((column) => column.key === 'is_labeled' && !column.isData);
  const lines = Math.max(1, Math.floor((height - FOOT - 16) / 18));
  const renderLead = lead && renderCell(lead, { ...context, lines, width });
  const renderState = state && renderCell(state, context);
  const renderers = others.map((column) => ({ column, render: renderCell(column, { ...context, lines: 1 }) }));
  return (task: ListedTask) => (
    <>
      <div className={lead && isPicture(lead) ? card.picture : card.words}>{renderLead?.(task)}</div>
      <div className={card.foot}>
        <div className={card.line}>
          <span className={card.id}>{task.id}</span>
          {renderState?.(task)}
        </div>
        <dl className={card.facts}>
          {renderers.slice(0, 4).map(({ column, render }) => (
            <Fragment key={column.name}>
              <dt>{column.title}</dt>
              <dd>{render(task)}</dd>
            </Fragment>
          ))}
        </dl>
      </div>
    </>
  );
}
