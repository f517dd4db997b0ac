// The visitor API over fetch: bearer in the header, JSON both ways, one error type.
import { en as s } from './strings/en';

/** Anything but success. `status` is 0 when no answer came; `retryAfter` is in seconds; `said` is what she may be shown of it, "" when it is for the site's developer. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly retryAfter?: number,
    readonly said = '',
  ) {
    super(message);
  }
}

/** Where the session token lives between page loads. */
export interface TokenStore {
  token(): string | undefined;
  setToken(token: string | undefined): void;
}

const timeout = 20_000;

export class Api {
  private minting: Promise<string> | undefined;
  private epoch = 0;

  constructor(
    private readonly base: string,
    private readonly key: string,
    private readonly tokens: TokenStore,
    private readonly headers: Record<string, string>,
  ) {}

  /** Another visitor from here on: what is under way for this one comes to nothing. */
  forget(): void {
    this.epoch++;
    this.minting = undefined;
  }

  hasSession(): boolean {
    return this.tokens.token() !== undefined;
  }

  get<T>(path: string): Promise<T> {
    return this.json<T>('GET', path);
  }

  post<T>(path: string, body: unknown = {}): Promise<T> {
    return this.json<T>('POST', path, body);
  }

  patch<T>(path: string, body: unknown): Promise<T> {
    return this.json<T>('PATCH', path, body);
  }

  /** What a request needs that this class cannot make: one that tells how far it is. */
  async access(): Promise<{ base: string; headers: Record<string, string> }> {
    return { base: this.base, headers: { ...this.headers, Authorization: `Bearer ${this.tokens.token() ?? (await this.mint())}` } };
  }

  /** Ends the session, or with `forget` everything of the visitor. The token is forgotten by the caller. */
  async revoke(forget?: boolean): Promise<void> {
    const token = this.tokens.token();
    if (token) await this.send('DELETE', forget ? '/v1/visitor' : '/v1/sessions/current', undefined, token);
  }

  /** What is no JSON: the caller reads the body. */
  fetch(path: string, accept: string, signal?: AbortSignal): Promise<Response> {
    return this.authorized('GET', path, undefined, signal, accept);
  }

  private async json<T>(method: string, path: string, body?: unknown): Promise<T> {
    const { epoch } = this;
    const response = await this.authorized(method, path, body);
    const text = await response.text();
    this.check(epoch);
    try {
      return (text === '' ? {} : JSON.parse(text)) as T;
    } catch {
      throw new ApiError(0, 'bad_answer', 'The chat server gave an answer that makes no sense.');
    }
  }

  // A 401 means the session has run out: one new session, one more try. One that is
  // about the site's token is an answer.
  private async authorized(
    method: string, path: string, body?: unknown, signal?: AbortSignal, accept = 'application/json',
  ): Promise<Response> {
    const held = this.tokens.token();
    // Only what begins something opens a session: without one a conversation was
    // another's, who has logged out in another tab.
    if (!held && (method === 'GET' || path.startsWith('/v1/conversations/'))) throw new ApiError(401, 'gone', '');
    const token = held ?? (await this.mint());
    try {
      return await this.send(method, path, body, token, accept, signal);
    } catch (error) {
      if (!(error instanceof ApiError) || error.status !== 401 || error.code.startsWith('identity')) throw error;
      const now = this.tokens.token();
      // Gone meanwhile, and not by a request of this page: another tab has logged out.
      if (now === undefined && !this.minting) throw error;
      if (now === token) this.tokens.setToken(undefined);
      const fresh = this.tokens.token() ?? (await this.mint());
      return this.send(method, path, body, fresh, accept, signal);
    }
  }

  private mint(): Promise<string> {
    const { epoch } = this;
    this.minting ??= this.send('POST', '/v1/sessions', { key: this.key })
      .then((response) => response.json() as Promise<{ token: string }>)
      .then(({ token }) => {
        this.check(epoch);
        this.tokens.setToken(token);
        return token;
      })
      .finally(() => { if (epoch === this.epoch) this.minting = undefined; });
    return this.minting;
  }

  private async send(
    method: string, path: string, body?: unknown, token?: string, accept = 'application/json', signal?: AbortSignal,
  ): Promise<Response> {
    const headers: Record<string, string> = { Accept: accept, ...this.headers };
    if (token) headers['Authorization'] = `Bearer ${token}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const { epoch } = this;
    const abort = new AbortController();
    const timer = signal ? undefined : setTimeout(() => abort.abort(), timeout);
    let response: Response;
    try {
      response = await fetch(this.base + path, {
        method, headers, signal: signal ?? abort.signal, cache: 'no-store', credentials: 'omit',
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch {
      throw new ApiError(0, 'network', 'The chat server could not be reached.');
    } finally {
      clearTimeout(timer);
    }
    this.check(epoch);
    if (!response.ok) throw await refusal(response);
    return response;
  }

  private check(epoch: number): void {
    if (epoch !== this.epoch) throw new ApiError(0, 'gone', '');
  }
}

async function refusal(response: Response): Promise<ApiError> {
  return refused(response.status, await response.text(), Number(response.headers.get('Retry-After')));
}

/** What an answer says that is no success. */
export function refused(status: number, text: string, after = 0): ApiError {
  let error: { code?: string; message?: string; locale?: string } = {};
  try {
    error = (JSON.parse(text) as { error?: typeof error }).error ?? error;
  } catch {
    // A proxy's page instead of our JSON: the status says enough.
  }
  const { code = `http_${status}`, message = '', locale } = error;
  return new ApiError(status, code, message, after || undefined, status < 500 && locale ? message : '');
}

/** What the server said to her when it refused, or that it did not work. */
export function sentence(error: unknown): string {
  return error instanceof ApiError && error.said || s.actionFailed;
}
