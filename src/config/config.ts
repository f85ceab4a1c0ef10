/** The effective configuration: every value checked, every path absolute. Keys of daemon.json are in docs/reference. */
export interface Config {
  /** Socket paths to listen on, at least one. */
  readonly sockets: readonly string[];
  /** Group name of the sockets; empty: root's. */
  readonly group: string;
  /** Persistent data: records, images, writable layers. */
  readonly graph: string;
  /** Data of this boot: namespaces, bundles, exit files. */
  readonly state: string;
  readonly pidfile: string;
  readonly log: LogConfig;
  readonly enableCriV1: boolean;
  readonly enablePodEvents: boolean;
  readonly systemdCgroup: boolean;
  /** Parent cgroup of pods that ask for none. */
  readonly cgroupParent: string;
  readonly defaultRuntime: string;
  /** By name. `runc` and `crun` are there unless overridden. */
  readonly runtimes: Readonly<Record<string, RuntimeConfig>>;
  /** RuntimeClass handler to name in `runtimes`; a name in `runtimes` is a handler of itself. */
  readonly handlers: Readonly<Record<string, string>>;
  readonly network: NetworkConfig;
  readonly images: ImagesConfig;
  readonly streaming: StreamingConfig;
  readonly cdi: CdiConfig;
  /** A file with OCI hooks for every container; empty: none. */
  readonly hookSpec: string;
  /** Undefined: no metrics are served. */
  readonly metrics: MetricsConfig | undefined;
  /** Undefined: no traces are sent. */
  readonly tracing: TracingConfig | undefined;
  /** Octal file mode mask of containers: 0o022 or 0o027. */
  readonly umask: number;
}

export interface LogConfig {
  readonly level: 'error' | 'warn' | 'info' | 'debug';
  readonly driver: 'file' | 'stdout';
  /** Directory of janusd.log with the file driver. */
  readonly directory: string;
  readonly maxFiles: number;
  readonly maxBytes: number;
}

export interface RuntimeConfig {
  readonly path: string;
  readonly args: readonly string[];
}

export interface NetworkConfig {
  /** `none`: pods get a namespace with loopback only. */
  readonly plugin: 'cni' | 'none';
  readonly confDir: string;
  readonly binDirs: readonly string[];
}

export interface ImagesConfig {
  /** `https://host` or `http://host`, tried in order before docker.io. */
  readonly registryMirrors: readonly string[];
  readonly insecureRegistries: readonly string[];
  /** A containers-registries.conf(5) file to use instead of the generated one; empty: none. */
  readonly registriesConf: string;
  /** Reference of images that garbage collection leaves alone. */
  readonly podSandboxImage: string;
}

export interface StreamingConfig {
  readonly address: string;
  /** 0: any free port. */
  readonly port: number;
  readonly tls: { readonly cert: string; readonly key: string; readonly ca: string } | undefined;
}

export interface CdiConfig {
  readonly enabled: boolean;
  /** The last one goes first. */
  readonly specDirs: readonly string[];
}

export interface MetricsConfig {
  readonly address: string;
  readonly port: number;
}

export interface TracingConfig {
  /** `http://host:port`, without the path of OTLP. */
  readonly endpoint: string;
  /** Of what no client has decided about. */
  readonly samplingRatePerMillion: number;
}
