-- What a team at work needs: who is on duty, whether the visitor is there, the
-- line of those who wait, blocked visitors, and codes sent by mail. The fold has
-- learned new fields, so every cached state is thrown away and folded again.

-- +goose Up
update conversations set state = '';
alter table conversations add column routed boolean not null default false; -- waits, with a route that holds
alter table conversations add column staffed boolean not null default false; -- of the route
alter table conversations add column channel text not null default '';      -- of the route
alter table conversations add column wait_from bigint not null default 0;   -- her place in line; 0: she does not wait
alter table conversations add column blocked_until bigint not null default 0;
create index conversations_unfolded on conversations (id) where state = '';
create index conversations_line on conversations (channel, wait_from, id) where routed;
create index conversations_owned on conversations (owner) where mode = 'agent';
create index conversations_blocked on conversations (visitor, blocked_until) where blocked_until > 0;
create index events_claimed on events (at) where kind = 'claimed';
create index events_owner on events (conversation, at) where kind in ('claimed', 'transferred', 'released', 'reopened');

-- People who may answer, as the platform showed them last.
create table agents (
  id          text primary key,
  name        text not null,   -- as the visitor reads it
  places      text not null,   -- JSON list of the channels and groups she is a member of
  duty        text not null,   -- on, off, or '' for never said
  duty_at     bigint not null,
  duty_until  bigint not null, -- when the duty ends by itself
  asked       text not null,   -- the last day on which she was asked to go on duty
  away        boolean not null,
  away_at     bigint not null, -- when the platform was asked
  dnd_until   bigint not null,
  gone        boolean not null -- no longer an agent
);

-- Whether the visitor has the chat open.
create table presence (
  conversation text primary key references conversations (id),
  here         boolean not null,
  at           bigint not null
);

-- Codes that a mail carried: to prove the address, or to come back.
create table codes (
  conversation text not null references conversations (id),
  purpose      text not null,   -- verify or resume
  hash         bytea not null,
  address      text not null,   -- where it was sent
  expires      bigint not null,
  tries        bigint not null, -- wrong ones
  used         bigint not null, -- when
  primary key (conversation, purpose)
);
create unique index codes_resume on codes (hash) where purpose = 'resume';
create index codes_expires on codes (expires);
