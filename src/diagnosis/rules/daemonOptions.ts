/** Keys of daemon.json that some engine from 20.10 to 29 knows, by the source of dockerd's configuration. */
export const daemonOptions: ReadonlySet<string> = new Set(
  `allow-direct-routing allow-nondistributable-artifacts api-cors-header authorization-plugins bip bip6 bridge
  bridge-accept-fwmark builder cdi-spec-dirs cgroup-parent cluster-advertise cluster-store cluster-store-opts containerd
  containerd-namespace containerd-plugin-namespace cpu-rt-period cpu-rt-runtime cri-containerd data-root debug
  default-address-pools default-cgroupns-mode default-gateway default-gateway-v6 default-ipc-mode
  default-network-opts default-runtime default-shm-size default-ulimits deprecated-key-path dns dns-opts dns-search
  exec-opts exec-root experimental features firewall-backend fixed-cidr fixed-cidr-v6 graph group host-gateway-ip
  host-gateway-ips hosts http-proxy https-proxy icc init init-path insecure-registries ip ip-forward ip-forward-no-drop
  ip-masq ip6tables iptables ipv6 labels live-restore log-driver log-format log-level log-opts
  max-concurrent-downloads max-concurrent-uploads max-download-attempts metrics-addr min-api-version mirrors mtu
  network-control-plane-mtu network-diagnostic-port no-new-privileges no-proxy node-generic-resources
  oom-score-adjust pidfile proxies raw-logs registry-mirrors rootless runtimes seccomp-profile selinux-enabled
  shutdown-timeout storage-driver storage-opts swarm-default-advertise-addr tls tlscacert tlscert tlskey tlsverify
  userland-proxy userland-proxy-path userns-remap default-ulimit allow-nondistributable-artifacts`.split(/\s+/),
);

/** Keys whose flag has another name: lists are plural in the file and singular on the command line. */
const renamed: Readonly<Record<string, string>> = {
  hosts: 'host',
  labels: 'label',
  'authorization-plugins': 'authorization-plugin',
  'default-address-pools': 'default-address-pool',
  'default-ulimits': 'default-ulimit',
  'dns-opts': 'dns-opt',
  'exec-opts': 'exec-opt',
  'insecure-registries': 'insecure-registry',
  'log-opts': 'log-opt',
  'registry-mirrors': 'registry-mirror',
  runtimes: 'add-runtime',
  'storage-opts': 'storage-opt',
};

/** The flag of dockerd that sets what a key of daemon.json sets. */
export function daemonFlagOf(key: string): string {
  return renamed[key] ?? key;
}
