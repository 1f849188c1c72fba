/**
 * What ssh2, @grpc/grpc-js, @grpc/proto-loader and protobufjs are replaced by at bundling. dockerode loads them for
 * hosts behind ssh and for BuildKit sessions, which are not used here; together they are five sixths of its size, and
 * ssh2 starts a WebAssembly module on loading that can end the process. Anything may be taken from this module; calling
 * or constructing any of it throws.
 */
function refuse(): never {
  throw new Error(
    'This part of dockerode (ssh hosts, BuildKit sessions) is not in this build: use a unix:// or tcp:// endpoint.',
  );
}

const absent: object = new Proxy(refuse, {
  // `then` and symbols are asked for by the language itself (promises, inspection), not by a user of the module.
  get: (_target, name) => (typeof name === 'symbol' || name === 'then' || name === '__esModule' ? undefined : absent),
  apply: refuse,
  construct: refuse,
});

export = absent;
