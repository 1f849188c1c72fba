import { valueOf } from '../../host/facts/fact';
import type { EngineVersion } from '../../host/facts/engine';
import { shellQuote } from '../../util/shellQuote';
import { engineVersion } from '../factSelectors';
import { fix, rule, seen, type Rule } from '../rule';

/** 1.41 as a number that compares. */
function apiNumber(version: string): number {
  const [major = '0', minor = '0'] = version.split('.');
  return Number(major) * 1000 + Number(minor);
}

/** What a TLS client says, each with its cause. */
const tlsCauses: readonly {
  readonly id: Rule['id'];
  readonly pattern: RegExp;
  readonly title: string;
  readonly remedy: string;
}[] = [
  {
    id: 'client.tls-name-mismatch',
    pattern: /ERR_TLS_CERT_ALTNAME_INVALID|certificate is valid for|does not match certificate's altnames/i,
    title: "The daemon's certificate is for another name",
    remedy: 'Use a name that the certificate lists in DOCKER_HOST, or make a certificate for this one.',
  },
  {
    id: 'client.tls-no-names',
    pattern: /CERT_WITHOUT_NAMES|relies on legacy Common Name/i,
    title: "The daemon's certificate lists no names",
    remedy:
      'Make a certificate that lists the address in DOCKER_HOST as subjectAltName; docker ignores the common name.',
  },
  {
    id: 'client.tls-unknown-ca',
    pattern: /unknown authority|SELF_SIGNED_CERT|UNABLE_TO_VERIFY_LEAF|UNABLE_TO_GET_ISSUER|DEPTH_ZERO/i,
    title: "The daemon's certificate is signed by an authority this client does not know",
    remedy: "Copy ca.pem from the daemon's current certificates; it was probably made anew.",
  },
  {
    id: 'client.tls-server-expired-or-clock',
    pattern: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID|has expired|not yet valid/i,
    title: "The daemon's certificate has expired, or a clock is wrong",
    remedy: 'Compare the clocks; then make new certificates.',
  },
  {
    id: 'client.tls-client-cert-refused',
    pattern: /bad certificate|certificate required|ALERT_CERTIFICATE_REQUIRED|ALERT_BAD_CERTIFICATE|handshake failure/i,
    title: 'The daemon does not accept the certificate of this client',
    remedy: "Use a certificate that the daemon's own authority signed.",
  },
  {
    id: 'client.tls-to-http-port',
    pattern: /gave HTTP response to HTTPS|WRONG_VERSION_NUMBER|wrong version number|EPROTO/i,
    title: 'This client speaks TLS to a port without TLS',
    remedy: 'Unset DOCKER_TLS_VERIFY, or use the port with TLS (2376).',
  },
];

/** A client that is told by its environment to speak an API outside of what the engine has. */
function forcedApi(
  id: Rule['id'],
  parts: {
    /** @param asked as a number that compares */
    readonly refuses: (asked: number, engine: EngineVersion) => boolean;
    readonly title: string;
    readonly bound: (engine: EngineVersion) => {
      readonly field: string;
      readonly version: string;
      readonly words: string;
    };
    /** What every command fails with. */
    readonly message: string;
    readonly cure: string;
  },
): Rule {
  return rule({
    id,
    needs: ['endpoint', 'engine'],
    judge: ({ endpoint }, facts) => {
      const engine = engineVersion(facts);
      const forced = endpoint.clients.find(({ environment }) => environment['DOCKER_API_VERSION'] !== undefined);
      const asked = forced?.environment['DOCKER_API_VERSION'];
      if (engine === undefined || forced === undefined || asked === undefined) return undefined;
      if (!parts.refuses(apiNumber(asked), engine)) return undefined;
      const { field, version, words } = parts.bound(engine);
      return {
        severity: 'error',
        title: `${forced.client} ${parts.title}`,
        cause: `DOCKER_API_VERSION is ${asked}; the engine has ${words}.`,
        evidence: [seen('DOCKER_API_VERSION', asked), seen(`GET /version ${field}`, version)],
        consequence: `Every docker command fails with "${parts.message}".`,
        remedy: fix(parts.cure, 'unset DOCKER_API_VERSION'),
      };
    },
  });
}

/** Where clients look for the engine, and with what. */
export const clientRules: readonly Rule[] = [
  ...tlsCauses.map(({ id, pattern, title, remedy }) =>
    rule({
      id,
      needs: ['engine'],
      explains: ['client.docker-host-wrong'],
      judge: ({ engine }) => {
        if (engine.ping.outcome !== 'unreachable') return undefined;
        const said = `${engine.ping.code}: ${engine.ping.message}`;
        if (!pattern.test(said)) return undefined;
        return {
          severity: 'error',
          title,
          cause: said,
          evidence: [seen(`GET /_ping at ${engine.endpoint}`, said)],
          consequence: 'The docker command cannot reach the engine.',
          remedy: fix(remedy, 'env | grep ^DOCKER_'),
        };
      },
    }),
  ),
  rule({
    id: 'client.http-to-tls-port',
    needs: ['engine'],
    explains: ['daemon.info-failed'],
    judge: ({ engine }) => {
      if (engine.ping.outcome !== 'status' || !engine.ping.body.includes('HTTP request to an HTTPS server'))
        return undefined;
      return {
        severity: 'error',
        title: 'This client speaks without TLS to a port with TLS',
        cause: 'DOCKER_TLS_VERIFY is not set for it.',
        evidence: [seen(`GET /_ping at ${engine.endpoint}`, engine.ping.body.slice(0, 200))],
        consequence: 'The docker command cannot reach the engine.',
        remedy: fix('Set it, and DOCKER_CERT_PATH to the folder of the certificates.', 'export DOCKER_TLS_VERIFY=1'),
      };
    },
  }),
  rule({
    id: 'client.docker-host-wrong',
    needs: ['endpoint', 'engine'],
    judge: ({ endpoint, engine }, facts) => {
      const own = endpoint.clients[0];
      if (own === undefined) return undefined;
      const bad = endpoint.clients.find(({ result }) => !result.ok && !/pem|certificate/i.test(result.message));
      const wrongTarget =
        own.result.ok &&
        own.result.endpoint.kind !== 'unix' &&
        (engine.ping.outcome === 'unreachable' || engine.ping.outcome === 'refused');
      if (bad === undefined && !wrongTarget) return undefined;
      const local = valueOf(facts.socket)?.listening === true || (valueOf(facts.socket)?.otherSockets.length ?? 0) > 0;
      const said = bad !== undefined && !bad.result.ok ? bad.result.message : `${engine.endpoint} does not answer`;
      return {
        severity: 'error',
        title: `${(bad ?? own).client} looks for Docker in the wrong place`,
        cause: `${said}${local ? ', while a daemon listens on this machine' : ''}.`,
        evidence: Object.entries((bad ?? own).environment).map(([name, value]) => seen(name, value)),
        consequence: 'The docker command cannot reach the engine.',
        remedy: fix(
          'Unset it to use the daemon of this machine.',
          'unset DOCKER_HOST DOCKER_CONTEXT DOCKER_TLS_VERIFY',
        ),
      };
    },
  }),
  rule({
    id: 'client.proxy-before-engine',
    needs: ['endpoint'],
    judge: ({ endpoint }) => {
      const client = endpoint.clients.find(({ proxy }) => proxy !== undefined);
      const variable = client?.proxy;
      if (client === undefined || variable === undefined || !client.result.ok) return undefined;
      const { endpoint: engine } = client.result;
      const host = engine.kind === 'unix' ? '' : engine.host;
      return {
        severity: 'warning',
        title: `With the environment of ${client.client}, docker asks a proxy for the engine`,
        cause: `${variable} is set, and NO_PROXY does not name ${host}: docker sends its requests for ${engine.display} to the proxy. This program asks the engine itself.`,
        evidence: [seen(variable, 'set'), seen('NO_PROXY', `${host} is not in it`)],
        consequence: 'Where the proxy does not pass them on, docker fails with "Cannot connect to the Docker daemon".',
        remedy: fix('Name the engine in NO_PROXY.', `export NO_PROXY="$NO_PROXY,"${shellQuote(host)}`),
      };
    },
  }),
  rule({
    id: 'client.tls-client-files-missing',
    needs: ['endpoint', 'engine'],
    explains: ['client.docker-host-wrong'],
    judge: ({ endpoint, engine: { ping } }) => {
      const told = endpoint.clients.find(({ result }) => !result.ok && /pem|certificate/i.test(result.message));
      // An address that is fine may ask for files that are not there; that shows when they are read.
      const unread =
        ping.outcome === 'unreachable' && ping.message.startsWith('The TLS file ') ? ping.message : undefined;
      const bad = told ?? (unread === undefined ? undefined : endpoint.clients[0]);
      if (bad === undefined) return undefined;
      return {
        severity: 'error',
        title: `${bad.client} lacks the files for TLS`,
        cause: bad.result.ok ? (unread ?? '') : bad.result.message,
        evidence: Object.entries(bad.environment).map(([name, value]) => seen(name, value)),
        consequence: 'The docker command cannot reach the engine.',
        remedy: fix('Put ca.pem, cert.pem and key.pem there, or unset DOCKER_TLS_VERIFY.', 'unset DOCKER_TLS_VERIFY'),
      };
    },
  }),
  forcedApi('client.client-too-new-forced', {
    refuses: (asked, { apiVersion }) => asked > apiNumber(apiVersion),
    title: 'asks for an API that this engine does not have',
    bound: ({ apiVersion }) => ({ field: 'ApiVersion', version: apiVersion, words: `${apiVersion} at most` }),
    message: 'client version is too new',
    cure: 'Unset it; clients agree on a version by themselves.',
  }),
  forcedApi('client.client-too-old', {
    refuses: (asked, { minApiVersion }) => asked < apiNumber(minApiVersion),
    title: 'asks for an API that this engine has no more',
    bound: ({ minApiVersion }) => ({
      field: 'MinAPIVersion',
      version: minApiVersion,
      words: `${minApiVersion} at least`,
    }),
    message: 'client version is too old',
    cure: 'Unset it, or use a newer client.',
  }),
  rule({
    id: 'client.cli-config-broken',
    needs: ['endpoint', 'identity'],
    judge: ({ endpoint: { cliConfig }, identity }) => {
      const { state, path, uid, problem } = cliConfig;
      const foreign = uid !== undefined && uid !== identity.uid && identity.uid !== 0;
      if (state !== 'invalid' && state !== 'unreadable' && !foreign) return undefined;
      return {
        severity: state === 'parsed' ? 'info' : 'warning',
        title: `${path} ${state === 'parsed' ? 'belongs to another user' : 'cannot be used'}`,
        cause: problem ?? `It belongs to uid ${String(uid)}, and this is uid ${String(identity.uid)}.`,
        evidence: [seen(path, problem ?? `uid ${String(uid)}`)],
        consequence: 'Logins and contexts are not found, or cannot be saved.',
        remedy: fix('Correct it, or move it aside.', `mv ${path} ${path}.old`),
      };
    },
  }),
  rule({
    id: 'client.credential-helper-missing',
    needs: ['endpoint'],
    judge: ({ endpoint: { cliConfig } }) => {
      const missing = cliConfig.credentialHelpers.filter((name) => !cliConfig.credentialHelpersFound.includes(name));
      if (missing.length === 0) return undefined;
      return {
        severity: 'warning',
        title: `The docker command wants a program for passwords that is not here: docker-credential-${missing.join(', docker-credential-')}`,
        cause: `${cliConfig.path} was copied from another machine.`,
        evidence: [seen(`${cliConfig.path} credsStore, credHelpers`, missing.join(', '))],
        consequence: 'Pulling from registries that need a login fails.',
        remedy: fix('Remove "credsStore" and "credHelpers" there.', `editor ${cliConfig.path}`),
      };
    },
  }),
  rule({
    id: 'client.cli-plugin-missing',
    needs: ['endpoint'],
    judge: ({ endpoint }) => {
      const missing = ['compose', 'buildx'].filter((name) => !endpoint.cliPlugins.includes(name));
      if (endpoint.cli === undefined || missing.length === 0) return undefined;
      return {
        severity: 'info',
        title: `The docker command has no ${missing.join(' and no ')}`,
        cause: 'The plugins are not installed.',
        evidence: [seen('cli-plugins', endpoint.cliPlugins.join(' ') || 'none')],
        consequence: `${missing.map((name) => `docker ${name}`).join(' and ')} do not work.`,
        remedy: fix('Install them.', `sudo apt-get install ${missing.map((name) => `docker-${name}`).join(' ')}`),
      };
    },
  }),
];
