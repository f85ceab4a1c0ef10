/** All of this room, for who loads it only if it is wanted. */
export { otlpExporter } from './exporter.ts';
export { createProvider } from './provider.ts';
export { rpcSpans } from './rpc-spans.ts';
export { createScope } from './scope.ts';
export { verbSpans } from './verb-spans.ts';
