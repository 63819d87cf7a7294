/** What the attributes of a `Vector` control allow its paths. */
import { NO_RULES, type PathRules } from '@labelkeep/canvas';
import type { ConfigNode } from '@labelkeep/labeling';
import { pointLimit } from './codec';

export function pathRules(control: ConfigNode | undefined): PathRules {
  if (!control) return NO_RULES;
  return {
    closable: control.bool('closable'),
    curves: control.bool('curves'),
    skeleton: control.bool('skeleton'),
    minPoints: pointLimit(control, 'minPoints') ?? 0,
    maxPoints: pointLimit(control, 'maxPoints') ?? Number.POSITIVE_INFINITY,
  };
}
