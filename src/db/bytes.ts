import { Socket, type SocketConstructorOpts } from 'node:net'
import pg from 'pg'
import { Parser } from 'pg-protocol/dist/parser'

/** A column of this name comes as the bytes that the database sent, in a Buffer: JSON that goes out as it came need not become a string between. */
const bytesColumn = 'bytes'

/** The code of a message of the protocol: https://www.postgresql.org/docs/current/protocol-message-formats.html */
const dataRow = 'D'.charCodeAt(0)
/** A message begins with its code and, in four bytes, its length without the code. */
const header = 5
const readAtOnce = 64 * 1024
/** What a longer message was put together in is not kept. */
const keptAtMost = 1024 * 1024

/** Room around bytes, for what an answer has before and after them. */
const room = { before: 256, after: 768 }

/**
 * Bytes of the database's with a text before and one after. They are written around them where they came: what comes after
 * may take the place of what was cut off, so that bytes are enclosed once, last of all.
 */
export function enclosed (before: string, bytes: Buffer, after: string): Buffer {
  const [from, to] = [bytes.byteOffset - Buffer.byteLength(before), bytes.byteOffset + bytes.length + Buffer.byteLength(after)]
  if (!(lent in bytes.buffer) || from < 0 || to > bytes.buffer.byteLength) return Buffer.concat([Buffer.from(before), bytes, Buffer.from(after)])
  const whole = Buffer.from(bytes.buffer, from, to - from)
  whole.write(before, 0)
  whole.write(after, bytes.byteOffset + bytes.length - from)
  return whole
}

/** Says of a place that it was made for the bytes of one value, and whether it is in use. */
const lent = Symbol('lent to the bytes of one value')
type Place = ArrayBuffer & { [lent]?: boolean }

/** Places that were given back, by their sizes, which are powers of two. */
const places = new Map<number, Place[]>()
const keptOfEachSize = 16
const sizes = { least: 4096, most: 256 * 1024 }

function place (atLeast: number): Place {
  const size = Math.max(sizes.least, 2 ** Math.ceil(Math.log2(atLeast)))
  const found = places.get(size)?.pop() ?? new ArrayBuffer(size > sizes.most ? atLeast : size) as Place
  found[lent] = true
  return found
}

/**
 * Gives back the place of bytes that nobody will read any more: what comes next takes it. Whatever is not given back is collected like
 * anything else; but Node collects its whole heap for the sake of so much beside it.
 */
export function giveBack ({ buffer }: Buffer): void {
  const given = buffer as Place
  if (!given[lent]) return
  given[lent] = false
  const size = given.byteLength
  if (size > sizes.most) return
  const kept = places.get(size) ?? []
  if (kept.length < keptOfEachSize) kept.push(given)
  places.set(size, kept)
}

function withRoom (value: Buffer): Buffer {
  const whole = place(room.before + value.length + room.after)
  const bytes = Buffer.from(whole, room.before, value.length)
  value.copy(bytes)
  return bytes
}

interface Message { name: string, length: number, fields?: unknown[] }
/** The driver's parser as it is; its types keep to themselves what reads one message. */
interface Packets { handlePacket: (offset: number, code: number, length: number, packet: Buffer) => Message }

/**
 * Reads messages with the driver's own parser, which makes a string of every value, but for those columns. Puts together what
 * comes in parts in one place: the driver's would be made anew for each, and Node collects its whole heap for the sake of such places.
 */
class Reader {
  private readonly parser = new Parser() as unknown as Packets
  private pending = Buffer.alloc(0)
  private length = 0
  private isBytes: readonly boolean[] = []
  private hasBytes = false
  constructor (private readonly heard: (message: Message) => void) {}

  /** The chunk may be written over afterwards. */
  read (chunk: Buffer): void {
    const isFirst = this.length === 0
    if (!isFirst) this.append(chunk)
    const [from, length] = isFirst ? [chunk, chunk.length] : [this.pending, this.length]
    const rest = this.messages(from, length)
    if (isFirst) this.append(chunk.subarray(rest))
    else {
      this.pending.copyWithin(0, rest, length)
      this.length -= rest
    }
    if (this.length === 0 && this.pending.length > keptAtMost) this.pending = Buffer.alloc(0)
  }

  private append (chunk: Buffer): void {
    const length = this.length + chunk.length
    if (length > this.pending.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(readAtOnce, 2 ** Math.ceil(Math.log2(length))))
      this.pending.copy(larger, 0, 0, this.length)
      this.pending = larger
    }
    chunk.copy(this.pending, this.length)
    this.length = length
  }

  /** Where the first message begins that is not whole. */
  private messages (from: Buffer, until: number): number {
    let at = 0
    while (at + header <= until) {
      const length = from.readUInt32BE(at + 1)
      if (at + 1 + length > until) break
      this.heard(this.message(from, at + header, from[at]!, length))
      at += 1 + length
    }
    return at
  }

  private message (from: Buffer, offset: number, code: number, length: number): Message {
    if (this.hasBytes && code === dataRow) return { name: 'dataRow', length, fields: this.row(from, offset) }
    const message = this.parser.handlePacket(offset, code, length, from)
    if (message.name === 'rowDescription') {
      this.isBytes = (message.fields as Array<{ name: string }>).map(({ name }) => name === bytesColumn)
      this.hasBytes = this.isBytes.includes(true)
    }
    return message
  }

  private row (from: Buffer, offset: number): Array<Buffer | string | null> {
    let at = offset + 2
    return this.isBytes.map(isBytes => {
      const length = from.readInt32BE(at)
      at += 4
      if (length === -1) return null
      const value = from.subarray(at, at += length)
      return isBytes ? withRoom(value) : value.toString()
    })
  }
}

/** The driver's own, of which its types say nothing. */
interface Internals { ssl: unknown, connection: { stream: Socket, attachListeners: (stream: Socket) => void, emit: (event: string, message: Message) => void } }

/** The driver's client, with such columns. */
export class BytesClient extends pg.Client {
  constructor (config?: string | pg.ClientConfig) {
    super(config)
    const { ssl, connection } = this as unknown as Internals
    const reader = new Reader(message => connection.emit(message.name === 'error' ? 'errorMessage' : message.name, message))
    // Encryption reads from the socket itself, and gives chunks of its own.
    if (!ssl) connection.stream = socketInto(chunk => reader.read(chunk))
    connection.attachListeners = stream => { stream.on('data', (chunk: Buffer) => reader.read(chunk)) }
  }
}

/** A socket that reads all into one place, rather than each time into another. */
function socketInto (read: (chunk: Buffer) => void): Socket {
  const place = Buffer.allocUnsafeSlow(readAtOnce)
  return new Socket({ onread: { buffer: place, callback: (length: number) => { read(place.subarray(0, length)); return true } } } as SocketConstructorOpts)
}
