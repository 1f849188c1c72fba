import type { EngineState } from '../../engine/state';
import { catalogue, chooseProofs } from '../../limits/catalogue';
import { areas, areaTitles, type Area, type Proof } from '../../limits/proof';

/** Whether containers can be made now, by the daemon of this machine or by the one whose socket is mounted here. */
export function canProve({ kind }: EngineState): boolean {
  return kind === 'running' || kind === 'foreign';
}

/** A row of the Test Explorer. It has no description: the editor would read that to a screen reader instead of the label. */
export interface ProofRow {
  readonly id: string;
  readonly label: string;
}

export interface AreaRow extends ProofRow {
  readonly proofs: readonly ProofRow[];
}

/** The catalogue as a tree: areas, and in them their proofs. Pure. */
export function treeRows(): readonly AreaRow[] {
  return areas.map((area): AreaRow => ({
    id: areaId(area),
    label: areaTitles[area],
    proofs: catalogue.filter((proof) => proof.area === area).map(({ id, title }) => ({ id, label: title })),
  }));
}

/** Ids of areas must differ from those of proofs, or the editor mixes them up. */
function areaId(area: Area): string {
  return `area:${area}`;
}

/**
 * The proofs that a request means, in the catalogue's order: of areas and proofs by their ids, of everything when
 * `include` is undefined, without what `exclude` names. Throws for an id that the tree has not.
 */
export function proofsOf(include: readonly string[] | undefined, exclude: readonly string[]): readonly Proof[] {
  const named = (ids: readonly string[]): readonly Proof[] => {
    if (ids.length === 0) return [];
    const chosen = chooseProofs(ids.map((id) => id.replace(/^area:/u, '')));
    if (!chosen.ok) throw new Error(`the tree has no row ${chosen.unknown}`);
    return chosen.proofs;
  };
  const left = new Set(named(exclude));
  return (include === undefined ? catalogue : named(include)).filter((proof) => !left.has(proof));
}
