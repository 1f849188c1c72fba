import { budgetOf, budgetWords } from '../../limits/budget';
import { catalogue, chooseProofs } from '../../limits/catalogue';
import { areas, type Area, type Proof } from '../../limits/proof';
import { areaLabels } from './areaLabels';

/** A row of the Test Explorer. `description` stands beside the label, dimmed. */
export interface ProofRow {
  readonly id: string;
  readonly label: string;
  readonly description: string;
}

export interface AreaRow extends ProofRow {
  readonly proofs: readonly ProofRow[];
}

/** The catalogue as a tree: areas with what a run of theirs takes, in them the proofs with the limit they ask for. Pure. */
export function treeRows(): readonly AreaRow[] {
  return areas.map((area): AreaRow => {
    const proofs = catalogue.filter((proof) => proof.area === area);
    const budget = budgetOf(proofs);
    return {
      id: areaId(area),
      label: areaLabels[area],
      // Some only read what is there.
      description: budget.seconds === 0 ? '' : budgetWords(budget),
      proofs: proofs.map(({ id, title, asked }) => ({ id, label: title, description: asked })),
    };
  });
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
