// Which part of Janus may import which. Checked by `npm run check:boundaries`.
const path = (...parts) => ({ path: parts });

/** The parts that the core's ports are made of, each by itself. */
const hosts = ['runtime', 'images', 'network', 'streaming', 'state'];

/** npm packages that run in the daemon and the command. */
const libraries = [
  '@bufbuild/protobuf',
  '@grpc/grpc-js',
  '@opentelemetry/(api|core|exporter-trace-otlp-proto|resources|sdk-trace)',
  'commander',
  'koffi',
  'prom-client',
  'smol-toml',
  'winston',
  'ws',
  '@types/ws',
  'yaml',
  'zod',
];

/** `from` may import of src/ only what matches one of `allowed`. */
const only = (name, comment, from, allowed) => ({
  name,
  comment,
  severity: 'error',
  from: path(from),
  to: { path: '^src/', pathNot: allowed },
});

/** Only `users` may import the package. */
const confined = (name, comment, packagePath, users) => ({
  name,
  comment,
  severity: 'error',
  from: { path: '^src/', pathNot: users },
  to: path(packagePath),
});

module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'Modules that need each other to load are one module. Types may refer to each other.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'resolvable',
      comment: 'The import leads nowhere.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
    {
      name: 'libraries',
      comment:
        'What the daemon and the command are made of. All of it goes into the bundle, but for the `dependencies` of package.json.',
      severity: 'error',
      from: path('^src/'),
      to: {
        dependencyTypes: ['npm', 'npm-dev', 'npm-no-pkg', 'npm-unknown'],
        pathNot: [`node_modules/(${libraries.join('|')})/`],
      },
    },
    only('core-alone', 'The core knows nothing but itself.', '^src/core/', ['^src/core/']),
    only('host-is-low', 'The host is below all parts.', '^src/host/', [
      '^src/host/',
      '^src/core/(errors[.]ts$|model/)',
    ]),
    only('logging-is-low', 'The log knows its settings and the port.', '^src/logging/', [
      '^src/logging/',
      '^src/core/',
      '^src/config/config[.]ts$',
    ]),
    only('config-is-low', 'The configuration knows errors only.', '^src/config/', ['^src/config/', '^src/core/']),
    only(
      'server-is-low',
      'The server carries services, and knows only their shape, and the frames of what they keep.',
      '^src/server/',
      ['^src/server/', '^src/adapters/shared/(service|framed-message)[.]ts$', '^src/core/', '^src/host/'],
    ),
    only('prometheus-alone', 'The figures know the port that they are kept for.', '^src/prometheus/', [
      '^src/prometheus/',
      '^src/core/',
      '^src/config/config[.]ts$',
    ]),
    only('tracing-alone', 'Traces know the port that they are made for.', '^src/tracing/', [
      '^src/tracing/',
      '^src/core/ports/',
    ]),
    only(
      'command-beside-daemon',
      "The command asks the daemon's API, and looks at the host as the daemon would.",
      '^src/cli/',
      [
        '^src/cli/',
        '^src/config/',
        '^src/core/errors[.]ts$',
        '^src/host/process[.]ts$',
        '^src/network/(find-plugin|read-networks)[.]ts$',
        '^src/adapters/node/generated/',
        '^src/daemon/build[.]ts$',
      ],
    ),
    ...hosts.map((part) =>
      only(`${part}-alone`, 'Parts meet in the core and in the daemon only.', `^src/${part}/`, [
        `^src/${part}/`,
        '^src/core/',
        '^src/host/',
        '^src/config/config[.]ts$',
      ]),
    ),
    only('shared-adapter', 'What both versions share is typed on v1alpha2.', '^src/adapters/shared/', [
      '^src/adapters/(shared|v1alpha2/generated)/',
      '^src/core/',
    ]),
    only('adapter-v1alpha2', 'v1alpha2 never needs v1.', '^src/adapters/v1alpha2/', [
      '^src/adapters/(shared|v1alpha2)/',
      '^src/core/',
    ]),
    only('adapter-v1', 'v1 is the shared mapping and its own differences.', '^src/adapters/v1/', [
      '^src/adapters/(shared|v1|v1alpha2/generated)/',
      '^src/core/',
    ]),
    only('adapter-grpc', 'Health and reflection know services, and no CRI.', '^src/adapters/grpc/', [
      '^src/adapters/grpc/',
      '^src/adapters/shared/(instrument|serve|service)[.]ts$',
      '^src/core/',
    ]),
    only('adapter-node', "Janus' own API is beside CRI, not above it.", '^src/adapters/node/', [
      '^src/adapters/node/',
      '^src/adapters/shared/(instrument|serve|service|outbound/info)[.]ts$',
      '^src/core/',
    ]),
    only('adapter-cadvisor', 'What cAdvisor asks has nothing to do with CRI.', '^src/adapters/cadvisor/', [
      '^src/adapters/cadvisor/',
      '^src/adapters/shared/(instrument|serve|service)[.]ts$',
      '^src/core/',
    ]),
    {
      name: 'v1-is-optional',
      comment: 'A build may come without v1: only the computed import in src/daemon/adapters.ts leads there.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/adapters/v1/' },
      to: path('^src/adapters/v1/'),
    },
    {
      name: 'daemon-is-the-top',
      comment: 'The composition root imports the parts, never the other way.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(daemon|cli)/' },
      to: path('^src/daemon/'),
    },
    confined('grpc-at-the-edge', 'gRPC is the concern of the adapters and the server.', 'node_modules/@grpc/', [
      '^src/(adapters|server)/',
      '^src/cli/client[.]ts$',
    ]),
    confined('protobuf-at-the-edge', 'Messages are the concern of the adapters.', 'node_modules/@bufbuild/', [
      '^src/adapters/',
    ]),
    confined('koffi-on-one-page', 'libc is opened on one page.', 'node_modules/koffi/', [
      '^src/host/libc/library[.]ts$',
    ]),
    {
      name: 'libc-in-one-room',
      comment: 'Calls into libc are declared in one room.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/host/libc/' },
      to: path('^src/host/libc/library[.]ts$'),
    },
    confined('prom-client-in-one-file', 'The metrics library is one file.', 'node_modules/prom-client/', [
      '^src/prometheus/metrics[.]ts$',
    ]),
    confined('opentelemetry-in-one-room', 'Traces are made in one room.', 'node_modules/@opentelemetry/', [
      '^src/tracing/',
    ]),
    {
      name: 'loaded-if-wanted',
      comment:
        'Prometheus and OpenTelemetry cost time and memory, which nobody pays for who does not ask for them: they are imported when they are.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/(prometheus|tracing)/' },
      to: { path: '^src/(prometheus|tracing)/', dependencyTypesNot: ['type-only', 'dynamic-import'] },
    },
    confined('winston-in-one-file', 'The log library is one file.', 'node_modules/winston/', [
      '^src/logging/winston[.]ts$',
    ]),
    {
      name: 'kernel-users',
      comment: 'Calls into the kernel are made by what runs pods, and by the lock of the daemon.',
      severity: 'error',
      from: { path: '^src/', pathNot: ['^src/(host|runtime|network|streaming)/', '^src/daemon/lock[.]ts$'] },
      to: path('^src/host/libc/'),
    },
    {
      name: 'processes-in-the-host',
      comment: 'Processes are started in one place.',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/host/' },
      to: { path: '^(node:)?child_process$' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    tsConfig: { fileName: 'tsconfig.json' },
    tsPreCompilationDeps: true,
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
};
