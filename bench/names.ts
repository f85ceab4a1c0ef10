/** Names of the contestants, as they stand in raw.json and in the tables. */
export const JANUS = 'janus runc';
export const CRUN = 'janus crun';
/** The one that ratios are taken to. */
export const PEER = 'containerd';
/** The one without an engine. */
export const FLOOR = 'bare tools';
