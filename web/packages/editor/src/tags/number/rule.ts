/** What a Number takes: bounds and, when the configuration gives a step, the lattice `min + k·step`. */
import type { ConfigNode } from '@labelkeep/labeling';

export interface NumberRule {
  readonly min: number | null;
  readonly max: number | null;
  /** Distance that keys move by. */
  readonly step: number;
  /** Must values lie on the lattice? Only when the configuration gives a step. */
  readonly strict: boolean;
}

export function ruleOf(node: ConfigNode): NumberRule {
  const limit = (name: string) => {
    const value = node.number(name, Number.NaN);
    return Number.isNaN(value) ? null : value;
  };
  const step = node.number('step', 0);
  return { min: limit('min'), max: limit('max'), step: step > 0 ? step : 1, strict: step > 0 };
}

/** Distance from the lattice's start in steps; whole for values on it. */
function steps(rule: NumberRule, value: number): number {
  const k = (value - (rule.min ?? 0)) / rule.step;
  // 0.3 / 0.1 is not 3 in floating point; what is as near as that counts as on the lattice.
  return Math.abs(k - Math.round(k)) <= 1e-9 * Math.max(1, Math.abs(k)) ? Math.round(k) : k;
}

function at(rule: NumberRule, k: number): number {
  const digits = Math.min(12, Math.max(decimals(rule.min ?? 0), decimals(rule.step)));
  return Number(((rule.min ?? 0) + k * rule.step).toFixed(digits));
}

function decimals(value: number): number {
  const [digits = '', exponent = '0'] = String(value).split('e');
  return Math.max(0, (digits.split('.')[1]?.length ?? 0) - Number(exponent));
}

function clamp(rule: NumberRule, value: number): number {
  return Math.max(rule.min ?? Number.NEGATIVE_INFINITY, Math.min(rule.max ?? Number.POSITIVE_INFINITY, value));
}

/** Why a number may not be submitted, with what may; null when it may. */
export function problemOf(rule: NumberRule, value: number): string | null {
  const { min, max } = rule;
  if (min !== null && value < min) return `must be ${min} or more`;
  if (max !== null && value > max) return `must be ${max} or less`;
  const k = rule.strict ? steps(rule, value) : 0;
  if (Number.isInteger(k)) return null;
  const near = [at(rule, Math.floor(k)), at(rule, Math.ceil(k))].filter((one) => clamp(rule, one) === one);
  return `must be in steps of ${rule.step}${min ? ` from ${min}` : ''}: ${near.join(' or ')}`;
}

/** The next number of the lattice up (1) or down (-1), inside the bounds. Nothing counts as the start. */
export function stepped(rule: NumberRule, value: number | undefined, by: 1 | -1): number {
  if (value === undefined) return clamp(rule, by > 0 ? (rule.min ?? 0) : (rule.max ?? 0));
  if (!rule.strict) return clamp(rule, Number((value + by * rule.step).toFixed(Math.min(12, decimals(value)))));
  const k = steps(rule, value);
  const next = at(rule, by > 0 ? Math.floor(k) + 1 : Math.ceil(k) - 1);
  return clamp(rule, next) === next ? next : clamp(rule, value);
}

/** The hotkey's next number: one step up, and from the top to the bottom again. */
export function counted(rule: NumberRule, value: number | undefined): number {
  const next = stepped(rule, value, 1);
  return next === value || (rule.max !== null && next > rule.max) ? (rule.min ?? 0) : next;
}
