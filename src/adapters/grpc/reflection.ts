import { type ServerDuplexStream, type ServiceDefinition, status } from '@grpc/grpc-js';
import type { GrpcService } from '../shared/service.ts';
import {
  type ServerReflectionRequest,
  type ServerReflectionResponse,
  ServerReflectionService,
} from './generated/reflection.ts';

/** What the build wrote down of one proto. */
export interface ProtoFile {
  readonly name: string;
  /** Full names of all that it defines. */
  readonly symbols: readonly string[];
  /** A FileDescriptorProto in base64. */
  readonly descriptor: string;
}

type Question = ServerReflectionRequest['messageRequest'];
type Answer = NonNullable<ServerReflectionResponse['messageResponse']>;
type InfoCall = ServerDuplexStream<ServerReflectionRequest, ServerReflectionResponse>;

/** Full names of the services of these definitions. */
export const serviceNames = (services: readonly GrpcService[]): readonly string[] => [
  ...new Set(
    services.flatMap(({ definition }) => Object.values(definition).map(({ path }) => path.split('/')[1] ?? '')),
  ),
];

const V1ALPHA = 'grpc.reflection.v1alpha.ServerReflection';

/** Both versions of reflection, of which the earlier has another name only: old clients know no other. */
const definitions = (): readonly ServiceDefinition[] => {
  const { serverReflectionInfo } = ServerReflectionService;
  const v1alpha = { serverReflectionInfo: { ...serverReflectionInfo, path: `/${V1ALPHA}/ServerReflectionInfo` } };
  return [ServerReflectionService, v1alpha as unknown as ServiceDefinition];
};

const error = (code: status, message: string): Answer => ({
  $case: 'errorResponse',
  value: { errorCode: code, errorMessage: message },
});

const fileOf = (file: ProtoFile | undefined, asked: string): Answer =>
  file === undefined
    ? error(status.NOT_FOUND, `${asked} is not served`)
    : {
        $case: 'fileDescriptorResponse',
        value: { fileDescriptorProto: [Buffer.from(file.descriptor, 'base64')] },
      };

/** Tells of the services of these full names, and of the protos that define them; of other protos it knows nothing. */
const answering =
  (services: readonly string[], protos: readonly ProtoFile[]) =>
  (question: Question): Answer => {
    switch (question?.$case) {
      case 'listServices':
        return { $case: 'listServicesResponse', value: { service: services.map((name) => ({ name })) } };
      case 'fileByFilename':
        return fileOf(
          protos.find(({ name }) => name === question.value),
          question.value,
        );
      case 'fileContainingSymbol':
        return fileOf(
          protos.find(({ symbols }) => symbols.includes(question.value)),
          question.value,
        );
      case 'fileContainingExtension':
      case 'allExtensionNumbersOfType':
        return error(status.NOT_FOUND, 'there are no extensions in proto3');
      default:
        return error(status.INVALID_ARGUMENT, 'message_request: must be set');
    }
  };

const serve =
  (answer: (question: Question) => Answer) =>
  (call: InfoCall): void => {
    call.on(
      'data',
      (request: ServerReflectionRequest) =>
        // One answer at a time: who does not read them is not read from either.
        call.write({
          validHost: request.host,
          originalRequest: request,
          messageResponse: answer(request.messageRequest),
        }) || pauseUntilDrained(call),
    );
    call.on('end', () => call.end());
    call.on('error', () => undefined);
  };

const pauseUntilDrained = (call: InfoCall): void => {
  call.pause();
  call.once('drain', () => call.resume());
};

/** gRPC reflection, v1 and v1alpha, of `services` and of itself. */
export const createReflection = (
  services: readonly GrpcService[],
  protos: readonly ProtoFile[],
): readonly GrpcService[] => {
  const names = [...serviceNames(services), 'grpc.reflection.v1.ServerReflection', V1ALPHA];
  const known = protos.filter(({ symbols }) => symbols.some((symbol) => names.includes(symbol)));
  const serverReflectionInfo = serve(answering(names, known));
  return definitions().map((definition) => ({ definition, implementation: { serverReflectionInfo } }));
};
