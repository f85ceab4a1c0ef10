/** What happened to a pod or a container of it, in CRI's words. */
export type PodEventKind = 'created' | 'started' | 'stopped' | 'deleted';
