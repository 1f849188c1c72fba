import { isWorking } from '../helper/helperState';
import { pace } from '../util/timing';
import type { Endpoint } from './endpoint';
import type { Model } from './model';

/** An engine elsewhere is as far away as its network, and docker waits for it. */
function usual(endpoint: Endpoint): number {
  return endpoint.kind === 'unix' ? pace.pingDeadline : pace.patientDeadline;
}

/** Milliseconds that a ping may take: an engine that is known to take long, or that may be starting, gets more. */
export function pingDeadline(endpoint: Endpoint, { ping, helper }: Model): number {
  if (isWorking(helper)) return pace.startDeadline;
  switch (ping?.outcome) {
    // Somebody may be starting it by hand: its socket is there well before it answers.
    case 'absent':
    case 'refused':
    case 'timeout':
      return pace.patientDeadline;
    case 'ok':
      return ping.ms * 2 > usual(endpoint) ? pace.patientDeadline : usual(endpoint);
    default:
      return usual(endpoint);
  }
}

/** The same for a ping that somebody waits for: no start of the helper's is waited for with it. */
export function refreshDeadline(endpoint: Endpoint, model: Model): number {
  return isWorking(model.helper) ? usual(endpoint) : pingDeadline(endpoint, model);
}

/** Milliseconds that `/info` may take. */
export function infoDeadline(endpoint: Endpoint, model: Model): number {
  const patient = endpoint.kind !== 'unix' || model.pace.slow !== undefined;
  return patient ? pace.patientInfoDeadline : pace.infoDeadline;
}
