/** Which RPC of which API. */
export interface RpcIdentity {
  /** Of the API: `v1alpha2`, `v1`, or the package of an API that is not CRI. */
  readonly version: string;
  /** With its package: `runtime.v1.RuntimeService`. */
  readonly service: string;
  /** As in the proto: `ListPodSandbox`. */
  readonly method: string;
  readonly stream: boolean;
}
