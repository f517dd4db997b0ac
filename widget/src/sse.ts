// Server-sent events, read by hand: EventSource cannot send an Authorization header.

export interface ServerEvent { type: string; id: string; data: string }

/**
 * Turns the chunks of one response into events. Chunks may end anywhere, also
 * between the CR and LF of one line end; a CR alone, which our server never
 * says, ends no line. Comments and events without data yield nothing.
 */
export class EventParser {
  private rest = '';
  private type = '';
  private id = '';
  private data: string[] = [];

  push(chunk: string): ServerEvent[] {
    const lines = (this.rest + chunk).split(/\r?\n/);
    this.rest = lines.pop() ?? '';
    const events: ServerEvent[] = [];
    for (const line of lines) {
      const event = this.line(line);
      if (event) events.push(event);
    }
    return events;
  }

  private line(line: string): ServerEvent | undefined {
    if (line === '') return this.dispatch();
    const colon = line.indexOf(':');
    if (colon === 0) return undefined;
    const field = colon < 0 ? line : line.slice(0, colon);
    let value = colon < 0 ? '' : line.slice(colon + 1);
    if (value.startsWith(' ')) value = value.slice(1);
    if (field === 'event') this.type = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id') this.id = value;
    return undefined;
  }

  private dispatch(): ServerEvent | undefined {
    const event = { type: this.type || 'message', id: this.id, data: this.data.join('\n') };
    const empty = this.data.length === 0;
    this.type = '';
    this.id = '';
    this.data = [];
    return empty ? undefined : event;
  }
}
