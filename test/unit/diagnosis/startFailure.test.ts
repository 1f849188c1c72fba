import { describe, expect, test } from 'vitest';
import { diagnoseStart, lastDecisiveLine, startFailureSignatures } from '../../../src/diagnosis/startFailure';

const network = 'failed to start daemon: Error initializing network controller: ';
const controller = `${network}error obtaining controller instance: `;
const json = 'unable to configure the Docker daemon with file /etc/docker/daemon.json: ';

/**
 * Last lines of daemons that did not start: [id, line, where it is from]. "own" is a line provoked with that engine in a
 * container of its own; the rest are public reports, so that each wording is one an engine really had.
 */
const positives: [string, string, string][] = [
  [
    'pid-file',
    'failed to start daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid',
    'own, 20.10.24; fhd/init-script-template#27',
  ],
  [
    'pid-file',
    'failed to start daemon, ensure docker is not running or delete /data/docker.pid: process with PID 30 is still running',
    'louislam/dockge#712, engine 27',
  ],
  [
    'pid-file',
    'Error starting daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid',
    'JetBrains/teamcity-docker-agent#46',
  ],
  [
    'containerd-timeout',
    'failed to start containerd: timeout waiting for containerd to start',
    'own, 20.10.24; docker-library/docker#195',
  ],
  [
    'containerd-pid-file',
    'failed to start containerd: strconv.ParseUint: parsing "12\\n": invalid syntax',
    'own, 20.10.24',
  ],
  [
    'containerd-socket-dead',
    'failed to start daemon: failed to dial "/run/containerd/containerd.sock": failed to dial "/run/containerd/containerd.sock": context deadline exceeded',
    'own, 20.10.24 and 26.1',
  ],
  [
    'containerd-missing',
    'failed to start containerd: exec: "containerd": executable file not found in $PATH',
    'own, 20.10.24 and 28.5',
  ],
  [
    'runc-missing',
    'failed to start daemon: error initializing buildkit: error creating buildkit instance: failed to find runc binary',
    'own, 28.5',
  ],
  [
    'containerd-metadata',
    'failed to start daemon: unknown service containerd.services.namespaces.v1.Namespaces: not implemented',
    'own, 20.10.24 and 26.1',
  ],

  ['daemon-json-syntax', `${json}invalid character '}' looking for beginning of object key string`, 'own, 20.10.24'],
  [
    'daemon-json-syntax',
    `${json}invalid JSON: invalid character '}' looking for beginning of object key string`,
    'own, 28.5',
  ],
  ['daemon-json-syntax', `${json}EOF`, 'own, 20.10.24, empty file'],
  [
    'daemon-json-type',
    `${json}json: cannot unmarshal string into Go struct field Config.debug of type bool`,
    'own, 20.10.24',
  ],
  [
    'daemon-json-unknown-key',
    `${json}the following directives don't match any configuration option: dbug`,
    'own, 20.10.24, 26.1 and 28.5',
  ],
  [
    'flag-file-conflict',
    `${json}the following directives are specified both as a flag and in the configuration file: hosts: (from flag: [fd://], from file: [unix:///var/run/docker.sock tcp://0.0.0.0:2375])`,
    'moby/moby#22339',
  ],
  [
    'flag-file-conflict',
    `${json}the following directives are specified both as a flag and in the configuration file: insecure-registries: (from flag: [192.168.0.2:5000], from file: [192.168.0.2:5000])`,
    'docker/for-linux#327',
  ],
  ['daemon-json-unusable', `${json}read /etc/docker/daemon.json: is a directory`, 'own, 20.10.24'],
  ['socket-group-unknown', 'failed to load listeners: group nosuchgroup not found', 'own, 20.10.24 and 28.5'],
  ['runtime-unknown', "failed to start daemon: specified default runtime 'nvidia' does not exist", 'own, 20.10.24'],
  [
    'seccomp-profile-missing',
    'failed to start daemon: opening seccomp profile (/nonexist) failed: open /nonexist: no such file or directory',
    'own, 20.10.24 and 28.5',
  ],
  [
    'cgroup-parent-not-slice',
    'failed to start daemon: cgroup-parent for systemd cgroup should be a valid slice named as "xxx.slice"',
    'own, 20.10.24 and 28.5',
  ],
  [
    'not-root',
    'dockerd needs to be started with root privileges. To run dockerd in rootless mode as an unprivileged user, see https://docs.docker.com/go/rootless/',
    'own, 28.5',
  ],
  [
    'not-root',
    'dockerd needs to be started with root. To see how to run dockerd in rootless mode with unprivileged user, see the documentation',
    'own, 20.10.24',
  ],
  [
    'fd-listener',
    'failed to load listeners: no sockets found via socket activation: make sure the service was started by systemd',
    'own, 20.10.24 and 28.5',
  ],

  [
    'socket-path-directory',
    "failed to load listeners: can't create unix socket /var/run/docker.sock: is a directory",
    'own, 20.10.24, 26.1 and 28.5',
  ],
  [
    'socket-path-busy',
    "failed to load listeners: can't create unix socket /var/run/docker.sock: device or resource busy",
    'docker-library/docker#215',
  ],
  ['port-in-use', 'failed to load listeners: listen tcp 127.0.0.1:2375: bind: address already in use', 'own, 20.10.24'],
  [
    'address-not-here',
    'failed to load listeners: listen tcp 10.9.8.7:2375: bind: cannot assign requested address',
    'own, 20.10.24',
  ],
  [
    'host-unknown',
    'failed to load listeners: listen tcp: lookup nowhere on 127.0.0.11:53: no such host',
    'own, 20.10.24',
  ],
  ['host-unknown', 'failed to load listeners: failed to lookup nowhere address in host specification', 'own, 28.5'],
  [
    'tls-files',
    'failed to create API server: Could not load X509 key pair (cert: "", key: ""): open : no such file or directory',
    'own, 20.10.24',
  ],
  ['tls-files', 'failed to load listeners: invalid TLS configuration: could not load X509 key pair', 'own, 28.5'],
  [
    'tls-key-mismatch',
    'failed to create API server: Error reading X509 key pair (cert: "c.pem", key: "k.pem"): tls: private key does not match public key',
    'own, 20.10.24',
  ],

  [
    'iptables-not-permitted',
    `${controller}failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root) (exit status 4)`,
    'own, 20.10.24, container without capabilities',
  ],
  [
    'iptables-not-permitted',
    `${controller}failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (legacy): can't initialize iptables table \`nat': Permission denied (you must be root) Perhaps iptables or your kernel needs to be upgraded. (exit status 3)`,
    'own, 20.10.24, container without capabilities',
  ],
  ['iptables-missing', `${controller}failed to create NAT chain DOCKER: Iptables not found`, 'dyrnq/install-docker#10'],
  [
    'iptables-missing',
    `${controller}failed to register "bridge" driver: failed to create NAT chain DOCKER: iptables not found`,
    'own, 26.1 and 28.5',
  ],
  [
    'iptables-nft-unsupported',
    `${controller}failed to register "bridge" driver: failed to create NAT chain DOCKER: iptables failed: iptables --wait -t nat -N DOCKER: iptables v1.8.10 (nf_tables): TABLE_ADD failed (Not supported): table nat (exit status 4)`,
    'docker-library/official-images#16372',
  ],
  [
    'iptables-nft-unsupported',
    `${controller}failed to create NAT chain DOCKER: iptables failed: iptables --wait -t nat -N DOCKER: iptables v1.8.5 (nf_tables):  CHAIN_ADD failed (No such file or directory): chain PREROUTING (exit status 4)`,
    'docker/for-linux#1128',
  ],
  [
    'iptables-nft-unsupported',
    `${controller}failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables: Failed to initialize nft: Protocol not supported (exit status 1)`,
    'own, 20.10.24',
  ],
  [
    'iptables-nft-unsupported',
    `${controller}failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Invalid argument (exit status 4)`,
    'own, 20.10.24',
  ],
  [
    'iptables-legacy-unsupported',
    `${controller}failed to create NAT chain DOCKER: iptables failed: iptables --wait -t nat -N DOCKER: modprobe: FATAL: Module ip_tables not found in directory /lib/modules/6.18 iptables v1.8.9 (legacy): can't initialize iptables table \`nat': Table does not exist (do you need to insmod?) Perhaps iptables or your kernel needs to be upgraded. (exit status 3)`,
    'own, 20.10.24; docker-library/docker#350',
  ],
  [
    'emulated',
    `${controller}failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.7 (legacy): can't initialize iptables table \`nat': iptables who? (do you need to insmod?) (exit status 3)`,
    'docker/for-mac#6284',
  ],
  [
    'ip6tables',
    `${controller}failed to create NAT chain DOCKER: ip6tables failed: ip6tables --wait -t nat -N DOCKER: ip6tables v1.8.9 (legacy): can't initialize ip6tables table \`nat': Table does not exist (do you need to insmod?) (exit status 3)`,
    'moby/moby#47895',
  ],
  [
    'kernel-module-missing',
    `${network}Error creating default "bridge" network: Failed to program NAT chain: iptables failed: Extension addrtype revision 0 not supported, missing kernel module? iptables v1.8.9 (nf_tables): RULE_APPEND failed (No such file or directory): rule in chain PREROUTING (exit status 4)`,
    'own, 20.10.24',
  ],
  [
    'firewalld',
    `${controller}failed to register "bridge" driver: failed to create NAT chain DOCKER: COMMAND_FAILED: INVALID_IPV: 'ipv4' is not a valid backend or is unavailable`,
    'docker/for-linux#1541',
  ],
  ['bridge-unsupported', `${network}Error creating default "bridge" network: package not installed`, 'own, 20.10.24'],
  [
    'bridge-not-permitted',
    `${network}Error creating default "bridge" network: operation not permitted`,
    'own, 20.10.24, without CAP_NET_ADMIN and without iptables',
  ],
  [
    'bridge-netfilter',
    `${controller}cannot restrict inter-container communication or run without the userland proxy: stat /proc/sys/net/bridge/bridge-nf-call-iptables: no such file or directory`,
    'moby/moby#49622, engine 28',
  ],
  [
    'address-pools',
    `${network}error creating default "bridge" network: could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network`,
    'moby/moby#46862',
  ],
  [
    'address-pools',
    `${network}error creating default "bridge" network: all predefined address pools have been fully subnetted`,
    'own, 28.5',
  ],
  ['address-pools', `${network}list bridge addresses failed: no available network`, 'moby/moby#31546'],
  [
    'address-overlap',
    `${network}Error creating default "bridge" network: Pool overlaps with other one on this address space`,
    'Mailu/Mailu#3812',
  ],
  [
    'bridge-address',
    `${network}Error creating default "bridge" network: invalid CIDR address: 300.1.1.1/8`,
    'own, 20.10.24',
  ],
  ['bridge-address', `${network}parse bip failed: invalid CIDR address: 10.0.0.256/8`, 'own, 28.5'],
  [
    'bridge-address',
    `${network}Error creating default "bridge" network: failed to allocate gateway (172.17.0.0): Address already in use`,
    'own, 20.10.24',
  ],
  [
    'ipv6-without-subnet',
    `${network}Error creating default "bridge" network: IPv6 is enabled for the default bridge, but no subnet is configured. Specify an IPv6 subnet using --fixed-cidr-v6`,
    'own, 20.10.24',
  ],
  [
    'ip-forward',
    `${network}Error creating default "bridge" network: setup IPv4 forwarding: Enabling IP forwarding failed: open /proc/sys/net/ipv4/ip_forward: read-only file system`,
    'own, 20.10.24',
  ],
  [
    'ip-forward',
    `${network}failed to set IP forwarding: open /proc/sys/net/ipv4/ip_forward: read-only file system`,
    'own, 28.5',
  ],

  [
    'data-root-read-only',
    'failed to start daemon: chmod /var/lib/docker: read-only file system',
    'own, 20.10.24 and 28.5',
  ],
  ['data-root-read-only', 'failed to start daemon: mkdir /var/run/docker: read-only file system', 'own, 20.10.24'],
  [
    'disk-full',
    'failed to start daemon: Unable to get the TempDir under /var/lib/docker: mkdir /var/lib/docker/tmp: no space left on device',
    'own, 20.10.24',
  ],
  [
    'temporary-folder',
    'failed to start daemon: Unable to get the TempDir under /var/lib/docker: chmod /mnt/tmp: invalid argument',
    'own, 28.5, DOCKER_TMPDIR',
  ],
  [
    'driver-unsupported',
    'failed to start daemon: error initializing graphdriver: driver not supported',
    'own, 20.10.24; aws/aws-codebuild-docker-images#674',
  ],
  [
    'driver-unsupported',
    'failed to start daemon: error initializing graphdriver: driver not supported: overlay2',
    'mgksu/dockerd#5, engine 27',
  ],
  [
    'driver-unsupported',
    'Error starting daemon: error initializing graphdriver: backing file system is unsupported for this graph driver',
    'ansible/molecule#1877',
  ],
  [
    'driver-unsupported',
    'failed to start daemon: error initializing graphdriver: prerequisites for driver not satisfied (wrong filesystem?)',
    'own, 20.10.24, btrfs driver',
  ],
  [
    'driver-removed',
    'failed to start daemon: error initializing graphdriver: [graphdriver] ERROR: the aufs storage-driver has been deprecated and removed; visit https://docs.docker.com/go/storage-driver/ for more information',
    'own, 28.5',
  ],
  [
    'storage-option-unknown',
    'failed to start daemon: error initializing graphdriver: overlay2: unknown option overlay2.override_kernel_check: overlay2',
    'dyrnq/install-docker#11',
  ],
  [
    'several-drivers',
    'Error starting daemon: error initializing graphdriver: /var/lib/docker contains several valid graphdrivers: overlay2, aufs; Please cleanup or explicitly choose storage driver (-s <DRIVER>)',
    'moby/moby#15651',
  ],
  [
    'layer-missing',
    'failed to start daemon: stat /var/lib/docker/overlay2/8f0c: no such file or directory',
    'own, 20.10.24 and 28.5',
  ],
  [
    'layer-missing',
    'failed to start daemon: error creating overlay mount to /var/lib/docker/overlay2/8f0c/merged: no such file or directory',
    'own, 26.1',
  ],
  ['network-database', `${controller}error while populating kmap: invalid database`, 'own, 20.10.24'],
  ['network-database', `${network}error obtaining controller instance: invalid database`, 'own, 26.1'],
  [
    'network-database',
    'failed to start daemon: Error initializing network controller: libnet controller initialization: invalid database',
    'own, 28.5',
  ],
  [
    'reference-store',
    "failed to start daemon: Couldn't create reference store repository: unexpected EOF",
    'own, 20.10.24 and 28.5',
  ],
  [
    'volume-database',
    'failed to start daemon: error while opening volume store metadata database (/var/lib/docker/volumes/metadata.db): invalid database',
    'own, 28.5',
  ],
  [
    'data-root-in-use',
    'failed to start daemon: error while opening volume store metadata database: timeout',
    'moby/moby#22507 family',
  ],
  [
    'buildkit-database',
    'failed to start daemon: error initializing buildkit: failed to open database file /var/lib/docker/buildkit/cache.db: invalid database',
    'own, 20.10.24',
  ],
  ['database-damaged', 'failed to start daemon: invalid database', 'own, 20.10.24'],

  [
    'process-limit',
    'failed to start daemon: Error initializing network controller: fork/exec /usr/sbin/iptables: resource temporarily unavailable',
    'own, 20.10.24, pids limit 24',
  ],
  ['cgroups-not-mounted', "failed to start daemon: Devices cgroup isn't mounted", 'own, 20.10.24'],
  [
    'apparmor',
    'failed to start daemon: AppArmor enabled on system but the docker-default profile could not be loaded: exec: "apparmor_parser"',
    'nestybox/sysbox#662',
  ],
  [
    'not-privileged',
    'failed to start daemon: error while creating the plugin root: mount /var/lib/docker/plugins: operation not permitted',
    'own, 20.10.24',
  ],
  ['daemon-panic', 'panic: page 3 already freed', 'moby/moby, corrupt bolt file'],
];

/** Lines that look like a signature's and mean something else. */
const negatives: [string, string][] = [
  // The client's sentence about a socket, not the daemon's.
  ['not-privileged', 'permission denied while trying to connect to the Docker daemon socket'],
  // inotify's limit has the errno of a full disk.
  ['disk-full', 'failed to start daemon: inotify_add_watch /etc/cdi: no space left on device'],
  // A full process table is not a missing iptables.
  ['iptables-missing', 'fork/exec /usr/sbin/iptables: resource temporarily unavailable'],
  // "no permission" and "no such table" share most of their words.
  [
    'iptables-legacy-unsupported',
    "iptables v1.8.9 (legacy): can't initialize iptables table `nat': Permission denied (you must be root)",
  ],
  [
    'iptables-nft-unsupported',
    'iptables v1.8.9 (nf_tables): Could not fetch rule set generation id: Permission denied (you must be root)',
  ],
  // /proc/sys is not the data root.
  ['data-root-read-only', 'Enabling IP forwarding failed: open /proc/sys/net/ipv4/ip_forward: read-only file system'],
  // A taken gateway address is no taken port.
  ['port-in-use', 'failed to allocate gateway (172.17.0.0): Address already in use'],
  // daemon.json is named by every message about it.
  ['daemon-json-syntax', `${json}the following directives don't match any configuration option: hostz`],
  ['daemon-json-unusable', 'open /etc/docker/daemon.json: permission denied'],
  ['pid-file', 'process with PID 30 is still running'],
  ['containerd-timeout', 'timeout waiting for plugin'],
  ['network-database', 'error while opening volume store metadata database: invalid database'],
];

describe('the last line of a failed start', () => {
  test.each(positives)('%s: %s', (id, line) => {
    const failure = diagnoseStart(line);
    expect(failure.id).toBe(id);
    expect(failure.line).toBe(line);
    expect(`${failure.title} ${failure.nextStep}`).not.toMatch(/\$\d|undefined/);
  });

  test.each(negatives)('is not %s: %s', (id, line) => {
    expect(diagnoseStart(line).id).not.toBe(id);
  });

  test('unknown is shown as it is, and said to be unknown', () => {
    const line = 'failed to start daemon: the moon is in the wrong house';
    expect(diagnoseStart(line)).toMatchObject({
      id: 'not-recognised',
      title: expect.stringContaining('not recognised'),
      line,
    });
  });

  test('every signature has a real line that finds it', () => {
    const proven = new Set(positives.map(([id]) => id));
    const exempt = [
      'inotify-limit',
      'live-restore-swarm',
      'nat-chain',
      'bridge-name',
      'xfs-without-dtype',
      'open-files',
    ];
    const unproven = startFailureSignatures.map(({ id }) => id).filter((id) => !proven.has(id));
    expect(unproven.sort()).toEqual(exempt.sort());
    expect(new Set(startFailureSignatures.map(({ id }) => id)).size).toBe(startFailureSignatures.length);
  });

  test.each([
    ['inotify-limit', 'failed to start daemon: inotify_add_watch /etc/cdi: no space left on device'],
    [
      'live-restore-swarm',
      'failed to start daemon: --live-restore daemon configuration is incompatible with swarm mode',
    ],
    ['nat-chain', `${controller}failed to create NAT chain DOCKER: iptables failed: signal: killed`],
    ['bridge-name', `${network}bridge device with non default name br9 must be created manually`],
    [
      'xfs-without-dtype',
      'failed to start daemon: error initializing graphdriver: overlay2: the backing xfs filesystem is formatted without d_type support, which leads to incorrect behavior. Reformat the filesystem with ftype=1',
    ],
    ['open-files', 'failed to start daemon: open /var/lib/docker/x: too many open files'],
  ])('wording from the sources: %s', (id, line) => {
    expect(diagnoseStart(line).id).toBe(id);
  });

  test('names what the line names', () => {
    expect(diagnoseStart(`${json}the following directives don't match any configuration option: dbug`).title).toContain(
      'dbug',
    );
    expect(diagnoseStart('listen tcp 127.0.0.1:2375: bind: address already in use').title).toContain('127.0.0.1:2375');
    expect(
      diagnoseStart(
        `${json}the following directives are specified both as a flag and in the configuration file: hosts: (x)`,
      ).title,
    ).toContain('hosts is given twice');
    expect(diagnoseStart('Extension MASQUERADE revision 0 not supported, missing kernel module?').nextStep).toContain(
      'xt_MASQUERADE',
    );
  });
});

const info = (text: string): string => `time="2026-11-23T10:59:40.756726574Z" level=info msg="${text}"`;
const error = (text: string, more = ''): string => `time="2026-11-23T10:59:40.8Z" level=error msg="${text}"${more}`;

describe('the decisive line of a log', () => {
  test('is the last one without a time stamp, with the lines that continue it', () => {
    // The end of the log of engine 20.10.24 in a container without capabilities.
    const log = [
      info('Starting up'),
      info('[core] Channel Connectivity change to TRANSIENT_FAILURE'),
      "failed to start daemon: Error initializing network controller: error obtaining controller instance: failed to create NAT chain DOCKER: iptables failed: iptables -t nat -N DOCKER: iptables v1.8.9 (legacy): can't initialize iptables table `nat': Permission denied (you must be root)",
      'Perhaps iptables or your kernel needs to be upgraded.',
      ' (exit status 3)',
      '',
    ];
    const line = lastDecisiveLine(log);
    expect(line).toMatch(/^failed to start daemon: .*\(exit status 3\)$/);
    expect(diagnoseStart(line ?? '').id).toBe('iptables-not-permitted');
  });

  test('is found above what a dying daemon logs after it, and below what is harmless', () => {
    expect(
      lastDecisiveLine([
        info('Starting up'),
        error('failed to load plugin io.containerd.snapshotter.v1.devmapper', ' error="devmapper not configured"'),
        'failed to start containerd: timeout waiting for containerd to start',
        info('stopping event stream following graceful shutdown'),
      ]),
    ).toBe('failed to start containerd: timeout waiting for containerd to start');
  });

  test('is the last error where there is no bare line, with its cause', () => {
    expect(
      lastDecisiveLine([
        info('Starting up'),
        error('failed to mount overlay: invalid argument', ' storage-driver=overlay2'),
        error('could not open \\"/x\\"', ' error="no such file"'),
        error('failed to initialize a tracing processor', ' error="skip plugin"'),
      ]),
    ).toBe('could not open "/x": no such file');
  });

  test('belongs to the newest attempt', () => {
    const earlier =
      'failed to start daemon: pid file found, ensure docker is not running or delete /var/run/docker.pid';
    expect(lastDecisiveLine([info('Starting up'), earlier, info('Starting up'), info('API listen')])).toBeUndefined();
    expect(lastDecisiveLine([info('Starting up'), earlier])).toBe(earlier);
  });

  test('of a configuration error has no "Starting up" above it', () => {
    expect(lastDecisiveLine([`${json}EOF`, `${json}invalid character 'x'`])).toBe(`${json}invalid character 'x'`);
  });

  test('of a panic is its first line', () => {
    const log = [
      info('Starting up'),
      'panic: page 3 already freed',
      '',
      'goroutine 1 [running]:',
      'main.main()',
      '\t/go/src/main.go:12 +0x1',
    ];
    expect(lastDecisiveLine(log)).toBe('panic: page 3 already freed');
  });

  test('loses the prefix of a journal, and remarks do not count', () => {
    expect(lastDecisiveLine(['2026-11-23T10:59:40+0000 box dockerd[12]: failed to start daemon: x'])).toBe(
      'failed to start daemon: x',
    );
    expect(lastDecisiveLine(['failed to start daemon: x', 'Flag --graph has been deprecated, use --data-root'])).toBe(
      'failed to start daemon: x',
    );
    expect(lastDecisiveLine([])).toBeUndefined();
    expect(lastDecisiveLine([info('Starting up'), info('API listen on /var/run/docker.sock')])).toBeUndefined();
  });
});
