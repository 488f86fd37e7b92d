/* What the clocks' worker reads and writes of conversations; it is the server itself and asks no permission. */
export { clocksDue, holdDue, updateKept } from './conversation.store.js'
export { askEach, holdFree, reach, readBehindMany, updateKeptOf, type HeldRow, type KeptOf } from './due.store.js'
