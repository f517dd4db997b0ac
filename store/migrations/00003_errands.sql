-- A thread the conversation has come back to: what was said before that stands
-- there as history. And what is done in Slack beside the threads, once.

-- +goose Up
alter table threads add column since bigint not null default 0; -- events up to it stand as history

-- Direct messages and files: a row before, completed after, like posts.
create table errands (
  conversation text not null references conversations (id),
  name         text not null,   -- what it is and which event it is for
  state        text not null,   -- sending or sent
  ref          text not null,   -- the platform's id of what is being made
  attempted    bigint not null,
  primary key (conversation, name)
);
