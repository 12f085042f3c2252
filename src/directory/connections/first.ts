/** Runs `task` on a connection to the first of `servers` with which that succeeds. Throws what the last one did. */
export async function onFirst<Server, C extends { close(): void }, T>(
  servers: readonly Server[],
  open: (server: Server) => Promise<C>,
  task: (connection: C) => Promise<T>,
): Promise<T> {
  let fault: unknown;
  for (const server of servers) {
    try {
      const connection = await open(server);
      try {
        return await task(connection);
      } finally {
        connection.close();
      }
    } catch (error) {
      fault = error;
    }
  }
  throw fault;
}
