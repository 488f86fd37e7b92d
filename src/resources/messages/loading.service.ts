/* What imports read and write of messages, thousands at a time, in the transaction of a verb that asked for permission. */
export { changeMany as changeMessages, findByExternalIds as messagesByExternalIds, insertAll as writeMessages, type KnownMessage } from './loading.store.js'
