// Fifteen faults of a Docker-in-Docker set-up as people meet them, with the answer that a good diagnosis would give. They
// were written down by somebody who had not read what the diagnosis looks for, before it was first asked about them:
// `expect` is never edited to suit what it says.

/** @typedef {import('../../tools/labs/unseenScore.mjs').UnseenFault} UnseenFault */

/** A station with a network beyond it: 10.77.0.1 is reached over `uplink`, by which the default route leaves too. */
const uplink = `
setsid unshare --net sleep infinity </dev/null >/dev/null 2>&1 &
beyond=$!
until [ "$(readlink "/proc/$beyond/ns/net")" != "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add uplink type veth peer name far netns "$beyond"
ip address add 10.77.0.2/24 dev uplink
ip link set uplink up
nsenter --target "$beyond" --net sh -c 'ip address add 10.77.0.1/24 dev far && ip link set far up && ip link set lo up'
ip route add default via 10.77.0.1
`;

/** A name server at 10.77.0.1 that gives every name the address 10.77.0.1, and nothing but addresses of IPv4. */
const nameServer = String.raw`
cat >/tmp/name-server.pl <<'PERL'
use IO::Socket::INET;
my $socket = IO::Socket::INET->new(LocalAddr => '10.77.0.1', LocalPort => 53, Proto => 'udp') or die;
while (defined $socket->recv(my $query, 512)) {
  my $end = index($query, "\0", 12) + 5;
  my $question = substr($query, 12, $end - 12);
  my $known = unpack('n', substr($question, -4, 2)) == 1;
  my $answer = $known ? "\xc0\x0c" . pack('nnNn', 1, 1, 60, 4) . pack('C4', 10, 77, 0, 1) : '';
  $socket->send(substr($query, 0, 2) . pack('nnnnn', 0x8180, 1, $known ? 1 : 0, 0, 0) . $question . $answer);
}
PERL
setsid nsenter --target "$beyond" --net perl /tmp/name-server.pl </dev/null >/dev/null 2>&1 &
echo 'nameserver 10.77.0.1' >/etc/resolv.conf
until getent hosts registry.station.test; do sleep 0.1; done
`;

/** A user's container, without a network. */
const container = 'as_user timeout 30 docker run --rm --network none busybox /bin/busybox true';

/** @type {readonly UnseenFault[]} */
export const faults = [
  {
    entry: 'default-nofile-above-nr-open',
    kind: 'limits',
    title: 'daemon.json gives containers more open files than the kernel allows any process',
    make: `
configure '{"default-ulimits":{"nofile":{"Name":"nofile","Soft":2097152,"Hard":2097152}}}'
starts
image`,
    there: `answers && fails rlimit ${container}`,
    expect: {
      cause:
        /(?=.*(ulimit|rlimit|nofile|nr_open|open[ -]files?|descriptors))(?=.*(nr_open|default|daemon\.json|above|higher|highest|exceed|more|beyond|over|too (high|large|many)|than|kernel))/is,
      fact: /2 ?097 ?152|2,097,152|nr_open|1048576/i,
      remedy: /ulimit|nofile|nr_open/i,
      severity: ['error'],
    },
  },
  {
    entry: 'mirror-with-path',
    kind: 'registry mirror',
    title: 'the mirror of registries is a path of a repository manager, which the engine refuses',
    make: `
configure '{"registry-mirrors":["https://nexus.example.com/repository/docker-hub"]}'
! starts`,
    there: '! starts',
    expect: {
      cause: /(?=.*mirror)(?=.*(path|valid|refuse|reject|accept|allow|form|address|url))/is,
      fact: /nexus\.example\.com\/repository/i,
      remedy: /mirror/i,
      severity: ['error'],
    },
  },
  {
    entry: 'run-full',
    kind: 'disk, containerd',
    title: 'the small /run is full, so that containerd cannot keep the state of a container',
    make: `
mount -o remount,size=4m /run
starts
image
cat /dev/zero >/run/agent.log || :`,
    there: `answers && fails 'no space left' ${container}`,
    expect: {
      cause: /(?=.*\/run(?![\w]))(?=.*(full|space|room|used up|exhausted))/is,
      fact: /(?=.*\/run(?![\w]))(?=.*(100 ?%|\b0 (bytes|[km]i?b)?\b|no space|4(\.0)? ?mi?b?\b|4096|4194304))/is,
      remedy: /(?=.*\/run(?![\w]))(?=.*(free|remove|delete|clear|larger|bigger|enlarge|size|remount|space))/is,
      severity: ['error'],
    },
  },
  {
    entry: 'runc-of-another-architecture',
    kind: 'runc',
    title: 'a runc for arm64 stands in /usr/local/sbin before the right one',
    make: `
{
  printf '\\177ELF\\002\\001\\001\\000\\000\\000\\000\\000\\000\\000\\000\\000\\002\\000\\267\\000\\001\\000\\000\\000'
  head -c 4072 /dev/zero
} >/usr/local/sbin/runc
chmod 755 /usr/local/sbin/runc
starts
image`,
    there: `answers && fails 'exec format error' ${container}`,
    expect: {
      cause:
        /(?=.*(runc|runtime))(?=.*(architecture|arm64|aarch64|format|not a program|(cannot|can not|not) (be )?(run|executed|started|work)|broken|wrong|shadow|another|other|\/usr\/local))/is,
      fact: /\/usr\/local\/sbin\/runc|exec format error|aarch64|arm64/i,
      remedy: /runc/i,
      severity: ['error'],
    },
  },
  {
    entry: 'legacy-forward-drop',
    kind: 'iptables',
    title: 'an earlier engine left FORWARD DROP in the tables of iptables-legacy; this one writes to nf_tables',
    make: `${uplink}
starts
image
iptables-legacy -P FORWARD DROP`,
    there: `
busybox ping -c 1 -W 2 10.77.0.1 &&
! as_user timeout 30 docker run --rm busybox /bin/busybox ping -c 1 -W 2 10.77.0.1`,
    expect: {
      cause:
        /(?=.*(legacy|other (set|table|backend|kind)|both|two (sets|kinds|backends)))(?=.*(forward|drop|iptables|rule|table))/is,
      fact: /legacy|-P FORWARD DROP|FORWARD.{0,20}DROP/i,
      remedy: /legacy/i,
      severity: ['error', 'warning'],
    },
  },
  {
    entry: 'loopback-name-server',
    kind: 'DNS',
    title: 'daemon.json names 127.0.0.53 as name server, which is the container itself in a container',
    make: `${uplink}${nameServer}
configure '{"dns":["127.0.0.53"]}'
starts
image`,
    there: `
as_user getent hosts registry.station.test &&
! as_user timeout 40 docker run --rm busybox /bin/busybox nslookup registry.station.test`,
    expect: {
      cause:
        /(?=.*(\bdns\b|name ?server|resolve|names))(?=.*(loopback|127\.0\.0\.53|localhost|container itself|\bown\b|daemon\.json|configured))/is,
      fact: /127\.0\.0\.53/,
      remedy: /\bdns\b|name ?server/i,
      severity: ['error', 'warning'],
    },
  },
  {
    entry: 'logging-plugin-missing',
    kind: 'plugin',
    title: 'the default log driver is a plugin that is not installed on this engine',
    make: `
configure '{"log-driver":"loki"}'
starts
image`,
    there: `answers && fails loki ${container}`,
    expect: {
      cause: /log(ging)?[ -]?driver|log(ging)? plugin|loki/i,
      fact: /loki/i,
      remedy: /plugin install|install.*(plugin|loki)|log-driver|log driver/i,
      severity: ['error'],
    },
  },
  {
    entry: 'parent-group-too-small',
    kind: 'cgroups',
    title: 'daemon.json puts all containers below a control group that has memory for none',
    cgroups: 'v1',
    make: `
mkdir /sys/fs/cgroup/memory/ci
echo 2M >/sys/fs/cgroup/memory/ci/memory.limit_in_bytes
configure '{"cgroup-parent":"/ci"}'
starts
image`,
    there: `answers && ! ${container}`,
    expect: {
      cause: /(?=.*(memory|\boom\b))(?=.*(parent|\/ci\b|too (small|little|low)|kill|\boom\b|not enough|exhausted))/is,
      fact: /\/ci\b|2097152|2(\.0)? ?Mi?B?\b/i,
      remedy: /cgroup-parent|limit|memory/i,
      severity: ['error'],
    },
  },
  {
    entry: 'run-closed-to-users',
    kind: 'permissions',
    title: 'the socket is open to the user, the folder above it is not',
    make: `
starts
chmod 700 /run`,
    there: `answers && fails 'permission denied' as_user docker version`,
    expect: {
      cause:
        /(?=.*((?<!\w)\/run(?![\w/])|director(y|ies)|\bfolder\b))(?=.*(permission|mode|closed|open|search|enter|travers|pass|access|reach|allow|denied|denies))/is,
      fact: /\b0?700\b|drwx------/,
      remedy: /(?<!\w)\/run(?![\w/])|director(y|ies)|\bfolder\b/i,
      severity: ['error'],
    },
  },
  {
    entry: 'proxy-before-the-engine',
    kind: 'proxy, client',
    title: 'the docker command asks the proxy for tcp://docker:2375, because NO_PROXY does not name it',
    make: `
ip address add 10.77.0.2/32 dev lo
echo '10.77.0.2 docker' >>/etc/hosts
starts -H unix:///var/run/docker.sock -H tcp://10.77.0.2:2375 --tls=false
echo 'DOCKER_HOST=tcp://docker:2375 HTTP_PROXY=http://127.0.0.1:3128 NO_PROXY=localhost' >/tmp/environment`,
    there: `
answers &&
fails 'Cannot connect' as_user docker version &&
as_user env -u HTTP_PROXY docker version`,
    expect: {
      cause: /proxy/i,
      fact: /3128|HTTP_PROXY|NO_PROXY/i,
      remedy: /proxy/i,
      severity: ['error'],
    },
  },
  {
    entry: 'certificate-without-names',
    kind: 'TLS',
    title: "the engine's certificate has its name in the common name alone, which no present client accepts",
    make: `
echo '127.0.0.1 docker' >>/etc/hosts
mkdir /etc/docker-tls /home/coder/certs
(
  cd /etc/docker-tls
  openssl req -x509 -newkey rsa:2048 -nodes -days 365 -subj '/CN=station CA' -keyout ca-key.pem -out ca.pem
  openssl req -newkey rsa:2048 -nodes -subj /CN=docker -keyout server-key.pem -out server.csr
  openssl x509 -req -days 365 -in server.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -out server.pem
  openssl req -newkey rsa:2048 -nodes -subj /CN=client -keyout key.pem -out client.csr
  printf 'extendedKeyUsage=clientAuth\\n' >client.ext
  openssl x509 -req -days 365 -in client.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -extfile client.ext -out cert.pem
  cp ca.pem cert.pem key.pem /home/coder/certs
)
chown -R coder: /home/coder/certs
starts -H unix:///var/run/docker.sock -H tcp://127.0.0.1:2376 --tlsverify --tlscacert /etc/docker-tls/ca.pem \\
  --tlscert /etc/docker-tls/server.pem --tlskey /etc/docker-tls/server-key.pem
echo 'DOCKER_HOST=tcp://docker:2376 DOCKER_TLS_VERIFY=1 DOCKER_CERT_PATH=/home/coder/certs' >/tmp/environment`,
    there: `answers && fails 'Common Name|SANs' as_user docker version`,
    expect: {
      cause: /(?=.*(certificate|tls))(?=.*(\bSANs?\b|\bnames?\b|altname))/is,
      fact: /\bSANs?\b|alt(ernative)? ?name|common ?name|CN ?= ?docker/i,
      remedy: /\bSANs?\b|alternative name|subjectAltName|certificate/i,
      severity: ['error'],
    },
  },
  {
    entry: 'seccomp-denies-capset',
    kind: 'seccomp',
    title: 'a hardened seccomp profile denies a call that runc itself needs after it is in force',
    make: `
configure '{"seccomp-profile":"/etc/docker/seccomp-hardened.json"}'
cat >/etc/docker/seccomp-hardened.json <<'PROFILE'
{
  "defaultAction": "SCMP_ACT_ALLOW",
  "syscalls": [
    { "names": ["bpf", "capset", "kexec_load", "perf_event_open", "ptrace"], "action": "SCMP_ACT_ERRNO" }
  ]
}
PROFILE
starts
image`,
    there: `answers && fails 'operation not permitted' ${container}`,
    expect: {
      cause: /seccomp/i,
      fact: /seccomp-hardened\.json|capset/i,
      remedy: /seccomp/i,
      severity: ['error'],
    },
  },
  {
    entry: 'read-only-etc-docker',
    kind: 'read-only mount',
    title: '/etc/docker is mounted read-only, as a ConfigMap is, and the engine keeps its key there',
    make: `
configure '{"log-driver":"json-file"}'
mount --bind /etc/docker /etc/docker
mount -o remount,bind,ro /etc/docker
! starts`,
    there: '! starts',
    expect: {
      cause: /(?=.*(\/etc\/docker|key))(?=.*(read[- ]only|writ))/is,
      fact: /(?=.*\/etc\/docker)(?=.*(read[- ]only|\bro\b|key\.json))/is,
      remedy: /(?=.*(\/etc\/docker|daemon\.json|key))(?=.*(writ|read[- ]only|\brw\b|mount))/is,
      severity: ['error'],
    },
  },
  {
    entry: 'container-configuration-empty',
    kind: 'leftover of a crash',
    title: 'a crash left the file of a container empty: the engine starts without the container',
    make: `
starts
image
docker run -d --name web --network none busybox /bin/busybox sleep 600
docker kill web
engine=$(process dockerd)
kill "$engine"
while [ "$(process dockerd)" = "$engine" ]; do sleep 0.1; done
for file in /var/lib/docker/containers/*/config.v2.json; do : >"$file"; done
starts`,
    there: `answers && fails 'No such container' as_user docker start web`,
    expect: {
      cause:
        /(?=.*container)(?=.*(damaged|corrupt|truncat|empty|lost|missing from|skipp|unreadable|not (be )?(loaded|read)|(failed|unable) to (load|read)|(cannot|could not|did not) (load|read)))/is,
      fact: /config\.v2\.json|containers\/[0-9a-f]{12}|\b[0-9a-f]{64}\b/i,
      remedy: /config\.v2\.json|\/containers\/|container/i,
      severity: ['error', 'warning'],
    },
  },
  {
    entry: 'buildx-is-a-web-page',
    kind: 'client',
    title: 'the buildx that a script fetched is the text of an error page, and builds are sent to it',
    make: `
starts
image
mkdir -p /home/coder/.docker/cli-plugins /home/coder/project
echo 'Not Found' >/home/coder/.docker/cli-plugins/docker-buildx
chmod 755 /home/coder/.docker/cli-plugins/docker-buildx
echo '{"aliases":{"builder":"buildx"}}' >/home/coder/.docker/config.json
printf 'FROM busybox\\nCOPY Dockerfile /\\n' >/home/coder/project/Dockerfile
chown -R coder: /home/coder/.docker /home/coder/project
echo 'DOCKER_BUILDKIT=1' >/tmp/environment`,
    there: `answers && fails buildx as_user timeout 30 docker build /home/coder/project`,
    expect: {
      cause: /buildx|build plugin/i,
      fact: /docker-buildx|aliases|DOCKER_BUILDKIT/i,
      remedy: /buildx|alias|DOCKER_BUILDKIT/i,
      severity: ['error', 'warning'],
    },
  },
];
