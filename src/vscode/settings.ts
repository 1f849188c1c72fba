import type * as vscode from 'vscode';

/**
 * Every setting of the extension, as declared in `package.json` (checked by a test). None has `window` or `resource`
 * scope: what reaches a path, a host or root must not come from a folder somebody opened.
 */
export const settings = {
  notifications: { key: 'notifications', scope: 'application', default: 'all' },
  dockerHost: { key: 'dockerHost', scope: 'machine', default: '' },
  limitsImage: { key: 'limitsImage', scope: 'machine', default: '' },
  verify: { key: 'verify', scope: 'machine', default: true },
} as const;

/** The section all keys stand in. */
export const settingsSection = 'dindStation';

export const notificationLevels = ['all', 'errors', 'none'] as const;
export type NotificationLevel = (typeof notificationLevels)[number];

/** The part of a `WorkspaceConfiguration` that is read. */
export interface Configuration {
  get<T>(key: string): T | undefined;
}

/** What the settings say now. A value of another type than declared (a hand-edited file) counts as the default. */
export interface Settings {
  readonly notifications: NotificationLevel;
  /** As in `DOCKER_HOST`; undefined when empty. */
  readonly dockerHost: string | undefined;
  /** An image in which limits are proven; undefined when empty. */
  readonly limitsImage: string | undefined;
  /** Whether a container is run after each start of the daemon to find out whether containers run. */
  readonly verify: boolean;
}

export function readSettings(configuration: Configuration): Settings {
  const level = configuration.get<unknown>(settings.notifications.key);
  const text = (key: string): string | undefined => {
    const value = configuration.get<unknown>(key);
    const trimmed = typeof value === 'string' ? value.trim() : '';
    return trimmed === '' ? undefined : trimmed;
  };
  return {
    notifications: notificationLevels.find((known) => known === level) ?? settings.notifications.default,
    dockerHost: text(settings.dockerHost.key),
    limitsImage: text(settings.limitsImage.key),
    verify: configuration.get<unknown>(settings.verify.key) !== false,
  };
}

/** The parts of `vscode` that settings are read and written with. */
export interface SettingsHost {
  readonly workspace: Pick<typeof vscode.workspace, 'getConfiguration' | 'onDidChangeConfiguration'>;
  readonly ConfigurationTarget: Pick<typeof vscode.ConfigurationTarget, 'Global'>;
}

/** The settings of this window. */
export class SettingsStore {
  readonly #host: SettingsHost;

  constructor(host: SettingsHost) {
    this.#host = host;
  }

  /** Read anew each time. */
  get now(): Settings {
    return readSettings(this.#host.workspace.getConfiguration(settingsSection));
  }

  setNotifications(level: NotificationLevel): Thenable<void> {
    const { workspace, ConfigurationTarget } = this.#host;
    return workspace
      .getConfiguration(settingsSection)
      .update(settings.notifications.key, level, ConfigurationTarget.Global);
  }

  /** Told when verifying was turned on or off. */
  onVerify(listener: () => void): vscode.Disposable {
    return this.#host.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${settingsSection}.${settings.verify.key}`)) listener();
    });
  }

  /** Told of the endpoint when that setting was changed, to the same value too. */
  onDockerHost(listener: (dockerHost: string | undefined) => void): vscode.Disposable {
    return this.#host.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${settingsSection}.${settings.dockerHost.key}`)) listener(this.now.dockerHost);
    });
  }
}
