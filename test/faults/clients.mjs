// A daemon that is well, and a client that is not. The steps use test/faults/prelude.sh.
/** @import { Fault } from '../../tools/labs/faultJudge.mjs' */

/** Variables of the user's environment that mislead docker. @type {(entry: string, set: string, before?: string) => Fault} */
const misled = (entry, set, before = '') => ({
  entry,
  make: `${before} $HELPER start; echo '${set}' >/tmp/environment`,
  there: '! as_user docker ps',
  remedy: 'rm /tmp/environment',
});

/** @type {readonly Fault[]} */
export const clients = [
  misled('docker-host-wrong', 'DOCKER_HOST=tcp://127.0.0.1:2375'),
  misled('client-too-new-forced', 'DOCKER_API_VERSION=1.99'),
  misled('client-too-old', 'DOCKER_API_VERSION=1.10'),
  misled('tls-client-files-missing', 'DOCKER_HOST=tcp://127.0.0.1:2376 DOCKER_TLS_VERIFY=1'),
  misled(
    'http-to-tls-port',
    'DOCKER_HOST=tcp://127.0.0.1:2376',
    'echo tls_certdir=/certs >>/etc/dind-station/helper.conf;',
  ),
  {
    entry: 'credential-helper-missing',
    // A registry that takes every password: only then is there something to keep.
    make: `$HELPER start; install -d -o coder /home/coder/.docker
      echo '{"credsStore": "nowhere"}' >/home/coder/.docker/config.json
      mkdir -p /tmp/registry/v2; echo '{}' >/tmp/registry/v2/index.html
      busybox httpd -p 127.0.0.1:9000 -h /tmp/registry`,
    there: 'as_user docker login --username a --password b 127.0.0.1:9000 2>&1 | grep -q docker-credential-nowhere',
    remedy: 'rm /home/coder/.docker/config.json',
  },
  {
    entry: 'socket-group-missing',
    make: '$HELPER start; setfacl -b /run/docker.sock; chgrp root /run/docker.sock',
    there: '! as_user docker ps',
    remedy: 'fix socket.socket-group-missing',
  },
  {
    entry: 'sudo-password-required',
    make: '$HELPER start; rm /etc/sudoers.d/dind-station-*',
    there: '! as_user sudo -n $HELPER status',
    remedy: 'scripts/dind-helper install coder',
  },
];
