import * as v from 'valibot';
import type { FromPage } from '../../webview/messages';

const finding = v.pipe(v.string(), v.maxLength(200));
const Message = v.variant('kind', [
  v.object({ kind: v.literal('ready') }),
  v.object({ kind: v.literal('refresh') }),
  v.object({ kind: v.literal('mend'), finding }),
  v.object({ kind: v.literal('copy-remedy'), finding }),
  v.object({ kind: v.literal('type-remedy'), finding }),
  v.object({
    kind: v.literal('command'),
    name: v.picklist(['start', 'restart', 'stop', 'show-log', 'set-up-helper']),
  }),
  v.object({ kind: v.literal('report'), name: v.picklist(['copy-markdown', 'save-report', 'raw-json']) }),
  v.object({ kind: v.literal('prove'), proof: v.exactOptional(v.pipe(v.string(), v.maxLength(200))) }),
  v.object({ kind: v.literal('cancel-proofs') }),
]) satisfies v.GenericSchema<unknown, FromPage>;

/** A message of the page, or undefined for what is none: the page shows text of others and is not believed blindly. */
export function parseFromPage(message: unknown): FromPage | undefined {
  const parsed = v.safeParse(Message, message);
  return parsed.success ? parsed.output : undefined;
}
