export declare const describe: (
  directory: string,
  options: { readonly withV1: boolean },
) => { readonly name: string; readonly symbols: readonly string[]; readonly descriptor: string }[];
