import { down, inform, mount } from '../healthy';
import type { Case } from './cases';
import { both, ping, unreachable, environment, misled, user, far, denied, refused } from './changes';

/** How Docker is reached: clients, rights, the helper, the socket. */
export const accessCases: readonly Case[] = [
  [
    'client.proxy-before-engine',
    (f) =>
      Object.assign(f.endpoint.value.clients[0] ?? {}, { result: { ok: true, endpoint: far }, proxy: 'HTTP_PROXY' }),
    (f) => Object.assign(f.endpoint.value.clients[0] ?? {}, { result: { ok: true, endpoint: far } }),
  ],
  ['client.tls-name-mismatch', unreachable('ERR_TLS_CERT_ALTNAME_INVALID'), unreachable('ETIMEDOUT')],
  ['client.tls-no-names', unreachable('CERT_WITHOUT_NAMES'), unreachable('ERR_TLS_CERT_ALTNAME_INVALID')],
  ['client.tls-unknown-ca', unreachable('SELF_SIGNED_CERT_IN_CHAIN'), unreachable('CERT_HAS_EXPIRED')],
  ['client.tls-server-expired-or-clock', unreachable('CERT_HAS_EXPIRED'), unreachable('ETIMEDOUT')],
  [
    'client.tls-client-cert-refused',
    unreachable('ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED'),
    unreachable('ETIMEDOUT'),
  ],
  ['client.tls-to-http-port', unreachable('EPROTO'), unreachable('ECONNRESET')],
  [
    'client.http-to-tls-port',
    ping({ outcome: 'status', status: 400, body: 'Client sent an HTTP request to an HTTPS server.' }),
    ping({ outcome: 'status', status: 400, body: 'no' }),
  ],
  ['client.docker-host-wrong', misled('DOCKER_HOST is no address'), misled('cert.pem is missing')],
  ['client.tls-client-files-missing', misled('cert.pem is missing'), misled('DOCKER_HOST is no address')],
  [
    'client.client-too-new-forced',
    environment({ DOCKER_API_VERSION: '1.99' }),
    environment({ DOCKER_API_VERSION: '1.51' }),
  ],
  ['client.client-too-old', environment({ DOCKER_API_VERSION: '1.9' }), environment({ DOCKER_API_VERSION: '1.24' })],
  [
    'client.cli-config-broken',
    (f) => Object.assign(f.endpoint.value.cliConfig, { state: 'invalid', problem: 'x' }),
    (f) => Object.assign(f.endpoint.value.cliConfig, { state: 'parsed', uid: 1000 }),
  ],
  [
    'client.credential-helper-missing',
    (f) => void (f.endpoint.value.cliConfig.credentialHelpers = ['desktop']),
    (f) => {
      f.endpoint.value.cliConfig.credentialHelpers = ['pass'];
      f.endpoint.value.cliConfig.credentialHelpersFound = ['pass'];
    },
  ],
  [
    'client.cli-plugin-missing',
    (f) => void (f.endpoint.value.cliPlugins = ['buildx']),
    (f) => {
      f.endpoint.value.cliPlugins = [];
      delete f.endpoint.value.cli;
    },
  ],
  [
    'client.bind-path-not-on-daemon-side',
    (f) => {
      f.processes.value.dockerd = [];
      f.socket.value.mount = mount('/run/docker.sock');
      inform(f, { name: 'host' });
    },
    (f) => {
      f.processes.value.dockerd = [];
      f.socket.value.mount = mount('/run/docker.sock');
    },
  ],
  [
    'helper.sudo-no-new-privs',
    (f) => void (f.security.value.noNewPrivileges = true),
    (f) => {
      f.security.value.noNewPrivileges = true;
      user(f).uid = 0;
    },
  ],
  [
    'helper.sudo-nosuid',
    (f) => void (f.sudo.value.nosuid = true),
    (f) => {
      f.sudo.value.nosuid = true;
      user(f).uid = 0;
    },
  ],
  [
    'helper.sudo-password-required',
    (f) => void (f.sudo.value.allowed = 'no'),
    (f) => void (f.sudo.value.allowed = 'unknown'),
  ],
  [
    'helper.missing',
    (f) => void (f.helper.value.installed = 'missing'),
    (f) => {
      f.helper.value.installed = 'missing';
      f.socket.value.mount = mount('/run/docker.sock');
    },
  ],
  [
    'helper.untrusted',
    (f) => void (f.helper.value.installed = 'untrusted'),
    (f) => void (f.helper.value.installed = 'missing'),
  ],
  [
    'socket.socket-path-is-directory',
    (f) => {
      down(f);
      f.socket.value.kind = 'directory';
    },
    (f) => {
      down(f);
      f.socket.value.kind = 'file';
    },
  ],
  [
    'socket.socket-stale-bind-mount',
    both(down, refused, (f) => void (f.socket.value.mount = mount('/run/docker.sock'))),
    both(down, refused),
  ],
  ['socket.socket-dead', both(down, refused, (f) => void (f.socket.value.kind = 'socket')), both(down, refused)],
  ['socket.socket-absent', down, both(down, refused)],
  [
    'socket.group-membership-not-effective',
    both(denied, (f) => void (user(f).groupIds = [])),
    both(denied, (f) => {
      user(f).groupIds = [];
      user(f).groups = [{ name: 'docker', gid: 998, members: [] }];
    }),
  ],
  [
    'socket.socket-group-missing',
    both(denied, (f) => void (f.socket.value.gid = 0)),
    both(denied, (f) => void (user(f).groupIds = [])),
  ],
  ['socket.socket-permission-denied', denied, both(denied, (f) => void (f.socket.value.gid = 0))],
  [
    'socket.socket-world-writable',
    (f) => void (f.socket.value.mode = 0o666),
    (f) => void (f.socket.value.mode = 0o664),
  ],
];
