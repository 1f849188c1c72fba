import { usersFile } from '../helper/paths';
import { textOf } from './readResult';

/** Login names of those whom the helper serves; none where it was never installed. Only the helper writes that file. */
export async function readHelperUsers(root = '/', path = usersFile): Promise<readonly string[]> {
  const text = (await textOf(root, path, 65_536)) ?? '';
  return text.split('\n').filter((name) => name !== '');
}
