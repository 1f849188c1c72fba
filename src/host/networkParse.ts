import type { Listener, Route } from './facts/network';

/** Four bytes as the kernel prints them in `/proc/net`: the machine's own order, little-endian wherever Docker runs. */
function ipv4Of(hex: string): string {
  return (hex.match(/../gu) ?? [])
    .toReversed()
    .map((byte) => Number.parseInt(byte, 16))
    .join('.');
}

/** Bits that are set, which for a mask is the prefix length. */
function prefixLength(hex: string): number {
  let bits = 0;
  for (let mask = Number.parseInt(hex, 16); mask > 0; mask = Math.floor(mask / 2)) bits += mask % 2;
  return bits;
}

/** RFC 5952: no leading zeros, the first longest run of two or more zero groups as `::`. */
export function shortIpv6(groups: readonly number[]): string {
  let best = { at: -1, length: 1 };
  for (let at = 0; at < groups.length; at += 1) {
    let end = at;
    while (groups[end] === 0) end += 1;
    if (end - at > best.length) best = { at, length: end - at };
    at = Math.max(at, end);
  }
  const words = groups.map((group) => group.toString(16));
  if (best.at < 0) return words.join(':');
  return `${words.slice(0, best.at).join(':')}::${words.slice(best.at + best.length).join(':')}`;
}

/** 32 hexadecimal digits in network order, as in `ipv6_route` and `if_inet6`. */
export function ipv6Of(hex: string): string {
  return shortIpv6((hex.match(/.{4}/gu) ?? []).map((group) => Number.parseInt(group, 16)));
}

/** `/proc/net/tcp6` prints four words of four bytes, each in the machine's order. */
function ipv6OfWords(hex: string): string {
  const swapped = (hex.match(/.{8}/gu) ?? []).map((word) => (word.match(/../gu) ?? []).toReversed().join(''));
  return ipv6Of(swapped.join(''));
}

const hex8 = /^[\da-f]{8}$/iu;
const hex32 = /^[\da-f]{32}$/iu;
const up = 1;
const reject = 0x200;

/** `/proc/net/route`; rejecting routes and those that are down are left out. */
export function parseRoutes4(text: string): Route[] {
  return text.split('\n').flatMap((line): Route[] => {
    const [device = '', destination = '', gateway = '', flags = '', , , metric = '', mask = ''] = line.split('\t');
    if (!hex8.test(destination) || !hex8.test(gateway) || !hex8.test(mask) || device === '') return [];
    const bits = Number.parseInt(flags, 16);
    if ((bits & up) === 0 || (bits & reject) !== 0) return [];
    const via = Number.parseInt(gateway, 16) === 0 ? {} : { gateway: ipv4Of(gateway) };
    return [
      {
        family: 4,
        destination: `${ipv4Of(destination)}/${prefixLength(mask)}`,
        ...via,
        device,
        metric: Number(metric) || 0,
      },
    ];
  });
}

/** `/proc/net/ipv6_route`; loopback, local and multicast ones are left out. */
export function parseRoutes6(text: string): Route[] {
  return text.split('\n').flatMap((line): Route[] => {
    const [destination = '', length = '', , , gateway = '', metric = '', , , flags = '', device = ''] = line
      .trim()
      .split(/\s+/u);
    if (!hex32.test(destination) || !hex32.test(gateway) || !/^[\da-f]{2}$/iu.test(length)) return [];
    const bits = Number.parseInt(flags, 16);
    if ((bits & up) === 0 || (bits & reject) !== 0 || device === 'lo' || device === '') return [];
    if (/^ff/iu.test(destination) || Number.parseInt(length, 16) === 128) return [];
    const via = /^0+$/u.test(gateway) ? {} : { gateway: ipv6Of(gateway) };
    return [
      {
        family: 6,
        destination: `${ipv6Of(destination)}/${Number.parseInt(length, 16)}`,
        ...via,
        device,
        metric: Number.parseInt(metric, 16) || 0,
      },
    ];
  });
}

const listening = '0A';

/** Sockets in state LISTEN of `/proc/net/tcp` or `tcp6`. */
export function parseListeners(text: string): Listener[] {
  return text.split('\n').flatMap((line): Listener[] => {
    const fields = line.trim().split(/\s+/u);
    const [, local = '', , state = '', , , , uid = '', , inode = ''] = fields;
    if (state !== listening) return [];
    const [address = '', port = ''] = local.split(':');
    if (!/^[\da-f]{4}$/iu.test(port) || !(hex8.test(address) || hex32.test(address))) return [];
    return [
      {
        address: address.length === 8 ? ipv4Of(address) : ipv6OfWords(address),
        port: Number.parseInt(port, 16),
        uid: Number(uid) || 0,
        inode: Number(inode) || 0,
      },
    ];
  });
}

/** `/etc/resolv.conf` (resolv.conf(5)); the last `search` counts. */
export function parseResolvers(text: string): { readonly nameservers: string[]; readonly search: string[] } {
  const nameservers: string[] = [];
  let search: string[] = [];
  for (const line of text.split('\n')) {
    const [word, ...rest] = line
      .replace(/[#;].*$/u, '')
      .trim()
      .split(/\s+/u);
    if (word === 'nameserver' && rest[0] !== undefined) nameservers.push(rest[0]);
    if (word === 'search' || word === 'domain') search = rest;
  }
  return { nameservers, search };
}
