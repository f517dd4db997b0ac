-- What the inbox filters by and sorts by. The fold has learned the tags, so every
-- cached state is thrown away and folded again.

-- +goose Up
update conversations set state = '';
alter table conversations add column topic text not null default '';
alter table conversations add column priority text not null default '';
alter table conversations add column tags text not null default '';         -- each between line feeds, in lower case
alter table conversations add column handler text not null default '';      -- the owner, or who was it when it was closed
alter table conversations add column unanswered bigint not null default 0;  -- her oldest line nobody has answered; 0: none
create index conversations_closed on conversations (updated, id) where mode = 'closed';
create index events_escalated on events (at, conversation) where kind = 'escalated';
create index events_answers on events (at, conversation) where kind = 'message' and role = 'bot';

-- Which process draws whose App Home: the one that has dealt with her last press.
create table homes (
  agent  text primary key,
  holder text not null
);
