/** What came over HTTP and got nothing, since the start: plain numbers, read when somebody asks for them. */
export interface HttpFigures {
  /** Connections that were dropped to make room for others. */
  dropped: number;
  /** Requests with a token: another one, or one that was not even compared. */
  readonly tokens: Record<'wrong' | 'slowed', number>;
}

export const createHttpFigures = (): HttpFigures => ({
  dropped: 0,
  tokens: { wrong: 0, slowed: 0 },
});
