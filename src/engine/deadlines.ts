import { isWorking } from '../helper/helperState';
import { intervals } from '../util/timing';
import type { Endpoint } from './endpoint';
import type { Model } from './model';
import type { PingResult } from './state';

/** Somebody may be starting it by hand, whose socket is there well before it answers; or it hung, and may recover. */
const patient: ReadonlySet<PingResult['outcome'] | undefined> = new Set(['absent', 'refused', 'timeout']);

/**
 * Milliseconds that a ping may take: an engine that is slow, elsewhere, or that may be starting, gets more.
 *
 * @param waited somebody waits for the answer, and not for the end of what the helper does
 */
export function pingDeadline(endpoint: Endpoint, { ping, helper }: Model, waited: boolean): number {
  // An engine elsewhere is as far away as its network, and docker waits for it.
  const usual = endpoint.kind === 'unix' ? intervals.pingDeadline : intervals.patientDeadline;
  if (isWorking(helper)) return waited ? usual : intervals.startDeadline;
  return patient.has(ping?.outcome) || (ping?.outcome === 'ok' && ping.ms * 2 > usual)
    ? intervals.patientDeadline
    : usual;
}

/** Milliseconds that `/info` may take. */
export function infoDeadline(endpoint: Endpoint, model: Model): number {
  return endpoint.kind !== 'unix' || model.pace.slow !== undefined
    ? intervals.patientInfoDeadline
    : intervals.infoDeadline;
}
