/** Sleeps for ever and reaps what is handed to it. Its pages are shared by all pods of the node. */
export const PAUSE = 'catatonit';
