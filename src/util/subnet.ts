import { BlockList, isIP, isIPv4 } from 'node:net';

/** Whether an address lies in a subnet; false for what is no subnet. */
export function inSubnet(subnet: string, address: string): boolean {
  const [network = '', prefix = ''] = subnet.split('/');
  const family = isIPv4(network) ? 'ipv4' : 'ipv6';
  if (isIP(network) === 0 || isIP(address) === 0 || isIPv4(address) !== isIPv4(network) || !/^\d{1,3}$/.test(prefix)) {
    return false;
  }
  if (Number(prefix) > (family === 'ipv4' ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(prefix), family);
  return list.check(address, family);
}
