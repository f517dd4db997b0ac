-- The first schema. Times are UTC milliseconds, 0 or null means never. One text
-- serves SQLite and PostgreSQL, so numbers are bigint, ids come from "serials"
-- and every other key is made by the program.

-- +goose Up
create table about (
  name  text primary key,
  value text not null
);

create table serials (
  name text primary key,
  n    bigint not null
);

create table conversations (
  id           text primary key,
  reference    text not null unique,
  visitor      text not null,
  widget       text not null,
  state        text not null, -- the fold as JSON; '' means "fold the log again"
  last_seq     bigint not null,
  last_vseq    bigint not null,
  mode         text not null,
  owner        text not null,
  epoch        bigint not null,
  updated      bigint not null,
  visitor_read bigint not null default 0
);
create index conversations_mine on conversations (visitor, widget);
create index conversations_updated on conversations (updated);
create index conversations_unfinished on conversations (mode) where mode <> 'closed';

create table events (
  conversation text not null references conversations (id),
  seq          bigint not null,
  vseq         bigint not null,
  at           bigint not null,
  kind         text not null,
  role         text not null,
  author       text not null,
  name         text not null, -- payload
  source       text not null,
  ord          text not null,
  key          text not null,
  facts        text not null,
  payload      text not null,
  words        text not null, -- what search reads, in lower case; payload
  primary key (conversation, seq)
);
create unique index events_key on events (conversation, key) where key <> '';
create unique index events_vseq on events (conversation, vseq) where vseq > 0;

create table readers (
  consumer     text not null,
  conversation text not null references conversations (id),
  seq          bigint not null,
  ready_at     bigint,          -- null: not before the next event
  held         boolean not null, -- backing off: an event does not make it ready
  attempts     bigint not null,
  lease_until  bigint not null,
  token        text not null,
  parked_at    bigint not null,
  cause        text not null,
  primary key (conversation, consumer)
);
create index readers_ready on readers (consumer, ready_at) where ready_at is not null;
create index readers_leased on readers (consumer, lease_until) where lease_until > 0;
create index readers_parked on readers (parked_at) where parked_at > 0;

create table leases (
  name   text primary key,
  holder text not null,
  expiry bigint not null
);

create table threads (
  id           bigint primary key,
  conversation text not null references conversations (id),
  epoch        bigint not null,
  team         text not null,
  channel      text not null,
  ts           text not null,
  state        text not null,
  marker       text not null,
  attempted    bigint not null,
  card         text not null,
  card_at      bigint not null,
  seen         text not null,
  opened_at    bigint not null
);
create index threads_of on threads (conversation);
create unique index threads_at on threads (team, channel, ts) where ts <> '';
create unique index threads_active on threads (conversation, team, channel) where state in ('opening', 'open');
create index threads_open on threads (ts) where state = 'open';

create table posts (
  id           bigint primary key,
  conversation text not null references conversations (id),
  thread       bigint not null references threads (id),
  first_seq    bigint not null,
  last_seq     bigint not null,
  rev          bigint not null,
  ts           text not null,
  state        text not null,
  attempted    bigint not null
);
create index posts_of on posts (thread, first_seq);
create index posts_with on posts (conversation, first_seq);

create table inbox (
  id       bigint primary key,
  key      text not null unique,
  team     text not null,
  channel  text not null,
  thread   text not null,
  ts       text not null,
  kind     text not null,
  raw      bytea not null,
  state    text not null,
  attempts bigint not null,
  retry_at bigint not null,
  received bigint not null
);
create index inbox_new on inbox (team, channel, thread, ts) where state = 'new';
create index inbox_message on inbox (team, channel, ts);
create index inbox_received on inbox (received) where state <> 'new';

create table sessions (
  hash     bytea primary key,
  visitor  text not null,
  widget   text not null,
  origin   text not null,
  verified boolean not null,
  created  bigint not null,
  expires  bigint not null
);
create index sessions_expires on sessions (expires);

create table counters (
  name  text not null,
  start bigint not null,
  n     bigint not null,
  primary key (name, start)
);
create index counters_start on counters (start);

create table policies (
  hash text primary key,
  body text not null
);

create table spend (
  day   text not null,
  scope text not null,
  micro bigint not null,
  primary key (day, scope)
);
