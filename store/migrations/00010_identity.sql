-- Visitors whom their site's server knows by a signed token, what they did on the
-- site, tokens that were used, links to another device, and chats that their
-- visitor has cleared.

-- +goose Up
alter table sessions add column proof text not null default ''; -- the key that verified it; '' for an anonymous one
create index sessions_visitor on sessions (visitor, widget);
alter table conversations add column cleared boolean not null default false; -- its visitor cannot read it any more
alter table codes add column proof text not null default '';    -- of the session that made the code
create unique index codes_device on codes (hash) where purpose = 'device';

create table identities (
  widget  text not null,
  subject text not null,   -- the SHA-256 of the token's sub, in hex
  visitor text not null unique,
  claims  text not null,   -- JSON, as of the last token
  seen    bigint not null,
  primary key (widget, subject)
);

-- Tokens with a jti, until they expire.
create table used_tokens (
  hash    text primary key, -- the SHA-256 of key, sub and jti, in hex
  expires bigint not null
);
create index used_tokens_expires on used_tokens (expires);

-- What a visitor did on the site while she had no open conversation.
create table tracked (
  visitor text not null,
  widget  text not null,
  events  text not null,   -- a JSON list, oldest first
  updated bigint not null,
  primary key (visitor, widget)
);
create index tracked_updated on tracked (updated);
