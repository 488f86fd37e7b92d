/* What the clocks' worker reads and writes of conversations; it is the server itself and asks no permission. */
export { askForClocks, clocksDue, holdDue, shareMaking, updateKept } from './conversation.store.js'
