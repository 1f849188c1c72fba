import { element, rows, section } from './dom';
import type { CgroupNode, ControllerMark, Page } from './protocol';

const reaches: Readonly<Record<ControllerMark['reach'], string>> = {
  passed: 'delegated',
  held: 'not delegated',
  absent: 'not given',
};

const signs: Readonly<Record<ControllerMark['reach'], string>> = { passed: '↓', held: '⊣', absent: '×' };

function chip({ name, reach }: ControllerMark): HTMLElement {
  return element(
    'li',
    { class: `chip ${reach}` },
    element('span', { aria: { hidden: 'true' } }, `${signs[reach]} `),
    name,
    element('span', { class: 'spoken' }, `, ${reaches[reach]}`),
  );
}

/** A level as a box, the levels below it hanging from it; a break is drawn across the line that leads to it. */
function level(node: CgroupNode): HTMLElement {
  const { folder, role, controllers, rows: facts, broken, children } = node;
  return element(
    'li',
    { class: broken === undefined ? 'level' : 'level broken' },
    broken === undefined
      ? undefined
      : element('p', { class: 'break' }, element('span', { aria: { hidden: 'true' } }, '✂ '), broken),
    element(
      'div',
      { class: folder === '' ? 'box absent' : 'box' },
      element('p', { class: 'role' }, role),
      folder === '' ? undefined : element('code', { class: 'folder' }, folder),
      controllers.length === 0
        ? undefined
        : element('ul', { class: 'chips', aria: { label: 'Controllers' } }, ...controllers.map(chip)),
      facts.length === 0 ? undefined : rows(facts),
    ),
    children.length === 0 ? undefined : element('ul', { class: 'levels' }, ...children.map(level)),
  );
}

function legend(): HTMLElement {
  const entries = (['passed', 'held', 'absent'] as const).map((reach) =>
    element('li', { class: `chip ${reach}` }, `${signs[reach]} ${reaches[reach]}`),
  );
  return element('ul', { class: 'chips legend', aria: { label: 'What the signs mean' } }, ...entries);
}

/** The control groups as a picture of boxes and lines, which is a nested list to a screen reader. */
export function cgroupSection({ cgroups }: Page): HTMLElement {
  if ('unreadable' in cgroups) {
    return section('cgroups', 'Control groups', element('p', {}, `They could not be read: ${cgroups.unreadable}`));
  }
  const { summary, trees, effective } = cgroups;
  const marked = trees.some(({ root }) => root.controllers.length > 0);
  const drawn = trees.map(({ title, root }) =>
    element('div', { class: 'tree' }, element('h3', {}, title), element('ul', { class: 'levels' }, level(root))),
  );
  return section(
    'cgroups',
    'Control groups',
    element('p', {}, summary),
    rows(effective),
    marked ? legend() : undefined,
    element('div', { class: 'trees' }, ...drawn),
  );
}
