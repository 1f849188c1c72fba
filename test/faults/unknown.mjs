// The engine's programs, replaced by ones that fail with texts that no rule knows. The bodies of scripts are what
// test/faults/standIn.sh puts into a stand-in; after them it becomes the program itself.
/** @import { Unknown } from '../../tools/labs/unknownJudge.mjs' */

const odd = 'seven quartz lanterns declined to hum before the third bell';
/** With colours, a bell, a direction mark and letters of other scripts, as a program may print them. */
const hostile =
  'seven \u001B[31mquartz\u001B[0m lanterns\u0007 hörten auf zu summen \u202Eперед третьим звонком \u0001 第三の鐘';
const long = Array.from({ length: 500 }, (_, index) => `lantern-${String(index)} hums`).join(' ');

/** As runc does: into the file that it was given for its errors, and on standard error. */
const reports = 'reports; says; exit 1';
/** @param {string} verb of runc @param {string} body */
const at = (verb, body) => `[ "$verb" != ${verb} ] || { ${body}; }`;
/** As docker-proxy does: on the descriptor by which dockerd waits for it. */
const proxyReports = String.raw`{ printf '1\n'; cat /run/stand-in/text; } >&3; exit 1`;

/** @type {(name: string, body: string, more?: Partial<Unknown>) => Unknown} */
const runc = (name, body, more) => ({
  ...{ name: `runc-${name}`, replaces: 'runc', when: 'before', how: { script: body }, text: odd, breaks: 'run' },
  ...more,
});

/** @type {readonly Unknown[]} */
export const unknown = [
  runc('reports', at('create', reports)),
  runc('only-stderr', at('create', 'says; exit 1')),
  runc('only-stdout', at('create', 'cat /run/stand-in/text; exit 3')),
  runc('does-nothing', at('create', 'exit 0'), { text: '' }),
  runc('dies-of-a-signal', at('create', 'kill -SEGV $$; sleep 1'), { text: '' }),
  runc('hangs', at('create', 'sleep 600'), { text: '' }),
  runc('garbage', at('create', String.raw`printf '{"level":"error","msg' >>"$log"; printf '\000\377{{[' ; exit 1`), {
    text: '',
  }),
  runc('hostile-text', at('create', reports), { text: hostile }),
  runc('long-text', at('create', reports), { text: long }),
  runc('second-time', at('create', `[ "$(calls)" -lt 2 ] || { ${reports}; }`), { breaks: 'network', alone: false }),
  runc('with-network', at('create', `without_network || { ${reports}; }`), { breaks: 'network' }),
  runc('starts-nothing', at('start', reports)),
  runc('foreign', '', { how: 'foreign', text: '' }),

  {
    ...{ name: 'shim-speaks', replaces: 'containerd-shim-runc-v2', when: 'before', text: odd, breaks: 'run' },
    how: { script: 'says; exit 1' },
  },
  {
    ...{ name: 'shim-does-nothing', replaces: 'containerd-shim-runc-v2', when: 'before', text: '', breaks: 'run' },
    how: { script: 'exit 0' },
  },
  {
    ...{ name: 'shim-garbage', replaces: 'containerd-shim-runc-v2', when: 'before', text: '', breaks: 'run' },
    how: { script: `echo '{"address": [7'; exit 0` },
  },

  {
    ...{ name: 'proxy-reports', replaces: 'docker-proxy', when: 'before', text: odd, breaks: 'publish' },
    how: { script: proxyReports },
  },
  {
    ...{ name: 'proxy-does-nothing', replaces: 'docker-proxy', when: 'before', text: '', breaks: 'publish' },
    how: { script: 'exit 0' },
  },
  {
    ...{ name: 'iptables-speaks', replaces: 'iptables', when: 'before', text: odd, breaks: 'run' },
    how: { script: 'case $1 in --version) ;; *) says; exit 1 ;; esac' },
  },

  {
    ...{ name: 'containerd-speaks', replaces: 'containerd', when: 'before', text: odd, breaks: 'run' },
    how: { script: 'says; exit 1' },
    patience: 8,
  },
  {
    ...{ name: 'containerd-hangs', replaces: 'containerd', when: 'before', text: odd, breaks: 'run' },
    how: { script: 'says; sleep 600' },
    patience: 8,
  },
  {
    ...{ name: 'dockerd-speaks', replaces: 'dockerd', when: 'before', text: odd, breaks: 'run' },
    how: { script: 'says; exit 1' },
  },
  {
    ...{ name: 'dockerd-does-nothing', replaces: 'dockerd', when: 'before', text: '', breaks: 'run' },
    how: { script: 'exit 0' },
  },
  {
    ...{ name: 'dockerd-hostile-text', replaces: 'dockerd', when: 'before', text: hostile, breaks: 'run' },
    how: { script: 'says; exit 1' },
  },
  {
    ...{ name: 'dockerd-hangs', replaces: 'dockerd', when: 'before', text: odd, breaks: 'run' },
    how: { script: 'says; sleep 600' },
    patience: 8,
  },

  {
    ...{ name: 'iptables-while-starting', replaces: 'iptables', when: 'during', text: odd, breaks: 'run' },
    how: { script: 'case $1 in --version) ;; *) says; exit 3 ;; esac' },
  },
  runc('while-starting', at('create', reports), { when: 'during' }),
  {
    ...{ name: 'shim-while-starting', replaces: 'containerd-shim-runc-v2', when: 'during', text: odd, breaks: 'run' },
    how: { script: 'says; exit 7' },
  },

  runc('replaced', at('create', reports), { when: 'after' }),
  {
    ...{ name: 'shim-garbage-file', replaces: 'containerd-shim-runc-v2', when: 'after', text: '', breaks: 'run' },
    how: 'garbage',
  },
  {
    ...{ name: 'iptables-refuses-ports', replaces: 'iptables', when: 'after', text: odd, breaks: 'publish' },
    how: { script: 'case " $* " in *" DNAT "*) says; exit 4 ;; esac' },
  },
  {
    ...{ name: 'proxy-dies-of-a-signal', replaces: 'docker-proxy', when: 'after', text: '', breaks: 'publish' },
    how: { script: 'kill -KILL $$; sleep 1' },
  },
  {
    ...{ name: 'containerd-replaced', replaces: 'containerd', when: 'after', text: odd, breaks: 'run' },
    how: { script: 'says; exit 1' },
    afterwards: 'kill -KILL "$(process containerd)"; asked 100 restart',
    patience: 8,
  },
  {
    ...{ name: 'dockerd-replaced', replaces: 'dockerd', when: 'after', text: odd, breaks: 'run' },
    how: { script: 'says; exit 1' },
    afterwards: 'asked 100 restart',
  },
];
