import { engineInfo, engineVersion } from '../../diagnosis/factSelectors';
import { valueOf, type Fact } from '../../host/facts/fact';
import type { Facts } from '../../host/facts/facts';
import type { PlatformLink } from '../../host/facts/platform';
import type { StorageRoot, StorageRole } from '../../host/facts/storage';
import type { SummaryCard, PlatformStep, Row } from '../../webview/protocol';
import { sanitizeForPage } from '../../util/sanitize';
import { formatBytes, formatPercent } from '../../util/format';

const row = (label: string, value: string): Row => ({ label, value: sanitizeForPage(value, 300) });

/** The rows of a slice, or one that says why there are none. */
function rowsOf<T>(fact: Fact<T> | undefined, rows: (value: T) => readonly Row[]): readonly Row[] {
  if (fact === undefined) return [row('Not read', 'these facts do not have it')];
  return 'value' in fact ? rows(fact.value) : [row('Not readable', fact.unreadable)];
}

function engineRows(facts: Facts): readonly Row[] {
  const [info, version] = [engineInfo(facts), engineVersion(facts)];
  return rowsOf(facts.engine, ({ endpoint, ping }) => [
    row('Endpoint', endpoint),
    row('Answer to a ping', ping.outcome === 'ok' ? `ok, ${ping.ms.toFixed(0)} ms` : ping.outcome),
    ...(version === undefined ? [] : [row('Engine', `${version.version}, API ${version.apiVersion}`)]),
    ...(version?.components ?? [])
      .filter(({ name }) => name !== 'Engine')
      .map(({ name, version }) => row(name, version)),
    ...(info === undefined
      ? []
      : [
          row('Storage driver', info.driver),
          row('Cgroups', `version ${info.cgroupVersion}, ${info.cgroupDriver} driver`),
          row('Containers', `${String(info.containersRunning)} of ${String(info.containers)} running`),
          row('Images', String(info.images)),
          row('When the daemon ends', info.liveRestore ? 'containers go on (live-restore)' : 'containers end'),
        ]),
  ]);
}

function daemonRows(facts: Facts): readonly Row[] {
  const running = valueOf(facts.processes)?.dockerd ?? [];
  const helper = valueOf(facts.helper);
  return [
    ...rowsOf(facts.processes, ({ dockerd, containerd, init, supervisor }) => [
      row(
        'dockerd',
        dockerd.length === 0
          ? 'does not run'
          : dockerd.map(({ pid, startedAt }) => `process ${String(pid)}, since ${startedAt}`).join('; '),
      ),
      row(
        'containerd',
        containerd.length === 0 ? 'does not run' : containerd.map(({ pid }) => `process ${String(pid)}`).join('; '),
      ),
      ...(init === undefined ? [] : [row('Process 1', init.comm)]),
      row('Supervised', supervisor === undefined ? 'no' : `by process ${String(supervisor.pid)}`),
    ]),
    ...(running[0]?.argv === undefined ? [] : [row('Started as', running[0].argv.join(' '))]),
    ...rowsOf(facts.daemonConfig, ({ file, dataRoot }) => [
      row(
        'daemon.json',
        file.state === 'parsed'
          ? `${file.path}, ${Object.keys(file.content).join(', ') || 'empty'}`
          : `${file.path}: ${file.state}`,
      ),
      row('Data root', dataRoot),
    ]),
    ...(helper === undefined
      ? []
      : [row('Helper', helper.version === undefined ? helper.installed : `${helper.version}, ${helper.installed}`)]),
  ];
}

const roles: Readonly<Record<StorageRole, string>> = {
  data: 'Data root',
  containerd: 'containerd',
  exec: 'Run-time files',
  run: '/run',
  tmp: '/tmp',
};

function storageRow(root: StorageRoot): Row {
  const space = valueOf(root.space);
  const free =
    space === undefined
      ? ''
      : `, ${formatBytes(space.freeBytes)} of ${formatBytes(space.totalBytes)} free${space.totalInodes === 0 ? '' : `, ${formatPercent(space.freeInodes / space.totalInodes)} of inodes free`}`;
  return row(
    roles[root.role],
    `${root.path} on ${root.fsType}${root.readOnly ? ', read-only' : ''}${root.exists ? '' : ', not there yet'}${free}`,
  );
}

function networkRows(facts: Facts): readonly Row[] {
  return rowsOf(facts.network, ({ routes, resolvers, devices, iptables, hostName }) => {
    const ways = routes.filter(({ destination }) => destination === '0.0.0.0/0' || destination === '::/0');
    return [
      row('Host name', hostName),
      row(
        'Default route',
        ways.map(({ gateway, device }) => `${gateway ?? 'direct'} by ${device}`).join('; ') || 'none',
      ),
      row('Resolvers', resolvers.nameservers.join(', ') || 'none'),
      ...devices
        .slice(0, 8)
        .map(({ name, mtu, state, addresses }) =>
          row(name, `${state}, MTU ${String(mtu)}${addresses.length === 0 ? '' : `, ${addresses.join(', ')}`}`),
        ),
      ...(devices.length > 8 ? [row('Further devices', String(devices.length - 8))] : []),
      row(
        'iptables',
        iptables.program === undefined ? 'not found' : `${iptables.program}, ${iptables.backend ?? 'unknown'} backend`,
      ),
      row('IP forwarding', { 0: 'off', 1: 'on' }[valueOf(facts.sysctls)?.ipForward ?? -1] ?? 'unknown'),
    ];
  });
}

function readerRows(facts: Facts): readonly Row[] {
  return [
    ...rowsOf(facts.identity, ({ userName, uid, groupIds, groups }) => [
      row('User', `${userName === '' ? 'without a name' : userName} (${String(uid)})`),
      row(
        'Groups',
        groupIds.map((id) => groups.find(({ gid }) => gid === id)?.name ?? String(id)).join(', ') || 'none',
      ),
    ]),
    ...rowsOf(facts.socket, ({ path, kind, mode, writable }) => [
      row(
        'Socket',
        `${path}: ${kind}${mode === undefined ? '' : `, mode ${(mode & 0o7777).toString(8).padStart(4, '0')}`}, ${writable ? 'open to this user' : 'closed to this user'}`,
      ),
    ]),
    ...rowsOf(facts.kernel, ({ release, architecture }) => [row('Kernel', `${release}, ${architecture}`)]),
  ];
}

/** The machine in a few rows each: engine, daemon, storage, network, and who is reading. */
export function summaryCards(facts: Facts): readonly SummaryCard[] {
  return [
    { title: 'Engine', rows: engineRows(facts) },
    { title: 'Daemon', rows: daemonRows(facts) },
    { title: 'Storage', rows: rowsOf(facts.storage, ({ roots }) => roots.map(storageRow)) },
    { title: 'Network', rows: networkRows(facts) },
    { title: 'User, socket and kernel', rows: readerRows(facts) },
  ];
}

const confidences: Readonly<Record<PlatformLink['confidence'], string>> = {
  certain: 'certain',
  likely: 'likely',
  hint: 'low confidence',
};

/** What the machine is made of, outermost first. */
export function platformSteps(facts: Facts): readonly PlatformStep[] {
  return (valueOf(facts.platform)?.chain ?? []).map(({ name, layer, confidence, evidence }) => ({
    name,
    layer,
    confidence: confidences[confidence],
    evidence: evidence.slice(0, 10).map(({ source, value }) => ({
      source: sanitizeForPage(source, 200),
      value: sanitizeForPage(value, 300),
    })),
  }));
}
