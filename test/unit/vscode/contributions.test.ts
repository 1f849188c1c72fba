import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { stateKinds } from '../../../src/engine/state';
import { allCommandIds, commandIds, commandRows, type CommandId } from '../../../src/vscode/commands';
import { contextFor, contextKeys, ContextWriter } from '../../../src/vscode/contextKeys';
import {
  notificationLevels,
  readSettings,
  settings,
  settingsSection,
  SettingsStore,
  type SettingsHost,
} from '../../../src/vscode/settings';
import { walkthroughContext, walkthroughId } from '../../../src/vscode/walkthrough';
import { stateOf } from './states';

interface Manifest {
  icon: string;
  activationEvents: string[];
  extensionKind: string[];
  capabilities: {
    untrustedWorkspaces: { supported: unknown; description: string };
    virtualWorkspaces: { supported: unknown; description: string };
  };
  contributes: {
    commands: { command: string; title: string; category: string; enablement?: string }[];
    menus: { commandPalette: { command: string; when: string }[] };
    walkthroughs: {
      id: string;
      steps: { description: string; media: { markdown: string }; completionEvents: string[] }[];
    }[];
    configuration: {
      properties: Record<string, { scope?: string; default: unknown; enum?: string[]; type: string }>;
    };
  };
}

const root = join(__dirname, '../../..');
const texts = JSON.parse(readFileSync(join(root, 'package.nls.json'), 'utf8')) as Record<string, string>;
const raw = readFileSync(join(root, 'package.json'), 'utf8');
/** As the editor reads it: `%key%` stands for a text of `package.nls.json`. */
const manifest = JSON.parse(raw, (_key, value: unknown) => {
  const key = typeof value === 'string' ? /^%(.+)%$/u.exec(value)?.[1] : undefined;
  return key === undefined ? value : texts[key];
}) as Manifest;

describe('package.json', () => {
  test('has the commands of the table, and only them', () => {
    expect(manifest.contributes.commands.map(({ command }) => command).toSorted()).toEqual(allCommandIds.toSorted());
  });

  test('names the commands as the palette shows them', () => {
    const titles = new Map(manifest.contributes.commands.map(({ command, title }) => [command, title]));
    expect(titles.get(commandIds.restart)).toBe('Restart Docker daemon');
    expect(titles.get(commandIds.start)).toBe('Start Docker daemon');
    expect(titles.get(commandIds.stop)).toBe('Stop Docker daemon');
    expect(titles.get(commandIds.showLog)).toBe('Show daemon log');
    expect(titles.get(commandIds.showDiagnostics)).toBe('Show diagnostics');
    expect(titles.get(commandIds.proveLimits)).toBe('Verify resource limits');
    expect(titles.get(commandIds.menu)).toBe('Show menu');
    expect(titles.get(commandIds.setUpHelper)).toBe('Set up helper');
    expect(titles.get(commandIds.installEngine)).toBe('Install Docker Engine');
    for (const { command, title } of manifest.contributes.commands) {
      expect(commandRows[command as CommandId].title).toBe(title);
    }
    expect(new Set(manifest.contributes.commands.map(({ category }) => category))).toEqual(new Set(['DinD Station']));
  });

  test('uses only context keys of the table, and never hides or disables Restart', () => {
    const uses = [
      ...manifest.contributes.menus.commandPalette,
      ...manifest.contributes.commands.map(({ command, enablement }) => ({ command, when: enablement ?? '' })),
    ].filter(({ when }) => when !== '');
    for (const { command, when } of uses) {
      expect(allCommandIds).toContain(command);
      expect(command).not.toBe(commandIds.restart);
      for (const [key] of when.matchAll(/dindStation\.\w+/g)) expect(contextKeys).toContain(key);
    }
    expect(uses.length).toBeGreaterThan(0);
  });

  test('has the settings of the table, with their defaults and scopes', () => {
    const declared = manifest.contributes.configuration.properties;
    const table = Object.values(settings).map((setting) => `${settingsSection}.${setting.key}`);
    expect(Object.keys(declared).toSorted()).toEqual(table.toSorted());
    for (const { key, scope, default: byDefault } of Object.values(settings)) {
      expect(declared[`${settingsSection}.${key}`]).toMatchObject({ scope, default: byDefault });
    }
    expect(declared['dindStation.notifications']?.enum).toEqual(notificationLevels);
  });

  test('has every text that a person reads in package.nls.json, and that has no other', () => {
    const used = Array.from(raw.matchAll(/"%([^"%]+)%"/gu), ([, key = '']) => key);
    expect(Object.keys(texts).toSorted()).toEqual([...new Set(used)].toSorted());
    const readable = ['displayName', 'description', 'markdownDescription', 'title', 'category', 'enumDescriptions'];
    const plain = raw.matchAll(/"(\w+)": (?:\[\s*)?"(?!%)([^"]*)"/gu);
    expect([...plain].filter(([, key = '']) => readable.includes(key)).map(([found]) => found)).toEqual([]);
  });

  test('ticks the steps of the walkthrough by keys that are written, and offers commands that exist', () => {
    const [walkthrough, ...others] = manifest.contributes.walkthroughs;
    expect(others).toEqual([]);
    expect(`dind-station.dind-station#${walkthrough?.id ?? ''}`).toBe(walkthroughId);
    const events = (walkthrough?.steps ?? []).flatMap(({ completionEvents }) => completionEvents);
    const keys = Object.keys(walkthroughContext(stateOf('running'), true));
    for (const event of events) {
      const [kind, name = ''] = event.split(':');
      expect(kind === 'onContext' ? keys : [...allCommandIds, 'workbench.action.terminal.new']).toContain(name);
    }
    for (const { description, media } of walkthrough?.steps ?? []) {
      for (const [, id] of description.matchAll(/\]\(command:([\w.]+)\)/gu)) {
        expect([...allCommandIds, 'workbench.action.terminal.new']).toContain(id);
      }
      expect(existsSync(join(root, media.markdown))).toBe(true);
    }
  });

  test('takes no setting from a folder', () => {
    for (const [key, { scope }] of Object.entries(manifest.contributes.configuration.properties)) {
      expect(['machine', 'application'], `${key} has scope ${scope ?? 'window, the default'}`).toContain(scope);
    }
  });

  test('works in Restricted Mode, on the machine of the workspace, after start-up', () => {
    expect(manifest.capabilities.untrustedWorkspaces.supported).toBe(true);
    expect(manifest.capabilities.untrustedWorkspaces.description).not.toBe('');
    expect(manifest.capabilities.virtualWorkspaces.supported).toBe(false);
    expect(manifest.capabilities.virtualWorkspaces.description).not.toBe('');
    expect(manifest.extensionKind).toEqual(['workspace']);
    expect(manifest.activationEvents).toEqual(['onStartupFinished']);
  });

  test('has a small icon of 128 by 128 pixels', () => {
    expect(existsSync(join(root, manifest.icon))).toBe(true);
    const png = readFileSync(join(root, manifest.icon));
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([128, 128]);
    expect(png.length).toBeLessThan(10_240);
  });
});

describe('contextFor', () => {
  test.each([
    ['running', false, true],
    ['degraded', false, true],
    ['hung', false, true],
    ['stopped', true, false],
    ['not-installed', false, false],
    ['failed', true, false],
    ['misconfigured', true, false],
    ['denied', true, true],
    ['unknown', true, true],
    ['starting', false, true],
    ['stopping', false, false],
    ['restarting', false, false],
    ['foreign', false, false],
  ] as const)('%s: start %s, stop %s', (kind, start, stop) => {
    expect(contextFor(stateOf(kind))).toEqual({
      'dindStation.state': kind,
      'dindStation.canStart': start,
      'dindStation.canStop': stop,
    });
  });

  test('has every key for every state', () => {
    for (const kind of stateKinds) expect(Object.keys(contextFor(stateOf(kind)))).toEqual(contextKeys);
  });

  test('is written only where it changed', () => {
    const calls: unknown[][] = [];
    const writer = new ContextWriter((...call) => {
      calls.push(call);
      return Promise.resolve();
    });
    writer.write(contextFor(stateOf('running')));
    expect(calls).toHaveLength(3);
    writer.write(contextFor(stateOf('degraded')));
    expect(calls.slice(3)).toEqual([['setContext', 'dindStation.state', 'degraded']]);
    writer.write(contextFor(stateOf('degraded')));
    expect(calls).toHaveLength(4);
  });
});

describe('readSettings', () => {
  const of = (values: Record<string, unknown>) =>
    readSettings({ get: <T>(key: string) => values[key] as T | undefined });

  test('takes what is set', () => {
    expect(of({ notifications: 'errors', dockerHost: ' tcp://box:2376 ', limitsImage: ' alpine:3 ' })).toEqual({
      notifications: 'errors',
      dockerHost: 'tcp://box:2376',
      limitsImage: 'alpine:3',
      verify: true,
    });
  });

  test.each([
    {},
    { notifications: 7, dockerHost: 7, limitsImage: 7, verify: 'no' },
    { notifications: 'loud', dockerHost: '  ' },
    { dockerHost: null },
  ])('takes %j as the defaults', (values) => {
    expect(of(values)).toEqual({ notifications: 'all', dockerHost: undefined, limitsImage: undefined, verify: true });
  });
});

describe('SettingsStore', () => {
  test('reads anew, writes for every window, and tells only of the endpoint', async () => {
    const values: Record<string, unknown> = { dockerHost: 'tcp://a' };
    const told: unknown[] = [];
    let fire: (event: { affectsConfiguration: (section: string) => boolean }) => void = () => undefined;
    const store = new SettingsStore({
      workspace: {
        getConfiguration: () => ({
          get: (key: string) => values[key],
          update: (...written: unknown[]) => {
            told.push(written);
            return Promise.resolve();
          },
        }),
        onDidChangeConfiguration: (listener: typeof fire) => {
          fire = listener;
          return { dispose: () => undefined };
        },
      },
      ConfigurationTarget: { Global: 1 },
    } as unknown as SettingsHost);
    store.onDockerHost((host) => told.push(host));
    values['dockerHost'] = 'tcp://b';
    fire({ affectsConfiguration: (section) => section === 'dindStation.dockerHost' });
    fire({ affectsConfiguration: (section) => section === 'dindStation.notifications' });
    await store.setNotifications('errors');
    expect(told).toEqual(['tcp://b', ['notifications', 'errors', 1]]);
  });
});
