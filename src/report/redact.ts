/** What stands for a secret in a report. */
export const hidden = '[hidden]';

/** Longer texts are cut before they are searched, so that no line can keep the search busy. */
const maxLength = 16_384;

const secretName =
  /pass(?:word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key|credential|auth(?!or)|private|cookie|session(?!s)|identity|signature|licen[cs]e|dsn|conn(?:ection)?[-_]?str/i;

/** Parts of the pattern of a value after a telling name. */
const tellingName =
  /(?:[\w.-]{0,64}(?:pass(?:word|wd|phrase)?|secret|token|api[-_]?key|access[-_]?key|credential|private[-_]?key|dsn|identitytoken|registrytoken)[\w.-]{0,32}|\bauth)/
    .source;
const afterName = /["']?\s{0,4}(?:[=:]\s{0,4}|\s)/.source;
const anyValue = /(?:"[^"\r\n]{1,8192}"|'[^'\r\n]{1,8192}'|[^\s,;&"'}\]]{1,8192})/.source;

/** In order: whole blocks first, then what has a form of its own, then what follows a telling name. */
const patterns: readonly (readonly [RegExp, string])[] = [
  [/-----BEGIN [A-Z0-9 ]{0,40}-----[\s\S]{0,16384}?(?:-----END [A-Z0-9 ]{0,40}-----|$)/g, hidden],
  // User and password in URLs; also what a proxy variable without a scheme has.
  // A password with a slash or an at sign that nobody encoded is what such a URL is complained about for.
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/:"']{1,256}:[^\s"']{1,1024}@(?!sha256:)/gi, `$1${hidden}@`],
  [/\b([a-z][a-z0-9+.-]{0,30}:\/\/)[^\s/@"']{1,1024}@/gi, `$1${hidden}@`],
  [/(^|[\s="'])[^\s/@:"'=]{1,256}:[^\s/"']{1,256}@(?=[\w.[-])/g, `$1${hidden}@`],
  [
    /\b((?:proxy-)?authorization|x-registry-auth|x-registry-config|cookie|set-cookie|x-api-key|x-auth-token)(["']?\s*[:=]\s*["']?)[^\r\n"']{1,8192}/gi,
    `$1$2${hidden}`,
  ],
  [/\b(bearer|basic)\s+[\w.~+/=-]{6,8192}/gi, `$1 ${hidden}`],
  [/\beyJ[\w-]{6,4096}\.[\w-]{2,8192}(?:\.[\w-]{0,4096})?/g, hidden],
  [
    /\b(?:gh[pousr]_\w{16,255}|github_pat_\w{20,255}|glpat-[\w-]{16,255}|dckr_(?:pat|oat)_[\w-]{16,255}|npm_\w{20,255}|xox[abprs]-[\w-]{8,255}|sk-[\w-]{16,255}|sk_(?:live|test)_\w{8,255}|AIza[\w-]{30,60}|ya29\.[\w-]{16,1024}|hvs\.[\w-]{16,255}|SG\.[\w-]{16,64}\.[\w-]{16,64}|pypi-[\w-]{16,1024})\b/g,
    hidden,
  ],
  [/\b(?:AKIA|ASIA|AGPA|AROA)[A-Z0-9]{12,20}\b/g, hidden],
  [/\bSWMTKN-[\w-]{8,255}/g, hidden],
  [/[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,8}/g, hidden],
  // NAME=value, "name": "value", --name value, where the name tells. A word after a blank may be the next name as well as
  // the value: both go then.
  [new RegExp(`(${tellingName}${afterName})(?:["']?${tellingName}${afterName}){0,3}${anyValue}`, 'gi'), `$1${hidden}`],
  // The value of every -e and --env: what is in an environment is not ours to publish.
  [/((?:^|\s)(?:-e|--env)[= ]\w{1,128}=)\S{1,8192}/g, `$1${hidden}`],
  // Long runs of base64 that have digits and both cases, which is what keys look like; digests and ids are hexadecimal.
  [/\b(?=[A-Za-z0-9+/_-]*[g-z])(?=[A-Za-z0-9+/_-]*[A-Z])(?=[A-Za-z0-9+/_-]*\d)[A-Za-z0-9+_-]{32,8192}={0,2}/g, hidden],
];

/** A text without what looks like a secret. */
export function redactText(text: string): string {
  const cut = text.length > maxLength ? `${text.slice(0, maxLength)}…` : text;
  return patterns.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), cut);
}

function plainObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The arguments of a process: the word after an option whose name tells goes, too. */
function redactWords(words: readonly unknown[]): unknown[] {
  return words.map((word, index) => {
    const before = words[index - 1];
    const follows = typeof before === 'string' && /^--?[\w-]+$/.test(before) && secretName.test(before);
    return follows && typeof word === 'string' ? hidden : redact(word);
  });
}

/** A JSON value without secrets: texts by what they look like, properties also by their name. */
export function redact(value: unknown, depth = 0): unknown {
  if (depth > 64) return hidden;
  if (typeof value === 'string') return redactText(value);
  if (Array.isArray(value))
    return value.every((item) => typeof item === 'string')
      ? redactWords(value)
      : value.map((item) => redact(item, depth + 1));
  if (!plainObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => {
      const secret = secretName.test(name) && (typeof item === 'string' || Array.isArray(item) || plainObject(item));
      return [redactText(name), secret && !harmless.has(name) ? hidden : redact(item, depth + 1)];
    }),
  );
}

/** Names of facts that sound like secrets and are none. */
const harmless: ReadonlySet<string> = new Set([
  'credentialHelpers',
  'credentialHelpersFound',
  'identity',
  'authorization-plugins',
  'no-new-privileges',
  'privateMounts',
]);
