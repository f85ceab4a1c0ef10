const ID_FIELDS = ['containerId', 'podSandboxId', 'imageRef'] as const;

const textAt = (message: object, field: string): string | undefined => {
  const value: unknown = Reflect.get(message, field);
  return typeof value === 'string' && value !== '' ? value : undefined;
};

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/** The id of the object that a request or response message is about, for the log; undefined when it names none. */
export const subjectOf = (message: unknown): string | undefined => {
  if (!isObject(message)) return undefined;
  for (const field of ID_FIELDS) {
    const id = textAt(message, field);
    if (id !== undefined) return id;
  }
  const image: unknown = Reflect.get(message, 'image');
  return isObject(image) ? textAt(image, 'image') : undefined;
};
