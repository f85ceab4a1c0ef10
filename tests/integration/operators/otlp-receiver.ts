import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import protobuf from 'protobufjs';

/** What this test reads of opentelemetry/proto/collector/trace/v1/trace_service.proto and of what that imports. */
const PROTO = `syntax = "proto3";
message ExportTraceServiceRequest { repeated ResourceSpans resource_spans = 1; }
message ResourceSpans { Resource resource = 1; repeated ScopeSpans scope_spans = 2; }
message Resource { repeated KeyValue attributes = 1; }
message ScopeSpans { repeated Span spans = 2; }
message Span {
  bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4;
  string name = 5; int32 kind = 6; fixed64 start_time_unix_nano = 7; fixed64 end_time_unix_nano = 8;
  repeated KeyValue attributes = 9;
}
message KeyValue { string key = 1; AnyValue value = 2; }
message AnyValue { oneof value { string string_value = 1; bool bool_value = 2; int64 int_value = 3; } }
`;

interface Attribute {
  readonly key: string;
  readonly value: { readonly stringValue?: string; readonly intValue?: string };
}

export interface ReceivedSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

interface Request {
  readonly resourceSpans: readonly {
    readonly resource: { readonly attributes: readonly Attribute[] };
    readonly scopeSpans: readonly { readonly spans: readonly ReceivedSpan[] }[];
  }[];
}

export interface OtlpReceiver {
  /** For daemon.json. */
  readonly endpoint: string;
  spans(): readonly ReceivedSpan[];
  /** Attributes of the resource that spans came from. */
  resource(): readonly Attribute[];
  close(): void;
}

const requests = protobuf.parse(PROTO).root.lookupType('ExportTraceServiceRequest');
const hex = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex');

const decode = (body: Buffer): Request => {
  const request = requests.toObject(requests.decode(body), { longs: String, arrays: true }) as Request;
  for (const span of request.resourceSpans.flatMap((each) => each.scopeSpans.flatMap(({ spans }) => spans)))
    Object.assign(span, {
      traceId: hex(span.traceId),
      spanId: hex(span.spanId),
      parentSpanId: hex(span.parentSpanId ?? []),
    });
  return request;
};

/** A collector of traces on loopback: OTLP, as protobuf over HTTP. */
export const receiveTraces = async (): Promise<OtlpReceiver> => {
  const received: Request['resourceSpans'][number][] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    const right = request.url === '/v1/traces' && request.headers['content-type'] === 'application/x-protobuf';
    request
      .on('data', (chunk: Buffer) => void chunks.push(chunk))
      .on('end', () => {
        if (right) received.push(...decode(Buffer.concat(chunks)).resourceSpans);
        response.writeHead(right ? 200 : 404).end();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    spans: () => received.flatMap(({ scopeSpans }) => scopeSpans.flatMap(({ spans }) => spans)),
    resource: () => received[0]?.resource.attributes ?? [],
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};
