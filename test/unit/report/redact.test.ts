import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { supportReport } from '../../../src/report/supportReport';
import { redact } from '../../../src/report/redact';
import { healthyFacts, type HealthyFacts } from '../diagnosis/healthy';

/** Each as it may stand in a log, a file or an answer, with the part that must not be seen again. */
const planted: readonly (readonly [text: string, secret: string])[] = [
  ['https://user:hunter2pass@registry.example/v2', 'hunter2pass'],
  ['HTTP_PROXY=http://proxyuser:pr0xyPw@10.0.0.1:3128', 'pr0xyPw'],
  ['parse "http://user:sla/shed9@proxy:3128": invalid port', 'shed9'],
  ['HTTP_PROXY=http://user:at@sign77@proxy:3128', 'sign77'],
  ['HTTP_PROXY=user:at@sign78@proxy:3128', 'sign78'],
  ['https://tokenonly1234@github.com/x', 'tokenonly1234'],
  ['proxyname:S3cretPw@proxy.example:3128', 'S3cretPw'],
  ['Authorization: Basic dXNlcjpwYXNzd29yZA==', 'dXNlcjpwYXNzd29yZA'],
  ['Authorization: Bearer abc.def-ghi_jkl', 'abc.def-ghi_jkl'],
  ['X-Registry-Auth: eyJ1c2VybmFtZSI6ImEifQ==', 'eyJ1c2VybmFtZSI6ImEifQ'],
  ['Cookie: session=abcdef123456', 'abcdef123456'],
  ['eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl', 'eyJzdWIiOiIxIn0'],
  ['ghp_abcdefghijklmnopqrstuvwxyz0123456789', 'ghp_abcdefghij'],
  ['github_pat_11ABCDEFG0123456789_abcdefghijklmnop', '11ABCDEFG0123456789'],
  ['glpat-abcdefghij0123456789', 'abcdefghij0123456789'],
  ['dckr_pat_abcdefghijklmnop0123456789', 'abcdefghijklmnop0123456789'],
  ['npm_abcdefghijklmnopqrstuvwxyz0123456789', 'npm_abcdefghij'],
  ['xoxb-123456789012-abcdefABCDEF', '123456789012-abcdefABCDEF'],
  ['AKIAIOSFODNN7EXAMPLE', 'AKIAIOSFODNN7EXAMPLE'],
  ['aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY', 'wJalrXUtnFEMI'],
  ['-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA7\n-----END RSA PRIVATE KEY-----', 'MIIEpAIBAAKCAQEA7'],
  ['-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE', 'b3BlbnNzaC1rZXktdjE'],
  ['PASSWORD=correct-horse', 'correct-horse'],
  ['"password": "with space in it"', 'with space in it'],
  ['--password opensesame', 'opensesame'],
  ['docker run -e ANYTHING=privatevalue1 image', 'privatevalue1'],
  ['docker run --env=OTHER=privatevalue2 image', 'privatevalue2'],
  ['API_KEY: k1k2k3k4k5', 'k1k2k3k4k5'],
  ['{"auths":{"r.io":{"auth":"dTpwYXNz"}}}', 'dTpwYXNz'],
  ['identitytoken=abcIdentity', 'abcIdentity'],
  [
    'SWMTKN-1-49nj1cmql0jkz5s954yi3oex3nedyz0fb0xx14ie39trti4wxv-8vxv8rssmk743ojnwacrr2e7c',
    '49nj1cmql0jkz5s954yi3oex3',
  ],
  ['/home/jane.doe@example.com/project', 'jane.doe@example.com'],
  ['sk-abcdefghijklmnop0123456789', 'abcdefghijklmnop0123456789'],
  ['postgres://db:dbPassw0rd@db/x', 'dbPassw0rd'],
  ['hvs.CAESIabcdefghijklmnop', 'CAESIabcdefghijklmnop'],
];

/** Where a text of somebody else gets into facts. */
const places: readonly ((facts: HealthyFacts, text: string) => void)[] = [
  (facts, text) => void (facts.daemonLog.value.errors = [`time="x" level=error msg="${text}"`]),
  (facts, text) => void (facts.daemonLog.value.lastStart = [text]),
  (facts, text) =>
    void Object.assign(facts.daemonConfig.value.file, { content: { labels: [text], proxies: { 'http-proxy': text } } }),
  (facts, text) => void (facts.engine.value.info = { outcome: 'failed', message: text }),
  (facts, text) => void (facts.engine.value.ping = { outcome: 'status', status: 500, body: text }),
  (facts, text) => void (facts.processes.value.dockerd[0] as { argv?: string[] }).argv?.push(text),
  (facts, text) =>
    void (facts.endpoint.value.cliConfig = { ...facts.endpoint.value.cliConfig, state: 'invalid', problem: text }),
  (facts, text) => void (facts.root.value.kernelLog = [text]),
];

test.each(planted)('%j does not survive in any place of a bundle', (text, secret) => {
  for (const place of places)
    expect(
      supportReport(
        healthyFacts((facts) => place(facts, text)),
        '1',
      ),
    ).not.toContain(secret);
  expect(JSON.stringify(redact({ any: { depth: [text] } }))).not.toContain(secret);
});

test.each([
  'Dsn "password": "with space in it" ',
  'dsn password: with',
  'token password with',
  'password token-with hunter2',
])('a word after a name that is a name itself hides nothing: %s', (text) => {
  expect(redact(text)).not.toContain('with');
});

test('secrets do not survive whatever stands around them', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...planted),
      fc.string({ unit: 'grapheme-ascii', maxLength: 40 }),
      fc.string({ maxLength: 40 }),
      ([text, secret], before, after) => {
        expect(JSON.stringify(redact([`${before} ${text} ${after}`]))).not.toContain(secret);
      },
    ),
    { numRuns: 2000 },
  );
});

test('a very long line costs no time', () => {
  const began = performance.now();
  redact([
    'a'.repeat(10_000_000),
    'password='.repeat(1_000_000),
    `x@${'a.'.repeat(1_000_000)}`,
    'A1b'.repeat(100_000),
    'password '.repeat(1_000_000),
    'token'.repeat(1_000_000),
    'dsn: '.repeat(1_000_000),
  ]);
  expect(performance.now() - began).toBeLessThan(5000);
});

test('what is no secret stays', () => {
  const text = 'failed to mount overlay: invalid argument storage-driver=overlay2 at /var/lib/docker';
  expect(redact(text)).toBe(text);
  expect(redact({ image: `sha256:${'a1'.repeat(32)}` })).toEqual({ image: `sha256:${'a1'.repeat(32)}` });
});
