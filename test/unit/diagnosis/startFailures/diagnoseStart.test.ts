import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { startCauses } from '../../../../src/host/logTable';
import { diagnoseStart } from '../../../../src/diagnosis/startFailures/diagnoseStart';

/** Real lines, with where each is from: see the head of the file. */
const startLines = readFileSync(join(__dirname, '../startLines.tsv'), 'utf8')
  .split('\n')
  .filter((row) => row !== '' && !row.startsWith('#'))
  .map((row) => row.split('\t'))
  .map(([id = '', from = '', line = '']) => ({ id, from, line }));

/** Lines that look like a signature's and mean something else. */
const nearMisses: readonly { readonly id: string; readonly why: string; readonly line: string }[] = [
  {
    id: 'not-privileged',
    why: "the client's sentence about a socket",
    line: 'permission denied while trying to connect to the Docker daemon socket',
  },
  {
    id: 'disk-full',
    why: "inotify's limit has the errno of a full disk",
    line: 'failed to start daemon: inotify_add_watch /etc/cdi: no space left on device',
  },
  {
    id: 'iptables-missing',
    why: 'the process table is full',
    line: 'fork/exec /usr/sbin/iptables: resource temporarily unavailable',
  },
  {
    id: 'iptables-legacy-unsupported',
    why: 'permission, not the table',
    line: "iptables v1.8.9 (legacy): can't initialize iptables table `nat': Permission denied (you must be root)",
  },
  {
    id: 'iptables-nft-unsupported',
    why: 'permission, not the backend',
    line: 'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
  },
  {
    id: 'firewalld',
    why: 'a module, though firewalld reports it',
    line: "(COMMAND_FAILED: '/usr/sbin/iptables -t nat -A PREROUTING' failed: Warning: Extension addrtype revision 0 not supported, missing kernel module?",
  },
  {
    id: 'data-root-read-only',
    why: '/proc/sys is not the data root',
    line: 'Enabling IP forwarding failed: open /proc/sys/net/ipv4/ip_forward: read-only file system',
  },
  {
    id: 'port-in-use',
    why: 'a taken gateway address is no taken port',
    line: 'failed to allocate gateway (172.17.0.0): Address already in use',
  },
  {
    id: 'daemon-json-syntax',
    why: 'valid JSON, wrong key',
    line: `unable to configure the Docker daemon with file /etc/docker/daemon.json: the following directives don't match any configuration option: hostz`,
  },
  {
    id: 'daemon-json-unusable',
    why: 'not the sentence of the configuration',
    line: 'open /etc/docker/daemon.json: permission denied',
  },
  {
    id: 'daemon-json-unusable',
    why: 'the runtime is what is wrong',
    line: `unable to configure the Docker daemon with file /etc/docker/daemon.json: configuration validation from file failed: specified default runtime 'x' does not exist`,
  },
  { id: 'pid-file', why: 'names no file to delete', line: 'process with PID 30 is still running' },
  {
    id: 'containerd-ended',
    why: 'it lives',
    line: 'failed to start containerd: timeout waiting for containerd to start',
  },
  { id: 'containerd-timeout', why: 'a plugin', line: 'timeout waiting for plugin' },
  {
    id: 'containerd-socket-dead',
    why: 'it answers, its database does not open',
    line: 'failed to dial "/var/run/docker/containerd/containerd.sock": unknown service containerd.services.namespaces.v1.Namespaces: not implemented',
  },
  { id: 'data-root-in-use', why: 'another timeout', line: 'failed to start daemon: timeout while reading' },
  {
    id: 'network-database',
    why: 'the list of volumes',
    line: 'error while opening volume store metadata database: invalid database',
  },
];

describe('the last line of a failed start', () => {
  test.each(startLines)('$id, $from: $line', ({ id, line }) => {
    const failure = diagnoseStart(line);
    expect(failure.id).toBe(id);
    expect(failure.line).toBe(line);
    expect(`${failure.title} ${failure.nextStep}`).not.toMatch(/\$\d|undefined/);
  });

  test.each(nearMisses)('is not $id, $why: $line', ({ id, line }) => {
    expect(diagnoseStart(line).id).not.toBe(id);
  });

  test('unknown is told in its own words, with its end cut off only where it is very long', () => {
    const line = 'failed to start daemon: the moon is in the wrong house';
    expect(diagnoseStart(line)).toMatchObject({
      id: 'not-recognised',
      title: `Docker failed to start: ${line}`,
      line,
    });
    const long = `failed to start daemon: ${'a'.repeat(900)}`;
    expect(diagnoseStart(long).title).toMatch(/^Docker failed to start: failed to start daemon: a{200,}…$/);
    expect(diagnoseStart(long).line).toBe(long);
  });

  test('every signature is found by a line, and has an id of its own', () => {
    const found = new Set(startLines.map(({ id }) => id));
    const ids = startCauses.map(({ id }) => id);
    expect(ids.filter((id) => !found.has(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test('titles read as titles, next steps as sentences', () => {
    for (const { id, title, nextStep } of startCauses) {
      expect(title, id).not.toMatch(/[.!]$/);
      expect(nextStep, id).toMatch(/[.]$/);
      expect(`${title} ${nextStep}`, id).not.toMatch(/please|successfully|!/i);
    }
  });

  test('names what the line names', () => {
    const title = (line: string): string => diagnoseStart(line).title;
    expect(title("the following directives don't match any configuration option: dbug")).toContain('dbug');
    expect(title('listen tcp 127.0.0.1:2375: bind: address already in use')).toContain('127.0.0.1:2375');
    expect(title('specified both as a flag and in the configuration file: hosts: (x)')).toContain(
      'hosts is given twice',
    );
    expect(diagnoseStart('Extension MASQUERADE revision 0 not supported, missing kernel module?').nextStep).toContain(
      'xt_MASQUERADE',
    );
  });
});
