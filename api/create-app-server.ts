// An HTTP server whose requests and responses are born with the application's own prototypes.
// Express otherwise swaps both prototypes at every request, and on Node 20 and 22 V8 then
// de-optimises all use of the two objects (expressjs/express#5998): four times the CPU of a hit.

import {
  createServer,
  IncomingMessage,
  type Server,
  type ServerOptions,
  ServerResponse,
} from 'node:http';
import type { Express } from 'express';

type Handle = (request: IncomingMessage, response: ServerResponse) => unknown;

/** What `isAnswered` says that it has answered does not reach the application. */
export function createAppServer(
  app: Express,
  options: ServerOptions = {},
  isAnswered: (...call: Parameters<Handle>) => boolean | Promise<boolean> = () => false,
): Server {
  const handle = app as Handle;
  class AppRequest extends IncomingMessage {}
  class AppResponse<Request extends IncomingMessage> extends ServerResponse<Request> {}
  Object.setPrototypeOf(AppRequest.prototype, app.request);
  Object.setPrototypeOf(AppResponse.prototype, app.response);
  // From here on the swap that Express makes finds nothing to change.
  app.request = AppRequest.prototype as Express['request'];
  app.response = AppResponse.prototype as unknown as Express['response'];
  return createServer(
    { ...options, IncomingMessage: AppRequest, ServerResponse: AppResponse },
    (request, response) => {
      const answered = isAnswered(request, response);
      if (answered === false) {
        handle(request, response);
      } else if (answered !== true) {
        const goOn = (late: boolean): unknown => late || handle(request, response);
        answered.then(goOn, () => goOn(false));
      }
    },
  );
}
