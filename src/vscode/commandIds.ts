/**
 * Every command of the extension. `package.json` names the same ids (checked by a test); the menu, the tooltip's links
 * and the notifications' buttons take them from here, so that none of them can name a command that does not exist.
 */
export const commandIds = {
  restart: 'dindStation.restart',
  start: 'dindStation.start',
  stop: 'dindStation.stop',
  showLog: 'dindStation.showLog',
  showDiagnostics: 'dindStation.showDiagnostics',
  proveLimits: 'dindStation.proveLimits',
  menu: 'dindStation.menu',
  setUpHelper: 'dindStation.setUpHelper',
} as const;

export type CommandId = (typeof commandIds)[keyof typeof commandIds];

/** All ids, for the tooltip's allow list and for registration. */
export const allCommandIds: readonly CommandId[] = Object.values(commandIds);
