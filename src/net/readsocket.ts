import { type BoundSocket, Socket, type SocketConstructorOpts } from 'node:net';

/**
 * How connections are read. `shared`: into one buffer of the process, which saves an allocation a read, about a fifth of
 * the CPU of a lookup. `stream`: with 'data' events, as everybody reads.
 */
export type Reads = 'shared' | 'stream';

/** Takes what was read, up to `end`; the bytes are overwritten when it returns. */
export type Receive = (chunk: Buffer, end: number) => void;

/** A read holds no more, so that what a session has to keep of it stays small: requests have a hundred bytes. */
export const READ_BYTES = 4 * 1024;

const shared = Buffer.allocUnsafeSlow(READ_BYTES);

/**
 * Reads an accepted and paused connection once the socket that comes back is resumed; `raw` is done with. Where Node
 * does not let its handle go, it is read as a stream.
 */
export function readSocket(raw: Socket, reads: Reads, receive: Receive): Socket {
  const handle = reads === 'shared' ? takeHandle(raw) : undefined;
  if (handle === undefined) return raw.on('data', (chunk: Buffer) => receive(chunk, chunk.length));
  const options: AdoptingOptions = {
    handle,
    allowHalfOpen: true,
    writableHighWaterMark: READ_BYTES,
    onread: {
      buffer: shared,
      callback: (length: number) => {
        receive(shared, length);
        return true;
      },
    },
  };
  return new Socket(options);
}

/** `net.Socket` hands it on to its stream; @types/node leaves it out. */
interface AdoptingOptions extends SocketConstructorOpts {
  readonly writableHighWaterMark: number;
}

const HANDLE = '_handle';

/** `net.createServer` has no `onread`, so the handle moves to a socket that has. It is no public property. */
function takeHandle(raw: Socket): BoundSocket | undefined {
  const handle: unknown = Reflect.get(raw, HANDLE);
  if (!isHandle(handle) || !Reflect.set(raw, HANDLE, null)) return undefined;
  // Takes it off its server's count: without a handle it closes nothing.
  raw.destroy();
  return handle;
}

/** @types/node only knows handles that were bound by hand, an accepted one is taken just as well. */
const isHandle = (handle: unknown): handle is BoundSocket =>
  typeof handle === 'object' && handle !== null && 'readStart' in handle && 'readStop' in handle;
