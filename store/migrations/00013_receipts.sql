-- What the bridge's reactions on a line say of it, and when the visitor came to
-- what an agent wrote.

-- +goose Up
alter table conversations add column seen_at bigint not null default 0; -- when she last came to an agent's line

-- One row per reaction that Slack does not show yet, or that offers a Retry.
create table receipts (
  channel      text not null,
  ts           text not null,     -- of the line
  name         text not null,     -- of the emoji
  conversation text not null references conversations (id),
  author       text not null,     -- of the line
  wanted       boolean not null,  -- false takes it off
  again        boolean not null,  -- the line can be sent again
  done         boolean not null,  -- Slack shows it so
  asked        bigint not null,
  primary key (channel, ts, name)
);
create index receipts_due on receipts (asked) where not done;
create index receipts_again on receipts (conversation) where again;
