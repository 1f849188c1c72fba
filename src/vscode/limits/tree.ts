import { catalogue, chooseChecks } from '../../limits/catalogue';
import { limitAreas, limitAreaTitles, type LimitArea, type LimitCheck } from '../../limits/limitCheck';

/** A row of the Test Explorer. It has no description: the editor would read that to a screen reader instead of the label. */
export interface CheckRow {
  readonly id: string;
  readonly label: string;
}

export interface AreaRow extends CheckRow {
  readonly checks: readonly CheckRow[];
}

/** The catalogue as a tree: areas, and in them their checks. Pure. */
export function treeRows(): readonly AreaRow[] {
  return limitAreas.map((area): AreaRow => ({
    id: areaId(area),
    label: limitAreaTitles[area],
    checks: catalogue.filter((check) => check.area === area).map(({ id, title }) => ({ id, label: title })),
  }));
}

/** Ids of areas must differ from those of checks, or the editor mixes them up. */
function areaId(area: LimitArea): string {
  return `area:${area}`;
}

/**
 * The checks that a request means, in the catalogue's order: of areas and checks by their ids, of everything when
 * `include` is undefined, without what `exclude` names. Throws for an id that the tree has not.
 */
export function checksOf(include: readonly string[] | undefined, exclude: readonly string[]): readonly LimitCheck[] {
  const named = (ids: readonly string[]): readonly LimitCheck[] => {
    if (ids.length === 0) return [];
    const chosen = chooseChecks(ids.map((id) => id.replace(/^area:/u, '')));
    if (!chosen.ok) throw new Error(`the tree has no row ${chosen.unknown}`);
    return chosen.checks;
  };
  const left = new Set(named(exclude));
  return (include === undefined ? catalogue : named(include)).filter((check) => !left.has(check));
}
