import { type Endpoint, formatEndpoint } from './endpoint.ts';

/** Says why an endpoint can't be listened at, and how to mend it. Its message begins with the endpoint. */
export class EndpointError extends Error {
  readonly endpoint: Endpoint;

  constructor(endpoint: Endpoint, reason: string, options?: ErrorOptions) {
    super(`${formatEndpoint(endpoint)} ${reason}`, options);
    this.name = 'EndpointError';
    this.endpoint = endpoint;
  }
}
