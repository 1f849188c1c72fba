/** A line of `/etc/group` (group(5)). */
export interface Group {
  readonly name: string;
  readonly gid: number;
  /** Login names listed in the file; whoever has this as primary group is not among them. */
  readonly members: readonly string[];
}

/** Lines that are none of a group (comments, `+` of NIS, damage) are left out. */
export function parseGroups(text: string): Group[] {
  const groups: Group[] = [];
  for (const line of text.split('\n')) {
    const [name = '', , gid = '', members = ''] = line.trim().split(':');
    if (name === '' || name.startsWith('#') || !/^\d+$/u.test(gid)) continue;
    const listed = members.split(',').map((member) => member.trim());
    groups.push({ name, gid: Number(gid), members: listed.filter((member) => member !== '') });
  }
  return groups;
}

/** The first of that name, as the C library takes it. */
export function groupNamed(groups: readonly Group[], name: string): Group | undefined {
  return groups.find((group) => group.name === name);
}

export function groupWithGid(groups: readonly Group[], gid: number): Group | undefined {
  return groups.find((group) => group.gid === gid);
}
